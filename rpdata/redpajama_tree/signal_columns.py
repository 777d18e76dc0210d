"""Published signals as columns of `quality_signals/`; what would not come out again as it went in is told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from rpdata.annotate.identity import id_ints
from rpdata.errors import CannotFinish
from rpdata.redpajama import signals_json, slices
from rpdata.redpajama_tree.disagreements import Disagreements
from rpdata.redpajama_tree.published_rows import json_lines
from rpdata.schema import DOCUMENTS
from rpdata.signals import CATALOGUE
from rpdata.signals.columns import SPANS

FIELDS = ("cc_segment", "url", "source_domain", "language")     # of documents/, that `metadata` repeats
KEYS = {"id", "id_int", "metadata", "quality_signals"}           # of a record
NEWLINE = ord("\n")
LONGEST_RECORD = 1 << 26        # bytes of JSON; its numbers take about ten times as much while they are read
NUMBER = re.compile("0|[1-9][0-9]{0,17}")
Record = Mapping[str, Any]


def published_names(path: Path) -> list[str]:
    """The signals that a file has, by its first record, in its order; none of one without lines. CannotFinish if the
    file is torn, or its first line no record."""
    first = next(filter(None, json_lines(str(path), LONGEST_RECORD)), None)
    return [] if first is None else list(record_of(first, path)["quality_signals"])


def signals_schema(names: Sequence[str]) -> pa.Schema:
    """`doc_id`, the spans of lines, and those of the named signals that are in the catalogue, in its order."""
    spans = [pa.field(name, pa.list_(pa.int32())) for name in SPANS]
    signals = [pa.field(s.name, s.type) for s in CATALOGUE.values() if s.published and s.name in names]
    return pa.schema([DOCUMENTS.field("doc_id"), *spans, *signals])


class SignalRecords:
    """The records of a file of signals, asked for in the order of the documents of its partition."""

    def __init__(self, path: Path, partition: str, told: Disagreements) -> None:
        self._path = path
        self._prefix = f"{partition}.json.gz/"
        self._told = told
        self._unknown: set[str] = set()     # keys of records that were told
        self._records = self._numbered()
        self._next = next(self._records, None)

    def of(self, doc_ids: Sequence[str]) -> list[Record | None]:
        """The record of each document; None, and told, where there is none."""
        found: list[Record | None] = []
        for doc_id in doc_ids:
            number = int(doc_id.rpartition("/")[2])
            self._pass_over(number)
            if self._next is None or self._next[0] != number:
                self._told.add(doc_id, "has no signals")
                found.append(None)
            else:
                found.append(self._next[1])
                self._next = next(self._records, None)
        return found

    def close(self) -> None:
        """Tell of what no document was asked for."""
        self._pass_over(None)

    def _pass_over(self, number: int | None) -> None:
        while self._next is not None and (number is None or self._next[0] < number):
            self._told.add(self._next[1]["id"], "is not among the documents")
            self._next = next(self._records, None)

    def _numbered(self) -> Iterator[tuple[int, Record]]:
        last = -1
        for line in json_lines(str(self._path), LONGEST_RECORD):
            if not line:
                cause = f"the line after that of {last} is empty, or of more than {LONGEST_RECORD:,} bytes: left out"
                self._told.add(None, cause)
                continue
            try:
                record = record_of(line, self._path)
            except CannotFinish:
                self._told.add(None, f"the line after that of {last} is no record of signals")
                continue
            prefix, number = record["id"][: len(self._prefix)], record["id"][len(self._prefix) :]
            if prefix != self._prefix or not NUMBER.fullmatch(number) or int(number) <= last:
                self._told.add(record["id"], f"does not belong here: after line {last} of {self._prefix[:-1]}")
                continue
            last = int(number)
            self._tell_unknown(record)
            yield last, record

    def _tell_unknown(self, record: Record) -> None:
        """Tell once of each key that has no place here."""
        for key in record["others"]:
            if key not in self._unknown:
                self._unknown.add(key)
                self._told.add(record["id"], f"has {key}, which rpdata does not know: left out, here and in others")


def record_of(line: bytes, path: Path) -> Record:
    """The record on a line; CannotFinish if it is none."""
    try:
        record = orjson.loads(line)
        return {
            "id": str(record["id"]), "id_int": record.get("id_int"), "metadata": dict(record.get("metadata") or {}),
            "quality_signals": dict(record["quality_signals"]), "others": sorted({*record} - KEYS),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotFinish(f"{path} has a line that is no record of signals ({error!r}). Get it again") from error


def signal_columns(
    documents: pa.RecordBatch, records: Sequence[Record | None], schema: pa.Schema, told: Disagreements
) -> pa.RecordBatch:
    """The rows of `quality_signals/` for documents and their records; null where there is no record."""
    ends = [line_ends(text.as_py()) for text in documents["raw_content"]]
    starts = [np.concatenate([[0], of[:-1]]).astype(np.int32) if len(of) else of for of in ends]
    lines = [len(of) for of in ends]
    offsets = pa.array(np.cumsum([0, *lines]), pa.int32())

    def lists(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
        arrays = [pa.array(of, kind.value_type) for of in values]
        return pa.ListArray.from_arrays(offsets, pa.concat_arrays([pa.array([], kind.value_type), *arrays]), type=kind)

    columns = [
        documents["doc_id"],
        *(lists(of, schema.field(name).type) for name, of in zip(SPANS, (starts, ends), strict=True)),
    ]
    for field in list(schema)[1 + len(SPANS) :]:
        said = [None if record is None else record["quality_signals"].get(field.name) for record in records]
        if pa.types.is_list(field.type):
            kind = field.type.value_type
            of_lines = [
                pa.nulls(number, kind) if of is None else scores(of, number, kind)
                for of, number in zip(said, lines, strict=True)
            ]
            columns.append(lists(of_lines, field.type))
        else:
            columns.append(pa.array([scores(of, 1, field.type)[0] for of in said], field.type))
    signals = pa.RecordBatch.from_arrays(columns, schema=schema)
    tell_differences(documents, signals, records, told)
    return signals


def line_ends(text: str) -> npt.NDArray[np.int32]:
    """Where the pieces of a text end that a newline ends, and what is left behind the last; in code points.

    Each begins where the one before ends. A text may have millions: no Python object is made of any.
    """
    points = text.encode("ascii" if text.isascii() else "utf-32-le")
    characters = np.frombuffer(points, np.uint8 if text.isascii() else np.dtype("<u4"))
    ends = np.flatnonzero(characters == NEWLINE) + 1
    behind = [len(text)] if text and not text.endswith("\n") else []
    return np.concatenate([ends, behind]).astype(np.int32)


def scores(said: object, number: int, kind: pa.DataType) -> list[float | int | None]:
    """The scores of `number` spans as values of the type; null where there is none, or none that the type holds."""
    found = said if isinstance(said, list) else []
    values = [span[2] if isinstance(span, list) and len(span) == 3 else None for span in found[:number]]
    return [held(value, kind) for value in values] + [None] * (number - len(values))


def held(value: object, kind: pa.DataType) -> float | int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if pa.types.is_floating(kind):
        return float(value)
    half = 1 << (kind.bit_width - 1)
    return int(value) if value == int(value) and -half <= value < half else None


def tell_differences(
    documents: pa.RecordBatch, signals: pa.RecordBatch, records: Sequence[Record | None], told: Disagreements
) -> None:
    """Compare what would be exported with what was read, and what both files say of the document."""
    if all(record is None for record in records):
        return
    ours = [text for part in slices(signals) for text in signals_json(part).to_pylist()]
    fields = {name: documents[name].to_pylist() for name in FIELDS}
    numbers = id_ints(documents["doc_id"]).to_pylist()
    for row, (doc_id, record) in enumerate(zip(documents["doc_id"].to_pylist(), records, strict=True)):
        if record is None:
            continue
        said = record.get("id_int")
        if said not in (None, numbers[row]):
            told.add(doc_id, f"id_int is {said}, and by the identifier {numbers[row]}")
        theirs = record["quality_signals"]
        if orjson.dumps(theirs) != ours[row].encode():
            written = orjson.loads(ours[row])
            names = [name for name in {**theirs, **written} if not same(theirs.get(name), written.get(name))]
            if names:
                told.add(doc_id, f"values or spans of {', '.join(names[:5])} can't be held, or are of another text")
        place = {"cc_net_source": doc_id.rpartition("/")[0], "snapshot_id": doc_id.partition("/")[0]}
        known = {**{name: values[row] for name, values in fields.items()}, **place}
        for name in dict.fromkeys((*FIELDS, *record["metadata"])):
            said = record["metadata"].get(name)
            if said != known.get(name):
                told.add(doc_id, f"{name} is {said!r} in its metadata, and {known.get(name)!r} in documents/")


def same(one: object, other: object) -> bool:
    """Whether two values of JSON are written alike: 7 and 7.0 are not."""
    return orjson.dumps(one) == orjson.dumps(other)
