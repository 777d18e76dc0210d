"""Which input file belongs to which unit of work.

The plan is made before any work, is kept in the manifest, and only ever grows: more inputs append shards, and what was
planned keeps its place, because documents are identified and ordered by it.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rpdata.engine.places import ccnet_place
from rpdata.errors import UserError

BYTES_PER_SHARD = 2 << 30   # compressed; what `--files-per-shard auto` aims at


@dataclass(frozen=True)
class Piece:
    """A part of a large table. The pieces of a file follow each other and leave nothing of it out.

    start, end: its bytes. JSON lines: it starts with a line. Parquet: its row groups are those that begin in it.
    first_row: the number of its first row in the file, where ids count from. xxh3: what the file is known by again,
    of the bytes of the piece, or of the footer of a Parquet file. Neither is known to a plan that is only looked at.
    """

    start: int
    end: int
    first_row: int = 0
    xxh3: str = ""


@dataclass(frozen=True)
class Input:
    """One input file as it was found, or a piece of it."""

    path: str       # absolute local path, or fsspec URL
    name: str       # base name, e.g. "en_head.json.gz"
    format: str     # "ccnet" | "wet" | "warc" | "jsonl" | "parquet"
    size: int       # bytes on disk, compressed, of the whole file
    piece: Piece | None = None      # None: all of it

    @property
    def bytes(self) -> int:
        """Compressed bytes that are to be read."""
        return self.piece.end - self.piece.start if self.piece else self.size


@dataclass(frozen=True)
class Unit:
    """What one task works on: for cc_net one file, otherwise all inputs of one shard."""

    snapshot: str               # "2023-06"
    shard: str                  # "0000"
    partition: str | None       # cc_net: "en_head", from the file's name; otherwise "<language>_all" of the language
                                # that was given; None: of the languages that its documents are found to be in
    inputs: tuple[Input, ...]   # in the order of their documents; cc_net: exactly one

    @property
    def name(self) -> str:
        """How ledger and messages call it: "2023-06/0000/en_head" (cc_net) or "2026-34/0000"."""
        shard = f"{self.snapshot}/{self.shard}"
        return f"{shard}/{self.partition}" if self.inputs[0].format == "ccnet" else shard

    @property
    def partition_path(self) -> str | None:
        """Its file in each overlay is `<overlay>/<this>.parquet`; None if its documents' languages say."""
        return None if self.partition is None else self.path_of(self.partition)

    def path_of(self, partition: str) -> str:
        """The path of one of its partitions, such as "2026-34/0000/en_all"."""
        return f"{self.snapshot}/{self.shard}/{partition}"

    @property
    def place(self) -> tuple[str, int, str]:
        """What units, and so documents, are ordered by everywhere; the tenth thousand of shards has five digits."""
        return self.snapshot, int(self.shard), self.partition or ""

    @property
    def size(self) -> int:
        """Compressed bytes of its inputs."""
        return sum(source.bytes for source in self.inputs)


def plan(
    planned: Sequence[Unit],
    found: Iterable[tuple[str, Input]],
    language: str | None = None,
    files_per_shard: int | None = None,
    split: Callable[[Input], Sequence[Input]] = lambda source: [source],
) -> list[Unit]:
    """The plan `planned` (possibly empty) with the inputs `found`, each with its snapshot, added.

    cc_net files go where their path says. Other inputs are sorted by name and fill new shards of their snapshot, of
    one format each: `files_per_shard` files, or (None) about BYTES_PER_SHARD. The result is in the order of
    `Unit.place`. With a `language` they are all in it; without, their documents' languages are found out later. Inputs
    already planned stay where they are; one that moved to another folder is found again.

    split: the pieces of an input that is new, or just itself; each piece is a shard of its own.

    Raises UserError for an input that changed since it was planned, for two inputs with one name in a snapshot, for
    one that is planned in another snapshot, and for a cc_net file whose path does not say where it belongs.
    """
    sitting = {_identity(unit.snapshot, source): (unit, source) for unit in planned for source in unit.inputs}
    moved: dict[tuple[str, str], str] = {}      # to which path
    fresh: dict[tuple[str, str], tuple[str, Input]] = {}
    held = {source.path: (unit.snapshot, source) for unit in planned for source in unit.inputs}
    for snapshot, source in found:
        identity = _identity(snapshot, source)
        if identity in sitting:
            unit, known = sitting[identity]
            _refuse_changed(known, source, unit.name)
            if known.path != source.path:
                moved[identity] = source.path
        elif identity in fresh and fresh[identity][1].path != source.path:
            raise _one_name_twice(identity[0], fresh[identity][1].path, source.path)
        else:
            _refuse_other_snapshot(*held.get(source.path, (snapshot, source)), snapshot, source)
            fresh[identity] = snapshot, source
    units = [_where_it_is(unit, moved) for unit in planned]
    taken = {(unit.snapshot, unit.shard): unit for unit in planned}
    units += _new_units(fresh.values(), taken, language, files_per_shard, split)
    return sorted(units, key=lambda unit: unit.place)


