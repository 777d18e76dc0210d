"""The columns that rules read: which overlay of a dataset has each, and what to do about those that it lacks."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from rpdata.dataset import DOCUMENTS, Dataset
from rpdata.decide.missing import missing, readable, refuse_all_missing
from rpdata.decide.rules import Rule
from rpdata.decide.values import Kind
from rpdata.errors import UserError
from rpdata.for_recipe import refuse_others

if TYPE_CHECKING:
    import polars as pl

    from rpdata.decide.recipe import Recipe

CALLED: Mapping[Kind, str] = {
    "number": "a number for each document", "text": "text", "lines": "a count or a flag for each line",
    "line numbers": "a number for each line", "names": "a list of names",
    "number before edits": "a number for each document",
}


def sources_of(dataset: Dataset, columns: Mapping[str, Kind], readers: Collection[str] = ()) -> dict[str, str]:
    """Column -> the overlay (or `documents`) that has it, in the order of the columns.

    readers: the recipe that decides by them (`Recipe.readers`); none, where they are read for other ends.

    UserError for a column that is not there, that two overlays have, that is of another type, that not all partitions
    have in the same version, or that was computed for another recipe only.
    """
    sources = {}
    there = {name for step in readable(dataset) for name in dataset.columns(step)}
    if len(columns.keys() - there) > 1:
        refuse_all_missing(dataset, {"the recipe": columns})
    for name, kind in columns.items():
        places = [step for step in readable(dataset) if name in dataset.columns(step)]
        if not places:
            raise missing(dataset, name).told(dataset)
        if len(places) > 1 and name != "doc_id":
            raise UserError(f"both {places[0]} and {places[1]} of {dataset.root} have a column `{name}`: rename one")
        sources[name] = places[0]
        for sentence in dataset.disagreements(places[0], [name], dataset.partitions):
            raise UserError(f"cannot decide on {dataset.root}: {sentence}")
        refuse_type(dataset, places[0], name, kind)
    refuse_others(dataset, sources, readers)
    return sources


def refuse_missing(dataset: Dataset, recipes: Sequence["Recipe"]) -> None:
    """UserError that names all columns which some recipes read and the dataset does not have, and how to get them."""
    refuse_all_missing(dataset, {recipe.name: kinds_of(recipe.steps) for recipe in recipes})


def refuse_type(dataset: Dataset, step: str, name: str, kind: Kind) -> None:
    """UserError for a column that cannot be looked at in this way."""
    if not dataset.partitions:
        return
    found = dataset.file(step, dataset.partitions[0]).schema.field(name).type
    fits = {
        "number": is_number(found),
        "number before edits": is_number(found),
        "text": pa.types.is_string(found),
        "lines": pa.types.is_list(found) and is_count(found.value_type),
        "line numbers": pa.types.is_list(found) and is_number(found.value_type),
        "names": pa.types.is_list(found) and pa.types.is_string(found.value_type),
    }
    if not fits[kind]:
        raise UserError(f"a rule wants {CALLED[kind]} of `{name}`, which is {found} in {dataset.root}")


def is_number(kind: pa.DataType) -> bool:
    return is_count(kind) or bool(pa.types.is_floating(kind))


def is_count(kind: pa.DataType) -> bool:
    """Whether sums are exact, in whatever order."""
    return bool(pa.types.is_integer(kind) or pa.types.is_boolean(kind))


def kinds_of(rules: Sequence[Rule]) -> dict[str, Kind]:
    """The columns of some rules; UserError if they look at one in two ways.

    What can be added up can be compared as well: of both, the first is asked.
    """
    kinds: dict[str, Kind] = {}
    for rule in rules:
        for name, kind in rule.columns.items():
            if {kinds.get(name), kind} in ({"lines", "line numbers"}, {"number", "number before edits"}):
                kinds[name] = "lines" if "lines" in (kinds[name], kind) else "number"
            elif kinds.setdefault(name, kind) != kind:
                other = CALLED[kinds[name]]
                raise UserError(f"the rule {rule.name} wants {CALLED[kind]} of `{name}`, another one {other}")
    return kinds


def scan_columns(dataset: Dataset, columns: Mapping[str, Kind]) -> "pl.LazyFrame":
    """These columns of all documents; UserError as `sources_of`."""
    sources = sources_of(dataset, columns)
    overlays = sorted(set(sources.values()) - {DOCUMENTS})
    return dataset.scan(overlays, list(sources))
