"""What one deduplication compares with each other, and which datasets get an overlay of what it finds."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import rpdata.dedup
from rpdata.dataset import DOCUMENTS, Dataset
from rpdata.dedup.clusters.preference import FIRST, NOT_SIGNALS, Preference
from rpdata.dedup.duplicates_overlay import MarkTask
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import Segment
from rpdata.dedup.job import Job
from rpdata.dedup.marks import EXACT, Level
from rpdata.dedup.own_index import documents_entries
from rpdata.dedup.settings import DedupSettings
from rpdata.ledger import Ledger, configuration_hash, hash_of
from rpdata.signals.fingerprint import kernel_hash


@dataclass(frozen=True)
class Comparison:
    """Documents that are compared, and what is asked of them.

    Attributes
    ----------
    home: the folder of the index that the work is done in.
    numbering: all documents. first: the names of the segments that come before all others.
    targets: the datasets that get an overlay.
    preferences: of each target, what the keep rule means there; None for "first".
    """

    home: Path
    numbering: Numbering
    first: frozenset[str]
    targets: tuple[Path, ...]
    settings: DedupSettings
    preferences: Mapping[Path, Preference | None]

    @classmethod
    def of(
        cls, home: Path, segments: Sequence[Segment], first: frozenset[str], targets: Sequence[Path],
        settings: DedupSettings,
    ) -> "Comparison":
        """UserError if the datasets do not have what the keep rule asks for."""
        preferences = {
            root: None if settings.keep == FIRST else Preference.of(settings.keep, with_signals(root))
            for root in targets
        }
        return cls(home, Numbering(segments, first), first, tuple(targets), settings, preferences)

    @cached_property
    def state(self) -> str:
        """Stands for everything that decides what is found: documents, their order, settings and code."""
        return configuration_hash({
            "settings": self.settings.as_dict(),
            "places": self.numbering.described(),
            "first": [each.segment.name in self.first for each in self.numbering.ranges],
            "preferred by": [self._files(*each) for each in self.preferences.items()],
            "code": code_hash(),
        })[:16]

    def _files(self, root: Path, preference: Preference | None) -> dict[str, str]:
        """The files that a keep rule looks at, by their hashes."""
        entries = Ledger(root).entries(preference.overlay) if preference else ()
        return {partition: file.xxh3 for entry in entries for partition, file in entry.partitions.items()}

    @property
    def against(self) -> list[str]:
        """Of each dataset whose documents come first the `doc_ids` of one partition, which it is known by."""
        first = [each for each in self.numbering.ranges if each.segment.name in self.first and each.place.rows]
        return sorted({each.segment.dataset: each.place.doc_ids for each in first}.values())

    @property
    def work(self) -> Path:
        return self.home / "work" / self.state

    def job(self, earlier: Path | None) -> Job:
        """What its tasks share. earlier: pairs of the documents that come first, see `earlier_edges`."""
        return Job.begin(self.work, self.settings, self.numbering, self.first, earlier)

    @property
    def levels(self) -> tuple[Level, ...]:
        """The ways of being a duplicate that were asked for, and where their results are."""
        job = Job(self.work, self.settings)
        exact = [] if self.settings.exact == "none" else [Level(EXACT, job.stage("exact"))]
        return (*exact, *(Level(str(t), job.stage("survivors", t)) for t in self.settings.fuzzy))

    def mark_tasks(self, root: Path) -> list[MarkTask]:
        """A task for each unit of a target that is annotated, in the dataset's order."""
        starts = {
            each.place.partition: each.first_number for each in self.numbering.ranges if each.segment.dataset == root
        }
        id_ints = Job(self.work, self.settings).id_ints
        return [
            MarkTask(
                root, entry.unit, {partition: starts[partition] for partition in entry.partitions},
                self.levels, self.state, id_ints,
            )
            for entry in documents_entries(root)
        ]


def with_signals(root: Path) -> Dataset:
    """A dataset with all overlays that a keep rule may look at; those that are made here may be damaged."""
    steps = sorted(path.name for path in (root / "ledger").iterdir())
    return Dataset.open(root, [step for step in steps if step not in (DOCUMENTS, *NOT_SIGNALS)])


@cache
def code_hash() -> str:
    """Of the sources that decide what is found: any change to them may change it."""
    folder = Path(inspect.getfile(rpdata.dedup)).parent
    deciding = [path for each in ("index", "pairs", "clusters") for path in (folder / each).glob("*.py")]
    names = ("duplicates_columns", "duplicates_overlay", "exact", "marks", "settings", "stages")
    deciding += [folder / f"{name}.py" for name in names]
    sources = {str(path.relative_to(folder)): hash_of(path) for path in deciding}
    return configuration_hash({"kernels": kernel_hash(), **sources})
