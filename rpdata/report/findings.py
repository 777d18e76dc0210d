"""All that the page tells, gathered before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rpdata.dataset import DUPLICATES, Dataset
from rpdata.decide.compare import Comparison, kept
from rpdata.decide.recipe import Recipe
from rpdata.decide.token_counts import counts_in
from rpdata.decide.waterfall import Tally, tally_partition
from rpdata.report.bins import Bins, Floats, bins_for
from rpdata.report.chosen import choose_documents
from rpdata.report.correlation import spearman
from rpdata.report.domains import DomainChanges
from rpdata.report.examples import Example, examples_of
from rpdata.report.gather import Counted, Plan, count
from rpdata.report.measures import Measure, measures_of, sources_of_measures
from rpdata.report.provenance import Provenance, provenance_of


@dataclass(frozen=True)
class Findings:
    """What the page is about.

    Attributes
    ----------
    recipes: fitted. named: as they were typed. tallies: their waterfalls.
    measures, bins: what is drawn. sample: shape (documents, measures), NaN is null.
    correlation: shape (measures, measures). domains, examples: for each recipe.
    languages: those with histograms of their own. duplicates: what the manifest says of deduplication.
    """

    recipes: list[Recipe]
    named: list[str]
    tallies: list[Tally]
    measures: list[Measure]
    bins: list[Bins]
    sample: Floats
    correlation: Floats
    counted: Counted
    comparison: Comparison
    languages: list[str]
    domains: list[DomainChanges]
    examples: list[list[Example]]
    duplicates: Mapping[str, object]
    provenance: Provenance


def gather(dataset: Dataset, shown: str, recipes: Sequence[Recipe], named: Sequence[str]) -> Findings:
    """Read the dataset: its sample, then every partition once. Decisions of all recipes are there.

    shown: what the page calls the dataset.
    """
    measures = measures_of(dataset, recipes)
    sources = sources_of_measures(dataset, measures, recipes)
    chosen = choose_documents(dataset.root, dataset.partitions, measures, recipes, sources)
    bins = [bins_of(measure, chosen.values[:, at]) for at, measure in enumerate(measures)]
    plan = Plan(dataset, recipes, measures, bins, sources)
    counted = count(plan)
    comparison = Comparison(tuple(recipes), counted.patterns, [])
    keeping = [int(kept(comparison.whole, at)[0]) for at in range(len(recipes))]
    return Findings(
        recipes=list(recipes),
        named=list(named),
        tallies=[tally_of(dataset, recipe) for recipe in recipes],
        measures=measures,
        bins=bins,
        sample=chosen.values,
        correlation=spearman(chosen.values),
        counted=counted,
        comparison=comparison,
        languages=plan.named_languages,
        domains=[counted.domains.changes(at, keeping[at], counted.total) for at in range(len(recipes))],
        examples=[examples_of(dataset, recipe, chosen.places) for recipe in recipes],
        duplicates=dataset.manifest.configurations.get(DUPLICATES, {}),
        provenance=provenance_of(dataset, shown, recipes),
    )


def bins_of(measure: Measure, values: Floats) -> Bins:
    """Bins for the known values of a measure, where its bounds can be drawn."""
    bounds = [each for bound in measure.bounds for each in (bound.low, bound.high) if each is not None]
    return bins_for(values[~np.isnan(values)], bounds)


def tally_of(dataset: Dataset, recipe: Recipe) -> Tally:
    """The waterfall of decisions that are there."""
    tokens = counts_in(dataset)
    parts = (tally_partition(dataset.root, recipe, partition, tokens) for partition in dataset.partitions)
    return sum(parts, Tally.empty(recipe, tokens))
