"""Reference values: 84 hand-made documents and what the RedPajama-V2 reference computes for them, line by line.

`edge_docs.jsonl` has the documents as cc_net records (with a `name`), `edge_golden.jsonl` the reference's signals and
bands (`minhash`: the bytes of each band in hexadecimal).
"""

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa

from rpdata.schema import DOCUMENTS
from rpdata.signals import CATALOGUE, ModelStats, compute, schema, stop_lists
from rpdata.text import measure

FOLDER = Path(__file__).parent


def edge_documents() -> list[dict[str, Any]]:
    return read_lines(FOLDER / "edge_docs.jsonl")


def edge_golden() -> list[dict[str, Any]]:
    """The reference's records; one, of a language without stop list, has an `error` in place of values."""
    return read_lines(FOLDER / "edge_golden.jsonl")


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def as_batch(records: list[dict[str, Any]], ids: list[str]) -> pa.RecordBatch:
    """cc_net records as rows of `documents/`."""
    rows = [{"doc_id": doc_id, **record} for doc_id, record in zip(ids, records, strict=True)]
    return pa.RecordBatch.from_pylist([{name: row.get(name) for name in DOCUMENTS.names} for row in rows], DOCUMENTS)


def signals_of(documents: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of `quality_signals/` without any artefact."""
    text, _ = measure(documents["raw_content"], documents["language"].to_pylist(), stop_lists(), None)
    said = ModelStats({"lm": documents["perplexity"], "lm.bucket": documents["bucket"]})
    columns = {"doc_id": documents["doc_id"], **compute(schema().names[1:], documents, text, said)}
    return pa.RecordBatch.from_pydict(columns, schema())


def computed(golden: dict[str, Any]) -> dict[str, Any]:
    """The reference's spans of the signals that need no artefact, in its order."""
    return {
        name: spans for name, spans in golden["quality_signals"].items() if CATALOGUE[name].artefact is None
    }


def exported_line(golden: bytes) -> bytes:
    """A golden line as the reference wrote it to its `signals.json.gz`, without the signals that need an artefact."""
    line = re.sub(rb',"minhash":.*', b"}", golden)
    waiting = "|".join(name for name, signal in CATALOGUE.items() if signal.artefact).encode()
    return re.sub(rb',"(?:' + waiting + rb')":\[\[[^\]]*\]\]', b"", line)


def bands(golden: dict[str, Any]) -> dict[str, list[bytes] | None]:
    """The bands of each threshold as the columns of the reference's Parquet files have them."""
    return {name: [bytes.fromhex(band) for band in of] if of else None for name, of in golden["minhash"].items()}
