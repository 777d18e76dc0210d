"""What a run of deduplication found; what `rpdata dedup` prints."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rpdata.dedup.safety import SafetyReport


@dataclass(frozen=True)
class ExactFound:
    """Copies of the same text or payload.

    Attributes
    ----------
    kind: text, normalised or payload.
    groups: of two documents or more, one of the dataset. documents: of the dataset in them. removed: of these.
    keyed: documents of the dataset that could be copies: all but those without a digest, where that is compared.
    """

    kind: str
    groups: int
    documents: int
    removed: int
    keyed: int


@dataclass(frozen=True)
class FuzzyFound:
    """What is similar at one threshold.

    Attributes
    ----------
    threshold: as it is typed.
    clusters: of two documents or more, one of the dataset. documents: of the dataset in them; removed: of these.
    largest: documents in the largest, those of an index too.
    compared: pairs that were looked at, edges: those that are similar enough; both in each band that they share, and
        without copies of a text and pairs that were known before.
    unresolved: documents of a bucket that were compared with as many leaders as there may be, and are kept.
    oversized: buckets that were too large and were cut.
    """

    threshold: str
    clusters: int
    documents: int
    largest: int
    removed: int
    compared: int
    edges: int
    unresolved: int
    oversized: int


@dataclass
class DedupSummary:
    """What was found in one dataset.

    Attributes
    ----------
    output: the dataset.
    documents: of it. indexed: of other datasets that it was compared with.
    without_signature: documents of less than 13 words, which only exact duplicates are found of.
    exact: None with `--exact none`. fuzzy: one for each threshold.
    verify, keep: as they are typed.
    safety: the report; it does not count what is removed of an index, as that is never removed.
    units: that have documents; units_done_before: that had been marked with the same result already.
    """

    output: str
    documents: int
    verify: str
    keep: str
    safety: SafetyReport
    indexed: int = 0
    without_signature: int = 0
    exact: ExactFound | None = None
    fuzzy: list[FuzzyFound] = field(default_factory=list)
    units: int = 0
    units_done_before: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def summary_from(fields: Mapping[str, Any]) -> DedupSummary:
    """The inverse of `as_dict`; KeyError or TypeError for anything else."""
    return DedupSummary(**{
        **fields,
        "safety": SafetyReport.from_dict(fields["safety"]),
        "exact": fields["exact"] and ExactFound(**fields["exact"]),
        "fuzzy": [FuzzyFound(**each) for each in fields["fuzzy"]],
    })
