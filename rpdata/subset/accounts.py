"""The ledger entries of a unit of a subset: what became of the documents that were read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from rpdata.dataset import DOCUMENTS
from rpdata.decide.files import PartitionFiles
from rpdata.ledger import Entry, Ledger, PartitionFile
from rpdata.subset.task import SubsetTask


def documents_entry(task: SubsetTask, read: Entry, files: Mapping[str, PartitionFile] | None) -> Entry:
    """Every document that was read is kept, or was dropped: by a rule, or as the edits left it no line.

    files: None if they were there before.
    """
    if files is None:
        known = Ledger(task.root).entry(DOCUMENTS, task.unit)
        assert known is not None, "documents are written unless the ledger has them"
        return known
    name = task.decided.recipe.name
    kept = kept_by_rules(task, read)
    dropped = {
        f"not kept by {name}": read.written - kept,
        f"no line left by {name}": kept - sum(file.rows for file in files.values()),
    }
    return Entry(
        step=DOCUMENTS,
        unit=task.unit,
        configuration=task.state,
        partitions=files,
        read=read.written,
        dropped={reason: count for reason, count in dropped.items() if count},
        inputs=tuple(task.inputs),
    )


def kept_by_rules(task: SubsetTask, read: Entry) -> int:
    """How many documents of the unit the decisions keep."""
    kept = 0
    for partition in read.partitions:
        with PartitionFiles(task.decided.root, partition) as files:
            kept += int(files.read(task.decided.recipe.folder, ["keep"]).column(0).to_numpy().sum())
    return kept


def overlay_entry(
    task: SubsetTask,
    step: str,
    files: Mapping[str, PartitionFile],
    documents: Entry,
    failures: Sequence[Mapping[str, Any]],
) -> Entry:
    """The columns are those of the other dataset, made by what made them there."""
    origin = task.origin(step)
    assert origin is not None, "only what the unit has goes along"
    return Entry(
        step=step,
        unit=task.unit,
        configuration=origin.configuration,
        partitions=files,
        read=documents.written,
        failed_values=sum(line.get("more", 1) for line in failures),
        inputs=origin.inputs,
        columns=origin.columns,
    )


def failures_of(task: SubsetTask, step: str, kept_ids: Sequence[pa.Array]) -> list[dict[str, Any]]:
    """What `errors/` of the other dataset says of values of the documents that are kept.

    Of those that it counts and does not name nobody knows whose they are; the line stays, and counts none.
    """
    origin = task.origin(step)
    if origin is None or not origin.failed_values:
        return []
    path = task.decided.root / "errors" / step / f"{task.unit}.jsonl"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []
    kept = {doc_id for ids in kept_ids for doc_id in ids.to_pylist()} if lines else set()
    return [
        {**line, **({"more": 0} if "more" in line else {})}
        for line in lines if "more" in line or line.get("doc_id") in kept
    ]
