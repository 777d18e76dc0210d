"""Datasets of given texts, annotated in this process, and deduplication without a cluster."""

import gzip
import json
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from rpdata.annotate.run import plan_units
from rpdata.annotate.settings import Settings
from rpdata.annotate.unit import annotate_unit
from rpdata.dedup.stages import Stages
from rpdata.report.views import write_views
from rpdata.sources import cut, discover

Record = Mapping[str, object]       # of a document, what differs from the fields that cc_net's records need


def annotated(root: Path, crawl: Path, partitions: Mapping[str, Sequence[Record | str]]) -> Path:
    """The dataset `root` with the documents of cc_net files such as "2023-06/0000/en_head", written below `crawl`.

    A string is a document's raw_content.
    """
    for partition, records in partitions.items():
        path = crawl / f"{partition}.json.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", compresslevel=1) as file:
            for row, record in enumerate(records):
                given = {"raw_content": record} if isinstance(record, str) else record
                file.write(json.dumps(ccnet_record(partition, row, given)) + "\n")
    settings = Settings(root)
    files = [str(crawl / f"{partition}.json.gz") for partition in partitions]
    manifest, units = plan_units(discover(files, None), settings, 1, split=cut)
    root.mkdir(parents=True, exist_ok=True)
    manifest.save(root)
    for unit in units:
        annotate_unit(unit, settings)
    write_views(root)
    return root


def ccnet_record(partition: str, row: int, given: Record) -> dict[str, object]:
    """All fields that cc_net writes."""
    text = str(given["raw_content"])
    return {
        "url": f"https://site{row % 3}.example/{partition}/{row}",
        "date_download": f"{partition[:4]}-01-01T00:00:{row % 60:02d}Z",
        "digest": f"sha1:{partition}/{row}",
        "length": len(text),
        "nlines": text.count("\n") + 1,
        "source_domain": f"site{row % 3}.example",
        "title": "",
        "original_nlines": text.count("\n") + 1,
        "original_length": len(text.encode()),
        "language": partition.rpartition("/")[2][:2],
        "language_score": 0.9,
        "perplexity": 100.0,
        "bucket": partition.rpartition("_")[2],
        "cc_segment": "crawl-data/segment.wet.gz",
        **given,
    }


class Here:
    """Does the work of a cluster's workers in this process."""

    dashboard = None
    memory = 1 << 30

    def on_progress(self, handler):
        """Nothing is told."""

    def run(self, task, items):
        for name, item in items:
            yield name, task(item)


@contextmanager
def here(resources):
    """In place of `rpdata.annotate.work.start`."""
    yield Here()


def stages_here() -> Stages:
    return Stages(Here(), quiet=True, silent=True)


def marks(root: Path) -> list[dict[str, object]]:
    """All rows of `duplicates/`, in the dataset's order, which here is that of the paths."""
    files = sorted((root / "duplicates").rglob("*.parquet"))
    return [row for path in files for row in pq.read_table(path).to_pylist()]
