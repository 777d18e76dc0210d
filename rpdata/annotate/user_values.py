"""The values of a user's signals over a batch. A function that fails for a document costs that value and no other."""

import contextlib
import reprlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.annotate.signals_file import message_of
from rpdata.ledger import ERRORS_LISTED
from rpdata.signals import Document, Signal, TextStats
from rpdata.signals.catalogue import type_name
from rpdata.signals.document import documents_of

QUOTED = reprlib.Repr()     # shows any value, bounded, whatever its own __repr__ does
QUOTED.maxstring = QUOTED.maxother = 100


class WrongValue(Exception):
    """What a function returned is not what it declares."""


@dataclass
class Failures:
    """The values that could not be had, by signal: the first ERRORS_LISTED of each by name, and how many in all."""

    listed: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, signal: str, doc_id: str, error: BaseException) -> None:
        self.counts[signal] += 1
        if self.counts[signal] <= ERRORS_LISTED:
            kind = "TypeError" if isinstance(error, WrongValue) else type(error).__name__
            self.listed[signal].append(
                {"signal": signal, "doc_id": doc_id, "exception": kind, "message": message_of(error)}
            )

    def keep(self, lines: Iterable[Mapping[str, Any]], signals: Iterable[str]) -> None:
        """Take over what `told` said earlier of signals that are not computed again."""
        kept = set(signals)
        for line in lines:
            if line["signal"] in kept:
                self.counts[line["signal"]] += line.get("more", 1)
                if "more" not in line:
                    self.listed[line["signal"]].append(dict(line))

    def told(self, signals: Sequence[str]) -> list[dict[str, Any]]:
        """What `errors/` is to say, in the order of the signals."""
        lines: list[dict[str, Any]] = []
        for signal in signals:
            lines += self.listed[signal]
            more = self.counts[signal] - len(self.listed[signal])
            if more:
                message = f"{more} more values failed; they are counted, but not listed"
                lines.append({"signal": signal, "doc_id": None, "exception": None, "message": message, "more": more})
        return lines


def values(
    signals: Iterable[Signal],
    documents: pa.RecordBatch,
    text: TextStats | None,
    failures: Failures,
    watch: Callable[[str, str, int], None] = lambda signal, document, documents: None,
) -> dict[str, pa.Array]:
    """The columns of the signals for the rows of a batch; null where a function failed.

    documents: rows of `documents/`. text: their statistics; only signals that read them need them. watch: is told of
    each call before it is made, and how many documents it is given.
    """
    columns = {}
    rows: list[Document] | None = None
    with contextlib.redirect_stdout(sys.stderr):        # the command's output is not theirs
        for signal in signals:
            if signal.reads is Document:
                rows = list(documents_of(documents)) if rows is None else rows
                columns[signal.name] = from_documents(signal, rows, failures, watch)
            elif text is None:
                raise ValueError(f"the signal {signal.name} reads the statistics of the texts, and there are none")
            else:
                columns[signal.name] = from_statistics(signal, text, documents["doc_id"], failures, watch)
    return columns


def from_documents(
    signal: Signal, documents: Sequence[Document], failures: Failures, watch: Callable[[str, str, int], None]
) -> pa.Array:
    """One call for each document. A line signal may be None: null instead of a list."""
    function = signal.function
    answers: list[Any] = []
    for document in documents:
        watch(signal.name, document.doc_id, 1)
        try:
            answers.append(function(document))
        except (Exception, SystemExit) as error:
            failures.add(signal.name, document.doc_id, error)
            answers.append(None)
    if not signal.per_line:
        with contextlib.suppress(WrongValue):
            return numbers(answers, signal.type, len(documents))
    ids = [document.doc_id for document in documents]
    counts = [len(document.lines) if signal.per_line else 1 for document in documents]

    def answer(row: int) -> Any:
        return answers[row] if signal.per_line else [answers[row]]

    return one_by_one(signal, ids, counts, answer, failures, is_null=lambda row: answers[row] is None)


def from_statistics(
    signal: Signal, text: TextStats, doc_ids: pa.Array, failures: Failures, watch: Callable[[str, str, int], None]
) -> pa.Array:
    """One call for the batch; where that fails, one for each document, so that only the guilty ones lose."""
    function = signal.function
    offsets = text.line_offsets
    ids = doc_ids.to_pylist()

    watch(signal.name, f"{ids[0]} and the {len(ids) - 1} documents behind it", len(ids))
    try:
        if signal.per_line:
            lines = numbers(function(text), element(signal), int(offsets[-1]))
            return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), lines)
        return numbers(function(text), signal.type, text.documents)
    except (Exception, SystemExit):
        counts = np.diff(offsets).tolist() if signal.per_line else [1] * text.documents
        return one_by_one(
            signal, ids, counts, lambda row: function(text.document(row)), failures,
            watch=lambda row: watch(signal.name, ids[row], 1),
        )


def one_by_one(
    signal: Signal,
    doc_ids: Sequence[str],
    counts: Sequence[int],
    answer: Callable[[int], Any],
    failures: Failures,
    is_null: Callable[[int], bool] = lambda row: False,
    watch: Callable[[int], None] = lambda row: None,
) -> pa.Array:
    """A column from the answers for each document: sequences of so many numbers as `counts` says; null for others.

    watch: is told of each row before its answer is asked for. Its own errors are no failed values.
    """
    parts: list[pa.Array | None] = []
    for row, doc_id in enumerate(doc_ids):
        part = None
        if not is_null(row):
            watch(row)
            try:
                part = numbers(answer(row), element(signal), counts[row])
            except (Exception, SystemExit) as error:
                failures.add(signal.name, doc_id, error)
        parts.append(part)
    if not signal.per_line:
        return pa.concat_arrays([pa.nulls(1, signal.type) if part is None else part for part in parts])
    offsets = np.cumsum([0, *(0 if part is None else len(part) for part in parts)]).astype(np.int32)
    found = pa.concat_arrays([pa.nulls(0, element(signal)), *(part for part in parts if part is not None)])
    return pa.ListArray.from_arrays(pa.array(offsets), found, mask=pa.array([part is None for part in parts]))


def numbers(found: Any, kind: pa.DataType, count: int) -> pa.Array:
    """What a function returned, as an array of `count` numbers of type `kind`; WrongValue if it is no such thing.

    Integers and truth values are numbers of any type; fractions only where `kind` is a float. None is null. NaN and
    infinity are no values.
    """
    try:
        array = found if isinstance(found, pa.Array) else pa.array(found)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        is_number = any(
            matches(array.type) for matches in (pa.types.is_integer, pa.types.is_boolean, pa.types.is_null)
        ) or (pa.types.is_floating(array.type) and pa.types.is_floating(kind))
        array = array.cast(kind) if is_number else None
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise WrongValue(refusal(found, kind)) from error
    if array is None:
        raise WrongValue(refusal(found, kind))
    if len(array) != count:
        raise WrongValue(f"returned {len(array)} values where {count} are expected")
    if pa.types.is_floating(kind) and not pc.all(pc.is_finite(array), min_count=0).as_py():
        raise WrongValue(f"{refusal(found, kind)}; return None where there is no value")
    return array


def refusal(found: Any, kind: pa.DataType) -> str:
    """What was returned, cut short, beside what should have been."""
    only = found[0] if isinstance(found, list) and len(found) == 1 else found
    return f"returned {QUOTED.repr(only)} ({type(only).__name__}), which is no {type_name(kind)}"


def element(signal: Signal) -> pa.DataType:
    return signal.type.value_type if signal.per_line else signal.type
