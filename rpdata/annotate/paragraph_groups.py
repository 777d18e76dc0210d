"""Which shards have their paragraphs deduplicated together: what `--paragraph-dedup` says, and the plan of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rpdata.engine.plan import Unit
from rpdata.errors import UserError

OFF = "off"
NOWHERE = Path()    # where hashes lie of which only the manifest still knows
EMPTIED = "paragraph_duplicates"    # why a document is dropped of which no line is left


@dataclass(frozen=True)
class EarlierHashes:
    """The hashes of a unit of another dataset. xxh3: of the file."""

    path: Path
    xxh3: str


@dataclass(frozen=True)
class ParagraphDedup:
    """What is asked for. shards: how many consecutive ones of a snapshot make a group; None: all of them.

    keep_first: the first document of the group keeps a line that others have too; without, none does, as in cc_net.
    earlier: hashes of other datasets: what is in them goes from all documents. against: the folders of those.
    """

    shards: int | None
    keep_first: bool = False
    earlier: tuple[EarlierHashes, ...] = ()
    against: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str, keep_first: bool) -> "ParagraphDedup | None":
        """From what is typed, `off`, `shard`, `group:N` or `snapshot`; None for `off`."""
        name, colon, number = text.partition(":")
        if text == OFF:
            if keep_first:
                raise UserError("--keep-first says which copy of a paragraph stays: give --paragraph-dedup too")
            return None
        if text == "snapshot":
            return cls(None, keep_first)
        if text == "shard":
            return cls(1, keep_first)
        if name == "group" and colon and number.isdecimal() and int(number) > 0:
            return cls(int(number), keep_first)
        raise UserError(
            f"cannot read --paragraph-dedup {text!r}. Write off, shard, group:N (N consecutive shards of a snapshot "
            "together, e.g. group:50) or snapshot"
        )

    def __str__(self) -> str:
        """As it is typed; one shard is a group of one."""
        name = {None: "snapshot", 1: "shard"}.get(self.shards, f"group:{self.shards}")
        return f"{name} --keep-first" if self.keep_first else name


def against_typed(folders: Sequence[str], files: int) -> str:
    """`--paragraphs-against` as it is typed. files: of hashes; all that is said where the folders are not known."""
    typed = " ".join(f"--paragraphs-against {folder}" for folder in folders)
    return typed or f"--paragraphs-against {f'others ({files} files of hashes)' if files else '(not given)'}"


@dataclass(frozen=True)
class Group:
    """Consecutive shards of a snapshot, in order."""

    units: tuple[Unit, ...]

    @property
    def name(self) -> str:
        """For example "2026-34/0000-0049"."""
        return f"{self.units[0].name}-{self.units[-1].shard}"


def first_shards(
    units: Sequence[Unit], planned: set[str], known: Mapping[str, list[str]], dedup: ParagraphDedup
) -> dict[str, list[str]]:
    """For each snapshot the first shard of each group, in order.

    planned: names of the units that had their place before, in the groups that `known` tells of; those that were
    appended begin new groups, as the text of the old ones is written by what was in them. UserError if there can be
    no second group.
    """
    starts = {snapshot: list(shards) for snapshot, shards in known.items()}
    for snapshot, members in groupby(units, key=lambda unit: unit.snapshot):
        fresh = [unit for unit in members if unit.name not in planned]
        if fresh and dedup.shards is None and snapshot in starts:
            raise UserError(
                f"cannot add {fresh[0].inputs[0].path} to snapshot {snapshot}: with --paragraph-dedup snapshot its "
                "paragraphs were deduplicated as a whole, and text is written once.\n"
                "Give it a --snapshot of its own, or annotate all of them into a new folder: --output"
            )
        starts.setdefault(snapshot, []).extend(unit.shard for unit in fresh[:: dedup.shards or len(units)])
    return starts


def groups_of(units: Iterable[Unit], starts: Mapping[str, Sequence[str]]) -> list[Group]:
    """The units in their groups, in the order of the plan."""
    first = {(snapshot, shard) for snapshot, shards in starts.items() for shard in shards}
    found: list[list[Unit]] = []
    for unit in units:
        if (unit.snapshot, unit.shard) in first or not found:
            found.append([])
        found[-1].append(unit)
    return [Group(tuple(members)) for members in found]
