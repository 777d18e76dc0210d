"""What is asked of a deduplication: which documents count as the same, how that is proven, and which one stays."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, cast, get_args

from rpdata.bands import BANDS
from rpdata.errors import UserError, unknown_name

Exact = Literal["text", "normalised", "payload", "none"]
Verify = Literal["jaccard", "signature", "none"]

SLACK = 0.15            # below the threshold: what the estimate of 128 values rejects without reading text
LEADERS = 16            # of a bucket or a cluster; documents that match none of them are counted as unresolved
BUCKET_LIMIT = 1 << 16  # documents that are compared with the same leaders; larger buckets are cut

SIGNAL = "signal:"
KEEP = ("first", "newest", "longest", f"{SIGNAL}NAME")


@dataclass(frozen=True)
class DedupSettings:
    """What decides the content of `duplicates/`, beside the documents.

    Attributes
    ----------
    exact: what has to be equal: the text as it is, its normalised words, the digest of the crawled payload; or "none".
    fuzzy: thresholds of Jaccard similarity, ascending.
    verify: how a candidate pair is proven: by the exact Jaccard similarity of its word 13-grams, by the estimate of
        the signatures, or not at all.
    keep: which document of a cluster is preferred: "first", "newest", "longest" or "signal:NAME" (the largest value).
    """

    exact: Exact = "text"
    fuzzy: tuple[float, ...] = (0.8,)
    verify: Verify = "jaccard"
    keep: str = "first"

    @classmethod
    def parse(cls, exact: str, fuzzy: str, verify: str, keep: str) -> "DedupSettings":
        """From the options as they are typed: fuzzy is e.g. "0.7,0.8" or "none". UserError for what is not known."""
        if exact not in get_args(Exact):
            raise unknown_name("--exact", exact, get_args(Exact))
        if verify not in get_args(Verify):
            raise unknown_name("--verify", verify, get_args(Verify))
        if keep not in KEEP[:-1] and not (keep.startswith(SIGNAL) and len(keep) > len(SIGNAL)):
            raise unknown_name("--keep", keep, KEEP)
        chosen = thresholds(fuzzy)
        if exact == "none" and not chosen:
            raise UserError("--exact none and --fuzzy none leave nothing to look for. Leave one of them away")
        return cls(cast(Exact, exact), chosen, cast(Verify, verify), keep)

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**asdict(self), "fuzzy": list(self.fuzzy)}

    @property
    def reads_text(self) -> bool:
        """Whether pairs are proven by the text of their documents."""
        return bool(self.fuzzy) and self.verify == "jaccard"


def thresholds(typed: str | Sequence[float]) -> tuple[float, ...]:
    """Of "0.7,0.8": ascending, each once; none of "none". UserError for one that has no bands."""
    if typed == "none":
        return ()
    found = set()
    for name in typed.split(",") if isinstance(typed, str) else map(str, typed):
        try:
            value = float(name)
        except ValueError:
            value = -1.0
        if value not in BANDS:
            raise UserError(
                f"no bands for a similarity of {name.strip()!r}; there are {', '.join(map(str, sorted(BANDS)))}. "
                "Write it like --fuzzy 0.8 or --fuzzy 0.7,0.8,0.9"
            )
        found.add(value)
    return tuple(sorted(found))
