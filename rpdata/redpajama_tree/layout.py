"""How the files that RedPajama-V2 publishes are called, and which of them a request is for.

    documents/2023-06/0000/en_head.json.gz                     cc_net's records, one on each line
    quality_signals/2023-06/0000/en_head.signals.json.gz       head and middle only, as the two that follow
    minhash/2023-06/0000/en_head.minhash.parquet
    duplicates/2023-06/0000/en_head.duplicates.parquet         the identifiers of documents that are copies
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rpdata.engine.places import language_of
from rpdata.errors import UserError, unknown_name

NAMES = {
    "documents": "{}.json.gz",
    "quality_signals": "{}.signals.json.gz",
    "minhash": "{}.minhash.parquet",
    "duplicates": "{}.duplicates.parquet",
}

PARTITION = re.compile(r"\d{4}-\d{2}/\d{4,}/[a-z]{2,3}_(?:head|middle|tail|all)")

# What a caller may ask for as `partition`, as RedPajama-V2's loader has it -> the buckets.
BUCKETS = {"head_middle": ("head", "middle"), "tail": ("tail",), "all": ("head", "middle", "tail")}

LANGUAGES = ("en", "de", "fr", "es", "it")      # that RedPajama-V2 has


def file_of(component: str, partition: str) -> str:
    """Where a component of a partition such as "2023-06/0000/en_head" is, below the tree."""
    return f"{component}/{NAMES[component].format(partition)}"


def partition_of(component: str, file: str) -> str | None:
    """The inverse of `file_of`; None for a file that is none of the component."""
    partition = file.removeprefix(f"{component}/").removesuffix(NAMES[component].format(""))
    return partition if file == file_of(component, partition) and PARTITION.fullmatch(partition) else None


def place_of(partition: str) -> tuple[str, int, str]:
    """What partitions are ordered by everywhere; the tenth thousand of shards has five digits."""
    snapshot, shard, name = partition.split("/")
    return snapshot, int(shard), name


def bucket_of(partition: str) -> str:
    """head, middle, tail, or all where the path does not say."""
    return partition.rpartition("_")[2]


@dataclass(frozen=True)
class Request:
    """Which documents are asked for.

    Attributes
    ----------
    partition: "head_middle", "tail" or "all".
    snapshots, languages: None is all that there are.
    deduplicated: what leaves out copies: "exact", or a similarity where near-duplicates are known; None: nothing.
    """

    partition: str = "all"
    snapshots: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    deduplicated: float | str | None = None

    @classmethod
    def of(
        cls,
        partition: str,
        snapshots: Sequence[str] | None,
        languages: Sequence[str] | None,
        deduplicated: bool | float | str,
    ) -> "Request":
        """From the arguments as they are typed; UserError for a partition that is none, and for what is no list of
        strings."""
        if partition not in BUCKETS:
            raise unknown_name("partition", str(partition), BUCKETS)
        for option, values in (("snapshots", snapshots), ("languages", languages)):
            if isinstance(values, str):
                raise UserError(f"{option} takes a list: {option}=[{values!r}]")
            if odd := [value for value in values or () if not isinstance(value, str)]:
                raise UserError(f"{option} takes strings, not {odd[0]!r}: {option}=['{odd[0]}']")
        chosen: float | str | None = None if deduplicated is False else deduplicated
        return cls(
            partition,
            None if snapshots is None else tuple(snapshots),
            None if languages is None else tuple(languages),
            "exact" if chosen is True else chosen,
        )

    @property
    def buckets(self) -> tuple[str, ...]:
        return BUCKETS[self.partition]

    def chosen(self, partitions: Iterable[str], where: str, other: str | None = None) -> list[str]:
        """Those of the partitions that are asked for, in order; a path without bucket may have any.

        other: the language of paths that may hold any. UserError for a snapshot or language that is not `where`, and
        if nothing is left.
        """
        known = sorted(partitions, key=place_of)
        snapshots = {partition.partition("/")[0] for partition in known}
        languages = {language_of(partition) for partition in known}
        for snapshot in self.snapshots or ():
            if snapshot not in snapshots:
                raise UserError(f"{where}: {unknown_name('snapshot', snapshot, snapshots)}")
        for language in self.languages or ():
            if language not in languages and other not in languages:
                raise UserError(f"{where}: {unknown_name('language', language, languages)}")
        found = [
            partition
            for partition in known
            if (self.snapshots is None or partition.partition("/")[0] in self.snapshots)
            and (self.languages is None or language_of(partition) in (*self.languages, other))
            and bucket_of(partition) in (*self.buckets, "all")
        ]
        if not found:
            raise UserError(
                f"{where} has no documents of that partition, snapshots and languages together. It has partitions "
                f"{', '.join(sorted({bucket_of(partition) for partition in known})) or 'none'} of "
                f"{', '.join(sorted(snapshots)) or 'no snapshot'} in {', '.join(sorted(languages)) or 'no language'}"
            )
        return found
