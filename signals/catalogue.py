"""The catalogue of signals: what each measures, in which unit and type, after which source; and how a batch gets them.

Three kinds of signals register here: `signal` (a formula over the statistics of the text), `signal(reads="documents")`
(a field that the source supplied), and `awaiting` (declared with its final name and type, not computed without an
artefact).
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from rpdata.errors import unknown_name
from rpdata.schema import DOCUMENTS
from rpdata.text.stats import TextStats

FLOAT, COUNT, FLAG = pa.float64(), pa.int32(), pa.int8()

# Said beside every definition that speaks of words.
TERMS = (
    "words: the normalised text (ASCII punctuation deleted, lower case, NFD) cut at white space; "
    r"raw words: the matches of \w+|[^\w\s]+ in the text as it is, so that a run of punctuation is one"
)

# The published name is misspelt for good; the right spelling finds it.
ALIASES = {"rps_lines_ending_with_terminal_punctuation_mark": "rps_lines_ending_with_terminal_punctution_mark"}


@dataclass(frozen=True)
class Signal:
    """One signal.

    Attributes
    ----------
    type: of its column; a list, aligned with `line_start` and `line_end`, if it has a value for each line.
    unit: of its value; "1" is a pure number.
    source: the paper and section that define it.
    definition: what is measured, with the value for an empty document.
    reads: whether `function` takes the statistics of a batch (TextStats) or its rows of `documents/` (RecordBatch).
    languages: those that have it; None is all.
    artefact: the list or model that it needs; None if it needs none.
    json: how RedPajama-V2 writes its number, 7.0 or 7.
    function: gives the values of a batch, one for each line of its documents if `per_line`; None: not computed yet.
    """

    name: str
    type: pa.DataType
    unit: str
    source: str
    definition: str
    reads: Literal["text", "documents"] = "text"
    languages: tuple[str, ...] | None = None
    artefact: str | None = None
    json: Literal["float", "int"] = "float"
    function: Callable[[Any], pa.Array] | None = None

    @property
    def per_line(self) -> bool:
        return pa.types.is_list(self.type)

    def describe(self) -> dict[str, Any]:
        """The entry as plain data, for `rpdata signals list` and `show`."""
        return {
            "name": self.name,
            "definition": self.definition,
            **({"terms": TERMS} if "word" in self.definition.lower() else {}),
            "unit": self.unit,
            "type": f"{numpy_name(self.type.value_type)} for each line" if self.per_line else numpy_name(self.type),
            "source": self.source,
            "languages": list(self.languages) if self.languages else None,
            "artefact": self.artefact,
            "computed": self.function is not None,
        }


CATALOGUE: dict[str, Signal] = {}


def signal(
    name: str,
    *,
    unit: str,
    source: str,
    type: pa.DataType = FLOAT,
    per_line: bool = False,
    reads: Literal["text", "documents"] = "text",
    languages: tuple[str, ...] | None = None,
    json: Literal["float", "int"] = "float",
) -> Callable[[Callable[[Any], pa.Array]], Callable[[Any], pa.Array]]:
    """Register the decorated function as a signal; its docstring is the definition."""

    def register(function: Callable[[Any], pa.Array]) -> Callable[[Any], pa.Array]:
        CATALOGUE[name] = Signal(
            name=name,
            type=pa.list_(type) if per_line else type,
            unit=unit,
            source=source,
            definition=inspect.getdoc(function) or "",
            reads=reads,
            languages=languages,
            json=json,
            function=function,
        )
        return function

    return register


def awaiting(
    artefact: str,
    name: str,
    definition: str,
    *,
    unit: str,
    source: str,
    type: pa.DataType = FLOAT,
    languages: tuple[str, ...] | None = None,
    json: Literal["float", "int"] = "float",
) -> None:
    """Register a signal that is not computed without an artefact: its name, type and form are final."""
    CATALOGUE[name] = Signal(
        name=name,
        type=type,
        unit=unit,
        source=source,
        definition=inspect.cleandoc(definition),
        languages=languages,
        artefact=artefact,
        json=json,
    )


def find(name: str) -> Signal:
    """The signal of that name; UserError with the nearest names if there is none."""
    name = ALIASES.get(name, name)
    if name not in CATALOGUE:
        raise unknown_name("signal", name, CATALOGUE)
    return CATALOGUE[name]


def numpy_name(type: pa.DataType) -> str:
    """float64, which Arrow calls double."""
    return type.to_pandas_dtype().__name__


def schema() -> pa.Schema:
    """The columns of `quality_signals/`: the document, the spans of its lines (code points), every computed signal."""
    spans = [pa.field(name, pa.list_(pa.int32())) for name in ("line_start", "line_end")]
    signals = [pa.field(s.name, s.type) for s in CATALOGUE.values() if s.function is not None]
    return pa.schema([DOCUMENTS.field("doc_id"), *spans, *signals])


def compute(documents: pa.RecordBatch, text: TextStats) -> pa.RecordBatch:
    """The rows of `quality_signals/` for a batch of rows of `documents/` and the statistics of their texts."""
    offsets = pa.array(text.line_offsets.astype(np.int32))

    def for_each_line(values: pa.Array) -> pa.Array:
        return pa.ListArray.from_arrays(offsets, values)

    columns = [documents["doc_id"], *map(for_each_line, (pa.array(text.lines.start), pa.array(text.lines.end)))]
    for s in CATALOGUE.values():
        if s.function is not None:
            values = s.function(text if s.reads == "text" else documents)
            columns.append(for_each_line(values) if s.per_line else values)
    return pa.RecordBatch.from_arrays(columns, schema=schema())
