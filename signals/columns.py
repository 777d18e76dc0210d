"""The columns of `quality_signals/`: which a run has, by its artefacts, and how a batch gets them."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from rpdata.schema import DOCUMENTS
from rpdata.signals.catalogue import CATALOGUE, Reads, Signal
from rpdata.signals.model_stats import ModelStats
from rpdata.signals.own_models import own_signal, own_signals
from rpdata.text.stats import TextStats

SPANS = ("line_start", "line_end")      # of every line, beside the signals


def available(artefacts: Collection[str]) -> list[Signal]:
    """The signals of a run with these artefacts (names without a language), in the order of their columns."""
    known = [s for s in CATALOGUE.values() if s.artefact is None or s.artefact in artefacts]
    return [*known, *own_signals(artefacts)]


def named(name: str) -> Signal:
    """The signal of a column; KeyError if there is none."""
    return CATALOGUE.get(name) or own_signal(name) or CATALOGUE[name]


def schema(artefacts: Collection[str] = ()) -> pa.Schema:
    """The columns of `quality_signals/`: the document, spans of its lines (code points), every available signal."""
    spans = [pa.field(name, pa.list_(pa.int32())) for name in SPANS]
    signals = [pa.field(s.name, s.type) for s in available(artefacts)]
    return pa.schema([DOCUMENTS.field("doc_id"), *spans, *signals])


def compute(
    names: Sequence[str], documents: pa.RecordBatch, text: TextStats | None, models: ModelStats
) -> dict[str, pa.Array]:
    """The named columns of `quality_signals/` (see `schema`) for a batch of rows of `documents/`.

    text: the statistics of its texts, of which there is no need for signals that don't read them (`reads_text`).
    models: what the artefacts say of it.
    """
    readable: dict[Reads, Any] = {TextStats: text, ModelStats: models, pa.RecordBatch: documents}

    def for_each_line(values: pa.Array) -> pa.Array:
        assert text is not None, "lines are counted with the text"
        return pa.ListArray.from_arrays(pa.array(text.line_offsets.astype(np.int32)), values)

    columns = {}
    for name in names:
        if name in SPANS:
            assert text is not None, "lines are counted with the text"
            columns[name] = for_each_line(pa.array(text.lines.start if name == SPANS[0] else text.lines.end))
        else:
            s = named(name)
            values = s.function(readable[s.reads])
            columns[name] = for_each_line(values) if s.per_line else values
    return columns


def reads_text(name: str) -> bool:
    """Whether a column of `quality_signals/` needs the statistics of the text."""
    return name in SPANS or named(name).reads is TextStats or named(name).per_line
