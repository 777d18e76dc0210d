"""The catalogue of signals: what each measures, in which unit and type, after which source; and how a batch gets them.

A `signal` is a function, and the annotation of its parameter says what it reads: the statistics of a batch of texts
(TextStats), its rows of `documents/` (RecordBatch), or one Document. `awaiting` declares what is not computed without
an artefact. Both register in the collection of the `collecting` block that they are executed in: the families' is
CATALOGUE; a file of a user has one of its own; outside of such a block a signal is a function and nothing else.
"""

import builtins
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pyarrow as pa

from rpdata.errors import UserError, unknown_name
from rpdata.schema import DOCUMENTS
from rpdata.signals.document import Document
from rpdata.text.stats import TextStats

FLOAT, COUNT, FLAG = pa.float64(), pa.int32(), pa.int8()

Reads: TypeAlias = builtins.type[TextStats] | builtins.type[pa.RecordBatch] | builtins.type[Document]

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
    reads: what `function` takes: TextStats, RecordBatch or Document.
    languages: those that have it; None is all.
    artefact: the list or model that it needs; None if it needs none.
    json: how RedPajama-V2 writes its number, 7.0 or 7.
    function: gives the values of a batch, one for each line of its documents if `per_line`, or the value (if
        `per_line`, the list of values) of one Document; None: not computed yet.
    """

    name: str
    type: pa.DataType
    unit: str
    source: str
    definition: str
    reads: Reads = TextStats
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


Collection: TypeAlias = dict[str, Signal]   # name -> signal, in the order of their definition

CATALOGUE: Collection = {}

READABLE = (TextStats, pa.RecordBatch, Document)

_collection: ContextVar[Collection | None] = ContextVar("collection", default=None)


@contextmanager
def collecting(collection: Collection) -> Iterator[Collection]:
    """Whatever is declared in the block (by this thread) registers in `collection`."""
    token = _collection.set(collection)
    try:
        yield collection
    finally:
        _collection.reset(token)


def register(entry: Signal) -> None:
    """Add a signal to the collection of the block, if there is one; UserError if its name is taken there."""
    collection = _collection.get()
    if collection is None:
        return
    if entry.name in collection:
        raise UserError(f"two signals have the name {entry.name!r}. Rename one of them")
    collection[entry.name] = entry


def signal(
    name: str,
    *,
    unit: str = "",
    source: str = "",
    type: pa.DataType = FLOAT,
    per_line: bool = False,
    languages: tuple[str, ...] | None = None,
    json: Literal["float", "int"] = "float",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated function as a signal; its docstring is the definition.

    The annotation of its (first) parameter says what it reads, see `Signal.function`. The function itself is returned
    as it is. UserError if the annotation is missing or something else.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        register(
            Signal(
                name=name,
                type=pa.list_(type) if per_line else type,
                unit=unit,
                source=source,
                definition=inspect.getdoc(function) or "",
                reads=what_it_reads(function, name),
                languages=languages,
                json=json,
                function=function,
            )
        )
        return function

    return declare


def what_it_reads(function: Callable[..., Any], name: str) -> Reads:
    """The class that annotates a function's first parameter; UserError if that is none that signals can read."""
    try:
        parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    except (NameError, TypeError, ValueError) as error:
        raise UserError(f"cannot tell what the signal {name!r} reads: {error}") from error
    annotation = parameters[0].annotation if parameters else None
    if annotation not in READABLE:
        raise UserError(
            f"cannot tell what the signal {name!r} reads: annotate the parameter of {function.__name__}. "
            "(document: Document) reads one document, (text: TextStats) the statistics of a batch of them"
        )
    return annotation


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
    """Declare a signal that is not computed without an artefact: its name, type and form are final."""
    register(
        Signal(
            name=name,
            type=type,
            unit=unit,
            source=source,
            definition=inspect.cleandoc(definition),
            languages=languages,
            artefact=artefact,
            json=json,
        )
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
            values = s.function(text if s.reads is TextStats else documents)
            columns.append(for_each_line(values) if s.per_line else values)
    return pa.RecordBatch.from_arrays(columns, schema=schema())
