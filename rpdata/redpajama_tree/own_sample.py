"""The sample of a dataset of ours, narrowed to what is asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.errors import CannotFinish, UserError, unknown_name
from rpdata.redpajama_tree.layout import Request
from rpdata.redpajama_tree.places import Tree, opened
from rpdata.signals.ccnet import BUCKETS

SAMPLE = "sample/sample.parquet"


@dataclass(frozen=True)
class SamplePart:
    """The one file, and which version of it."""

    file: str
    version: str


def sample_parts(tree: Tree, request: Request) -> list[SamplePart]:
    """What is to be read. UserError if there is no sample, or if copies are to be left out of it."""
    if request.deduplicated is not None:
        raise UserError("the sample is a fixed one, with its duplicates. Use name='default' with deduplicated")
    versions = tree.files("sample")
    if SAMPLE not in versions:
        raise UserError(f"{tree.named} has no {SAMPLE}: the run that writes it last has not ended")
    return [SamplePart(tree.file(SAMPLE), versions[SAMPLE])]


def sample_rows(parts: Sequence[SamplePart], request: Request) -> Iterator[dict[str, str]]:
    """The rows asked for, as they are. UserError if there are none, or none of a snapshot or language that is asked
    for; CannotFinish if the file is damaged."""
    for part in parts:
        found = False
        try:
            with opened(part.file) as file, pq.ParquetFile(file) as rows:
                refuse_unknown(part.file, rows.read(["doc_id", "meta"]), request)
                for batch in rows.iter_batches(batch_size=100):
                    for row in batch.to_pylist():
                        if is_asked_for(row, request):
                            found = True
                            yield row
        except (pa.ArrowException, OSError) as error:
            raise CannotFinish(f"cannot read {part.file}: {error}") from error
        if not found:
            raise UserError(f"{part.file} has no document of that partition, snapshots and languages together")


def refuse_unknown(file: str, rows: pa.Table, request: Request) -> None:
    """UserError for a snapshot or language that no row is of; it names those that there are."""
    known = {
        "snapshot": {str(doc_id).partition("/")[0] for doc_id in rows["doc_id"].to_pylist()},
        "language": {str(orjson.loads(meta)["language"]) for meta in rows["meta"].to_pylist()},
    }
    for kind, asked in (("snapshot", request.snapshots), ("language", request.languages)):
        for name in asked or ():
            if name not in known[kind]:
                raise UserError(f"{file}: {unknown_name(kind, name, known[kind])}")


def is_asked_for(row: dict[str, str], request: Request) -> bool:
    """Whether a row is of the request; one without a bucket counts as head or middle."""
    if request.snapshots is not None and row["doc_id"].partition("/")[0] not in request.snapshots:
        return False
    if request.languages is not None and orjson.loads(row["meta"])["language"] not in request.languages:
        return False
    (_, _, bucket), *_ = orjson.loads(row["quality_signals"]).get("ccnet_bucket", [(0, 0, None)])
    return (BUCKETS[int(bucket or 0)].as_py()) in request.buckets
