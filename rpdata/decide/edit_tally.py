"""How much of documents edits leave, counted from a decision overlay; for the waterfall."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.decide.evaluate import DROPPED_CHARACTERS, DROPPED_LINES, UNKNOWN_LINES
from rpdata.decide.recipe import Recipe

Counts = npt.NDArray[np.int64]


def edits_before(recipe: Recipe) -> Counts:
    """For each rule of the recipe's table, how many edits come before it."""
    names = [step.name for step in recipe.steps]
    edits = np.cumsum([step.is_edit for step in recipe.steps])
    return np.array([edits[names.index(rule.name)] for rule in recipe.table], np.int64)


def left_by_edits(recipe: Recipe, decisions: pa.Table, weights: Counts) -> Counts:
    """What each edit leaves of each document.

    weights: shape (documents, 3): 1, characters, tokens. Returns shape (documents, edits + 1, 3): first the weights;
    then what each edit leaves of them: one document, its characters, and tokens in proportion to those.
    """
    left = np.repeat(weights[:, np.newaxis], len(recipe.edits) + 1, axis=1)
    if recipe.edits:
        dropped = np.cumsum(per_edit(recipe, decisions, DROPPED_CHARACTERS), axis=1)
        characters = np.maximum(weights[:, 1, np.newaxis] - dropped, 0)        # 0 where nobody counted them
        left[:, 1:, 1] = characters
        left[:, 1:, 2] = weights[:, 2, np.newaxis] * characters // np.maximum(weights[:, 1, np.newaxis], 1)
    return left


def tally_edits(recipe: Recipe, decisions: pa.Table, left: Counts, seen: Counts) -> tuple[Counts, Counts]:
    """What edits drop in order: of a document the first `seen` edits count, as rules removed it before the others.

    Returns shape (edits, 3): documents that lose a line, characters, tokens; and shape (edits, 2): lines dropped, and
    lines that are left because the edit cannot tell.
    """
    alive = np.arange(len(recipe.edits)) < seen[:, np.newaxis]
    lines, unknown = (per_edit(recipe, decisions, name) * alive for name in (DROPPED_LINES, UNKNOWN_LINES))
    amounts = ((left[:, :-1] - left[:, 1:]) * alive[:, :, np.newaxis]).sum(axis=0)
    amounts[:, 0] = np.count_nonzero(lines, axis=0)
    return amounts, np.stack([lines.sum(axis=0), unknown.sum(axis=0)], axis=1)


def per_edit(recipe: Recipe, decisions: pa.Table, name: str) -> Counts:
    """A column of an overlay, shape (documents, edits)."""
    if not recipe.edits:
        return np.zeros((len(decisions), 0), np.int64)
    values: Counts = pc.list_flatten(decisions[name].combine_chunks()).to_numpy().astype(np.int64)
    return values.reshape(len(decisions), len(recipe.edits))
