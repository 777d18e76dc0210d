"""Signals of models that have a name of the user's own: a classifier or an importance target beyond RedPajama-V2's."""

import re
from collections.abc import Iterable

import pyarrow as pa

from rpdata.signals.catalogue import CATALOGUE, FLOAT, Signal
from rpdata.signals.classifiers import SCORED
from rpdata.signals.importance import SOURCE as DSIR
from rpdata.signals.importance import WEIGHT
from rpdata.signals.model_stats import ModelStats
from rpdata.signals.repaired import PER_WORD
from rpdata.signals.rounding import rounded_where_known

NAME = re.compile(r"rpdata_doc_(?:ml_(?P<classifier>\w+)_score|(?P<target>\w+?)_importance(?P<mean>_per_word)?)")
SOURCE = "a classifier of the user's own"


def names_fed_by(artefact: str) -> list[str]:
    """The signals of an artefact, by its name without the language, that no signal of the catalogue is fed by."""
    kind, _, name = artefact.partition(".")
    if any(artefact in (signal.artefact, signal.filled_by) for signal in CATALOGUE.values()):
        return []
    if kind == "classifier":
        return [f"rpdata_doc_ml_{name}_score"]
    return [f"rpdata_doc_{name}_importance", f"rpdata_doc_{name}_importance_per_word"] if kind == "importance" else []


def own_signal(name: str) -> Signal | None:
    """The signal of that name, if it is one of an artefact with a name of its own."""
    found = NAME.fullmatch(name)
    if found is None:
        return None
    if found["classifier"]:
        artefact = column = f"classifier.{found['classifier']}"
        unit, source, definition = "1", SOURCE, SCORED.format(what=f"what the classifier {found['classifier']} is for")
    else:
        artefact = f"importance.{found['target']}"
        column = f"{artefact}.per_word" if found["mean"] else artefact
        unit, source = "nats / word" if found["mean"] else "nats", DSIR
        definition = (PER_WORD if found["mean"] else WEIGHT).format(target=found["target"])

    def value(models: ModelStats) -> pa.Array:
        return rounded_where_known(models[column])

    return Signal(name, FLOAT, unit, source, definition, value, ModelStats, artefact=artefact)


def own_signals(artefacts: Iterable[str]) -> list[Signal]:
    """Those of a run's artefacts (names without a language), in the order of their names."""
    names = [name for artefact in sorted(set(artefacts)) for name in names_fed_by(artefact)]
    return [signal for name in names if (signal := own_signal(name))]