def _where_it_is(unit: Unit, moved: dict[tuple[str, str], str]) -> Unit:
    if not moved:
        return unit
    paths = (moved.get(_identity(unit.snapshot, held), held.path) for held in unit.inputs)
    return replace(unit, inputs=tuple(replace(held, path=path) for held, path in zip(unit.inputs, paths, strict=True)))


def _identity(snapshot: str, source: Input) -> tuple[str, str]:
    """What must be unique, because `doc_id` is made of it."""
    if source.format == "ccnet":
        place = ccnet_place(source.path)
        if place is None:
            raise UserError(
                f"cannot tell where {source.path} belongs: the path of a cc_net file ends in "
                "<snapshot>/<shard>/<language>_<bucket>.json.gz, for example 2023-06/0000/en_head.json.gz.\n"
                "Put the file (or a link to it) below such folders."
            )
        return place[0], "/".join(place[1:])
    return snapshot, source.name


def _new_units(
    fresh: Iterable[tuple[str, Input]],
    taken: dict[tuple[str, str], Unit],
    language: str | None,
    files_per_shard: int | None,
    split: Callable[[Input], Sequence[Input]],
) -> Iterator[Unit]:
    others = []
    for snapshot, source in fresh:
        place = ccnet_place(source.path) if source.format == "ccnet" else None
        if place:
            holder = taken.setdefault(place[:2], unit := Unit(*place, inputs=(source,)))
            if holder.inputs[0].format != "ccnet":
                raise UserError(
                    f"{source.path} belongs to shard {place[0]}/{place[1]}, which holds other files already "
                    f"({holder.inputs[0].path} is the first).\n"
                    "Annotate cc_net files first, or into a dataset of their own: --output"
                )
            yield unit
        else:
            others.append((snapshot, source))
    partition = None if language is None else f"{language}_all"
    next_shard: Counter[str] = Counter()
    for snapshot, shard in taken:
        next_shard[snapshot] = max(next_shard[snapshot], int(shard) + 1)
    others.sort(key=lambda item: (item[0], item[1].format, item[1].name))
    for (snapshot, _), group in groupby(others, key=lambda item: (item[0], item[1].format)):
        for inputs in _shards([piece for _, source in group for piece in split(source)], files_per_shard):
            yield Unit(snapshot, f"{next_shard[snapshot]:04d}", partition, inputs)
            next_shard[snapshot] += 1


def _shards(inputs: Sequence[Input], files_per_shard: int | None) -> Iterator[tuple[Input, ...]]:
    shard: list[Input] = []
    size = 0
    for source in inputs:
        full = len(shard) == files_per_shard if files_per_shard else size + source.bytes > BYTES_PER_SHARD
        if shard and (full or source.piece or shard[-1].piece):
            yield tuple(shard)
            shard, size = [], 0
        shard.append(source)
        size += source.bytes
    if shard:
        yield tuple(shard)


def _refuse_changed(known: Input, source: Input, unit: str) -> None:
    if known.size != source.size and known.path == source.path:
        raise UserError(
            f"{source.path} has {source.size} bytes, but had {known.size} when it was planned (unit {unit}).\n"
            "Text is written once. Bring the old file back, or annotate the new one into a new folder: --output"
        )
    moved = known.path != source.path and "://" not in known.path and not os.path.exists(known.path)
    if known.path != source.path and not (moved and known.size == source.size):
        raise _one_name_twice(unit, known.path, source.path)


def _refuse_other_snapshot(planned: str, known: Input, snapshot: str, source: Input) -> None:
    """A file whose path is planned in another snapshot would be there twice; one of another size is another file."""
    if planned != snapshot and known.size == source.size and source.format != "ccnet":
        raise UserError(
            f"{source.path} is in the dataset already, in snapshot {planned}; with {snapshot} its documents would be "
            f"there twice.\nGive --snapshot {planned}, or annotate into a new folder: --output"
        )


def _one_name_twice(where: str, first: str, second: str) -> UserError:
    return UserError(
        f"two inputs of {where} have the same name, so their documents would have the same doc_id:\n"
        f"  {first}\n  {second}\n"
        "Rename one of them, or give one another --snapshot (in a run of its own)."
    )
