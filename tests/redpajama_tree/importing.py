"""Importing a published tree in this process, and what is looked at of it then."""

import gzip
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from rpdata.manifest import Manifest
from rpdata.redpajama_tree.import_run import files_in, planned, tasks_of
from rpdata.redpajama_tree.import_unit import import_unit

DE_HEAD = "2026-34/0000/de_head"


def imported_here(tree: Path, output: Path) -> Path:
    """The tree as a dataset, or into the one that is there, without workers and views."""
    before = Manifest.load(output) if (output / "rpdata.json").exists() else Manifest()
    manifest = planned(before, output, files_in(tree))
    manifest.save(output)
    for task in tasks_of(manifest, output, files_in(tree)).values():
        import_unit(task)
    return output


def told(dataset: Path) -> list[tuple[str | None, str]]:
    lines = [line for path in sorted((dataset / "errors").rglob("*.jsonl")) for line in path.read_text().splitlines()]
    found = [json.loads(line) for line in lines]
    return [(line["doc_id"], line["cause"]) for line in found if "doc_id" in line]


def write_records(path: Path, records: list[dict], level: int = 9) -> None:
    lines = [json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n" for record in records]
    path.write_bytes(gzip.compress("".join(lines).encode(), level))


def documents_of(dataset, partition):
    return pq.read_metadata(dataset / f"documents/{partition}.parquet").num_rows


def place(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)
