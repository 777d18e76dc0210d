"""What `learn` is fitted to: the signals of positives and negatives, and what else is known of those documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl

from rpdata.dataset import DECISIONS, DOCUMENTS, DUPLICATES, MINHASH, REPEATED_LINES, Dataset
from rpdata.decide.algebra import LANGUAGE
from rpdata.decide.columns import is_number, scan_columns
from rpdata.decide.fitted import Sample
from rpdata.decide.values import Kind
from rpdata.errors import UserError, unknown_name
from rpdata.schema import DOCUMENTS as DOCUMENT_COLUMNS
from rpdata.schema import MINHASH as MINHASH_COLUMNS

Documents: TypeAlias = "Dataset | str | Path | pl.LazyFrame | pl.DataFrame"

BESIDE = {"doc_id": pl.String, "source_domain": pl.String, LANGUAGE: pl.String, "length": pl.Int64}
NO_SIGNALS = (DOCUMENTS, DUPLICATES, MINHASH, REPEATED_LINES)      # and decisions
FEWEST = 20     # documents of a side: with fewer no fold says anything


@dataclass(frozen=True)
class Side:
    """Positives or negatives.

    Attributes
    ----------
    called: what messages call them.
    signals: numbers, one column for each.
    beside: the columns of BESIDE that are there.
    versions: signal -> what made it; without those, of frames, nobody knows.
    """

    called: str
    signals: pl.DataFrame
    beside: pl.DataFrame
    versions: Mapping[str, object]


@dataclass(frozen=True)
class Training:
    """Both sides together.

    Attributes
    ----------
    names: of the signals. values: shape (documents, signals); NaN where there is none.
    positive: shape (documents,).
    beside: as Side has it, of those columns that both have.
    notes: what was left out.
    """

    names: list[str]
    values: np.ndarray
    positive: np.ndarray
    beside: pl.DataFrame
    notes: list[str]


def read_side(called: str, given: Documents, signals: Sequence[str] | None, most: int, seed: int) -> Side:
    """At most `most` documents of what is given, with their signals: the same ones each time.

    UserError for a signal that is not there or no number, and for too few documents.
    """
    versions: dict[str, object] = {}
    if isinstance(given, (str, Path)):
        given = Dataset.open(given)
    if isinstance(given, Dataset):
        names = list(signals) if signals is not None else signals_of(given)
        versions = versions_of(given, names)
        texts: dict[str, Kind] = {name: "text" for name, kind in BESIDE.items() if kind == pl.String}
        numbers: dict[str, Kind] = dict.fromkeys([*names, "length"], "number")
        frame = scan_columns(given, texts | numbers)
    elif isinstance(given, (pl.LazyFrame, pl.DataFrame)):
        frame = given.lazy()
        names = numbers_of(frame.collect_schema(), signals, called)
    else:
        raise UserError(f"{called} are {given!r}: give a dataset, its folder, or a frame that scan() returned")
    beside = [name for name, kind in BESIDE.items() if frame.collect_schema().get(name) == kind]
    found = sampled(frame.select(*dict.fromkeys([*beside, *names])), most, seed)
    if found.height < FEWEST:
        raise UserError(f"there are {found.height} {called}: with fewer than {FEWEST} nothing is learned. Give more")
    return Side(called, found.select(pl.col(names).cast(pl.Float64)), found.select(beside), versions)


def signals_of(dataset: Dataset) -> list[str]:
    """All of its signals that are one number for each document."""
    if not dataset.partitions:
        raise UserError(f"{dataset.root} has no documents.\nSee: rpdata status {dataset.root}")
    found: dict[str, None] = {}
    for step in dataset.overlays:
        if step in NO_SIGNALS or step.startswith(DECISIONS):
            continue
        schema = dataset.file(step, dataset.partitions[0]).schema
        found |= dict.fromkeys(field.name for field in schema if is_number(field.type))
    return list(found)


def versions_of(dataset: Dataset, names: Sequence[str]) -> dict[str, object]:
    """What each column was made by."""
    return {
        name: version
        for step in dataset.overlays for name in names
        if (version := dataset.file(step, dataset.partitions[0]).version(name)) is not None
    }


def numbers_of(schema: pl.Schema, signals: Sequence[str] | None, called: str) -> list[str]:
    """The signals among the columns of a frame; UserError for one that is not there, or no number."""
    numeric = [name for name, kind in schema.items() if kind.is_numeric()]
    if signals is None:
        others = {*DOCUMENT_COLUMNS.names, *MINHASH_COLUMNS.names}
        return [name for name in numeric if name not in others]
    for name in signals:
        if name not in schema:
            raise unknown_name(f"column of the {called}", name, schema.names())
        if name not in numeric:
            raise UserError(f"`{name}` of the {called} is {schema[name]}, no number: a score is made of numbers")
    return list(signals)


def sampled(frame: pl.LazyFrame, most: int, seed: int) -> pl.DataFrame:
    """The rows, or of more than `most` about so many: by the hashes of their doc_id, or else evenly spaced."""
    rows = frame.select(pl.len()).collect().item()
    if rows <= most:
        return frame.collect()
    if "doc_id" in frame.collect_schema():
        return frame.filter(Sample(most / rows, seed).expr()).collect()
    return frame.gather_every(-(-rows // most)).collect()


def training(positives: Side, negatives: Side, signals: Sequence[str] | None) -> Training:
    """Both sides in one, with the signals that can be compared; documents of both are positives.

    UserError for a named signal that the two have of different making, or if no signal is left.
    """
    notes = []
    if "doc_id" in positives.beside.columns and "doc_id" in negatives.beside.columns:
        twice = negatives.beside["doc_id"].is_in(positives.beside["doc_id"].implode())
        if twice.any():
            notes.append(f"{int(twice.sum()):,} documents are on both sides, and count as positives only")
            negatives = Side(negatives.called, negatives.signals.filter(~twice), negatives.beside.filter(~twice),
                             negatives.versions)
            if negatives.signals.height < FEWEST:
                raise UserError("nearly all negatives are positives too: nothing tells them apart. Give others")
    sides = (positives, negatives)
    names, left_out = [], []
    for name in dict.fromkeys([*positives.signals.columns, *negatives.signals.columns]):
        why = incomparable(name, positives, negatives)
        if why is None:
            names.append(name)
        elif signals is not None:
            raise UserError(f"nothing can be learned of `{name}`: {why}.\nLeave it away, or have both computed alike")
        else:
            left_out.append(f"{name} ({why})")
    if not names:
        raise UserError(f"no signal is left to learn from: {'; '.join(left_out) or 'there are no columns of numbers'}")
    if left_out:
        notes.append(f"left out: {', '.join(left_out)}")
    both = [name for name in BESIDE if all(name in side.beside.columns for side in sides)]
    values = np.concatenate([side.signals.select(names).fill_null(np.nan).to_numpy() for side in sides])
    positive = np.repeat([True, False], [side.signals.height for side in sides])
    return Training(names, values, positive, pl.concat([side.beside.select(both) for side in sides]), notes)


def incomparable(name: str, positives: Side, negatives: Side) -> str | None:
    """Why a signal would tell where documents come from, and not what they are like; None if it can be used."""
    for side in (positives, negatives):
        if name not in side.signals.columns:
            return f"the {side.called} lack it"
        if float(side.signals[name].fill_nan(None).null_count()) > side.signals.height / 2:
            return f"null for most of the {side.called}"
    versions = [side.versions.get(name) for side in (positives, negatives)]
    if None not in versions and versions[0] != versions[1]:
        return "positives have it by another model, code or type than negatives"
    both = pl.concat([side.signals[name].fill_nan(None) for side in (positives, negatives)])
    if both.drop_nulls().n_unique() < 2:
        return "the same everywhere"
    return None
