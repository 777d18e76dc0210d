"""What is looked at before any document is marked, and what stops the run.

Deduplication goes wrong in two ways that a count of duplicates does not show: one cluster swallows documents that have
nothing to do with each other, and a whole source vanishes because its pages share a template. Both are refused, unless
somebody has looked at them and says that they are right.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rpdata.dedup.large_clusters import LargeCluster, Locate, Sample, largest_clusters
from rpdata.dedup.marks import Level
from rpdata.dedup.tallies import DOMAIN, LANGUAGE, SNAPSHOT, Loss, Tallies
from rpdata.engine.commit import write_atomically
from rpdata.errors import Refused

FILE = "index/safety.json"

# A cluster is too large if it has more than one document in a hundred, and is more than a handful.
CLUSTER_PERCENT = 1
CLUSTER_DOCUMENTS = 10
# A domain vanishes if it has more than so many documents, and more than so many percent of them go.
DOMAIN_DOCUMENTS = 1000
DOMAIN_PERCENT = 99

DOMAINS_NAMED = 20      # in the report: those that lose most
DANGERS_TOLD = 5        # in the message


@dataclass(frozen=True)
class LevelReport:
    """What one level would remove, and of what.

    Attributes
    ----------
    level: `exact`, or the threshold as it is typed.
    documents: of the dataset. removed: those of them that would go.
    domains: that lose most; languages, snapshots: all that lose any.
    clusters: the largest, with some of their documents.
    dangers: a sentence for each reason to refuse.
    domains_in_all: that lose any. clusters_in_all: of two documents or more.
    """

    level: str
    documents: int
    removed: int
    domains: list[Loss]
    languages: list[Loss]
    snapshots: list[Loss]
    clusters: list[LargeCluster]
    dangers: list[str]
    domains_in_all: int
    clusters_in_all: int

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "LevelReport":
        """From the JSON values of one level."""
        losses = {name: [Loss(**each) for each in fields[name]] for name in ("domains", "languages", "snapshots")}
        clusters = [
            LargeCluster(**{**each, "samples": [Sample(**sample) for sample in each["samples"]]})
            for each in fields["clusters"]
        ]
        return cls(**{**fields, **losses, "clusters": clusters})


@dataclass(frozen=True)
class SafetyReport:
    """That of every level; the same for any number of workers."""

    levels: list[LevelReport]

    @property
    def dangers(self) -> list[str]:
        """Those of all levels."""
        return [danger for level in self.levels for danger in level.dangers]

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"levels": [asdict(level) for level in self.levels]}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "SafetyReport":
        """The inverse of `as_dict`; KeyError or TypeError for anything else."""
        return cls([LevelReport.from_dict(level) for level in fields["levels"]])


def report_of(tallies: Tallies, levels: Sequence[Level], documents: int, locate: Locate) -> SafetyReport:
    """Look at what was found. documents: that were compared, those of an index too."""
    return SafetyReport([level_report(tallies, level, documents, locate) for level in levels])


def level_report(tallies: Tallies, level: Level, documents: int, locate: Locate) -> LevelReport:
    """One level of the report."""
    clusters, in_all = largest_clusters(level, locate)
    return LevelReport(
        level=level.name,
        documents=tallies.documents(),
        removed=tallies.removed(level),
        domains=tallies.losses(DOMAIN, level, DOMAINS_NAMED),
        languages=tallies.losses(LANGUAGE, level),
        snapshots=tallies.losses(SNAPSHOT, level),
        clusters=clusters,
        dangers=[
            *large(level, clusters, documents),
            *(vanishes(level, loss) for loss in tallies.vanishing(level, DOMAIN_DOCUMENTS, DOMAIN_PERCENT)),
        ],
        domains_in_all=tallies.losing(DOMAIN, level),
        clusters_in_all=in_all,
    )


def large(level: Level, clusters: Sequence[LargeCluster], documents: int) -> list[str]:
    """A sentence for each cluster that is too large."""
    return [
        f"{said(level)}: one cluster has {cluster.documents:,} of {documents:,} documents"
        + "".join(f", such as {sample.doc_id} ({sample.first_line!r})" for sample in cluster.samples[:1])
        for cluster in clusters
        if cluster.documents > CLUSTER_DOCUMENTS and cluster.documents * 100 > documents * CLUSTER_PERCENT
    ]


def vanishes(level: Level, loss: Loss) -> str:
    return f"{said(level)}: {loss.name} would lose {loss.removed:,} of its {loss.documents:,} documents"


def said(level: Level) -> str:
    return "exact duplicates" if level.is_exact else f"similarity {level.name}"


def write_report(root: Path, report: SafetyReport) -> None:
    """Keep it, all or nothing, also where the run is refused."""
    content = json.dumps(report.as_dict(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_atomically(root / FILE, content.encode("utf-8", "backslashreplace"))


class Unsafe(Refused):
    """Refused for what was found. output: the dataset, as it was named. report: to look at."""

    def __init__(self, message: str, output: str, report: SafetyReport) -> None:
        super().__init__(message)
        self.output = output
        self.report = report

    def as_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {"output": self.output, "refused": str(self), "safety": self.report.as_dict()}


def refuse(report: SafetyReport, shown: str) -> None:
    """Unsafe if anything looks wrong; nothing has been marked then. shown: the dataset, as it was named."""
    dangers = report.dangers
    if not dangers:
        return
    more = f"\n  and {len(dangers) - DANGERS_TOLD:,} more" if len(dangers) > DANGERS_TOLD else ""
    raise Unsafe(
        f"nothing was marked in {shown}: what was found may be templates, and not duplicates.\n"
        + "\n".join(f"  {danger}" for danger in dangers[:DANGERS_TOLD])
        + f"{more}\nOne cluster may have {CLUSTER_PERCENT}% of the documents, or {CLUSTER_DOCUMENTS} where that is "
        f"more; a domain of more than {DOMAIN_DOCUMENTS:,} may lose {DOMAIN_PERCENT}%.\n"
        f"Look at {shown.rstrip('/')}/{FILE}. If it is right, run the same command with --allow-large-clusters",
        shown, report,
    )
