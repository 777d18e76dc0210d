"""The catalogue of signals: what each measures, in which unit and type, after which source; and how a batch gets them.

A `signal` is a function, and the annotation of its parameter says what it reads: the statistics of a batch of texts
(TextStats), what models say of them (ModelStats), its rows of `documents/` (RecordBatch), or one Document. It
registers in the collection of the `collecting` block that it is executed in: the families' is CATALOGUE; a file of a
user has one of its own; outside of such a block a signal is a function and nothing else.
"""

import builtins
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import pyarrow as pa

from rpdata.errors import UserError, unknown_name
from rpdata.signals.document import Document
from rpdata.signals.model_stats import ModelStats
from rpdata.text.stats import TextStats

FLOAT, COUNT, FLAG = pa.float64(), pa.int32(), pa.int8()

Reads: TypeAlias = (
    builtins.type[TextStats] | builtins.type[ModelStats] | builtins.type[pa.RecordBatch] | builtins.type[Document]
)

# Said beside every definition that speaks of words.
TERMS = (
    "words: the normalised text (ASCII punctuation deleted, lower case, NFD) cut at white space; "
    r"raw words: the matches of \w+|[^\w\s]+ in the text as it is, so that a run of punctuation is one"
)

OWN = "rpdata_"     # how the names of those begin that RedPajama-V2 does not have

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
    reads: what `function` takes: TextStats, ModelStats, RecordBatch or Document.
    languages: those that have it; None is all.
    artefact: the list or model without which there is no such column, by its name without the language; None if it
        needs none.
    filled_by: likewise, the one that gives values where the input has none.
    json: how RedPajama-V2 writes its number, 7.0 or 7.
    function: gives the values of a batch, one for each line of its documents if `per_line`, or the value (if
        `per_line`, the list of values) of one Document.
    """

    name: str
    type: pa.DataType
    unit: str
    source: str
    definition: str
    function: Callable[[Any], Any]
    reads: Reads = TextStats
    languages: tuple[str, ...] | None = None
    artefact: str | None = None
    filled_by: str | None = None
    json: Literal["float", "int"] = "float"

    @property
    def per_line(self) -> bool:
        """Whether it has a number for each line; lists of words belong to the document."""
        return pa.types.is_list(self.type) and not pa.types.is_string(self.type.value_type)

    @property
    def published(self) -> bool:
        """Whether RedPajama-V2 has it; others never enter its JSON."""
        return not self.name.startswith(OWN)

    def describe(self) -> dict[str, Any]:
        """The entry as plain data, for `rpdata signals list` and `show`."""
        return {
            "name": self.name,
            "definition": self.definition,
            **({"terms": TERMS} if "word" in self.definition.lower() else {}),
            "unit": self.unit,
            "type": f"{type_name(self.type.value_type)} for each line" if self.per_line else type_name(self.type),
            "source": self.source,
            "languages": list(self.languages) if self.languages else None,
            "artefact": self.artefact or self.filled_by,
            "published": self.published,
        }


Collection: TypeAlias = dict[str, Signal]   # name -> signal, in the order of their definition

CATALOGUE: Collection = {}

READABLE = (TextStats, ModelStats, pa.RecordBatch, Document)

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
    artefact: str | None = None,
    filled_by: str | None = None,
    definition: str | None = None,
    json: Literal["float", "int"] = "float",
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated function as a signal; its docstring is the definition, where none is given.

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
                definition=inspect.cleandoc(definition or inspect.getdoc(function) or ""),
                function=function,
                reads=what_it_reads(function, name),
                languages=languages,
                artefact=artefact,
                filled_by=filled_by,
                json=json,
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
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if more := [of.name for of in parameters[1:] if of.default is of.empty and of.kind not in kinds]:
        raise UserError(
            f"the signal {name!r} can't be called: {function.__name__} takes {', '.join(more)} besides "
            f"{parameters[0].name}, and signals are given nothing else. Take them away, or give them a default"
        )
    return annotation


def find(name: str) -> Signal:
    """The signal of that name; UserError with the nearest names if there is none."""
    name = ALIASES.get(name, name)
    if name not in CATALOGUE:
        raise unknown_name("signal", name, CATALOGUE)
    return CATALOGUE[name]


def type_name(type: pa.DataType) -> str:
    """Of a column: float64, which Arrow calls double; text; list of text."""
    if pa.types.is_list(type):
        return f"list of {type_name(type.value_type)}"
    if pa.types.is_string(type):
        return "text"
    return type.to_pandas_dtype().__name__
