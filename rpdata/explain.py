"""`rpdata explain OUT DOC_ID --recipe NAME`: a recipe on one document of a dataset."""

from pathlib import Path

from rpdata.dataset import Dataset
from rpdata.decide.columns import kinds_of, sources_of
from rpdata.decide.explain import Explanation, explain
from rpdata.decide.recipe import Recipe
from rpdata.decide.sample_row import SampleRow
from rpdata.show import find_document


def explain_document(root: Path, doc_id: str, recipe: Recipe) -> Explanation:
    """What a recipe says of a document, rule by rule.

    UserError if there is no such document, or if the dataset lacks a column that the recipe reads.
    """
    dataset = Dataset.open(root)
    shown = find_document(root, doc_id)
    recipe = recipe.fit(dataset)
    sources = sources_of(dataset, kinds_of(recipe.steps), recipe.readers)
    measured = {(each.overlay, each.name): each.value for each in (*shown.signals, *shown.line_signals)}
    columns = {
        name: shown.fields[name] if name in shown.fields else measured[overlay, name]
        for name, overlay in sources.items()
    }
    return explain(recipe, doc_id, SampleRow(columns))
