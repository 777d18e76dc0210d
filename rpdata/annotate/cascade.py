"""`compute-signals --for-recipe`: models are asked only about documents that a recipe may still keep.

First come the signals of the text and of lists, which one pass gives; documents that the recipe rejects by those,
whatever models say, are left to null in the columns of the models, and counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from rpdata.annotate.models import feeds
from rpdata.annotate.scorers import TEXT
from rpdata.decide import foresee
from rpdata.decide.evaluate import decide
from rpdata.decide.foresee import foreseen, is_foreseeable
from rpdata.decide.overlay import code_hash, frame_of
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule
from rpdata.errors import UserError
from rpdata.for_recipe import version_for
from rpdata.schema import DOCUMENTS
from rpdata.signals.columns import SPANS
from rpdata.signals.fingerprint import content, digest

MODELS = ("lm", "classifier", "importance")     # kinds of artefacts that cost more than the pass over the text


@dataclass(frozen=True)
class Cascade:
    """What is spared for one recipe.

    Attributes
    ----------
    recipe: fitted.
    waiting: the columns that models feed, in the order of `quality_signals/`.
    first: the recipe's rule over the other columns.
    """

    recipe: Recipe
    waiting: tuple[str, ...]
    first: Rule

    @classmethod
    def of(cls, recipe: Recipe, columns: Sequence[str], fed: Mapping[str, str]) -> "Cascade":
        """The cascade of a run with these columns and artefacts (names without a language).

        UserError if the recipe has to be fitted first, or nothing could be spared.
        """
        if not recipe.is_fitted:
            raise UserError(
                f"cannot use --for-recipe {recipe.name}: it depends on all documents of the dataset, of which models "
                "are to see only some.\nFit it to a dataset that has the signals, recipe.fit(Dataset.open(OUT)), and "
                "use what that returns; or leave --for-recipe away"
            )
        waiting = tuple(
            name for name in columns
            if name not in SPANS and any(of.partition(".")[0] in MODELS and of in fed for of in feeds(name))
        )
        if not waiting:
            raise UserError(
                f"cannot use --for-recipe {recipe.name}: no model feeds a signal, so that none could be spared. "
                "Give models (--artefacts DIR), or leave --for-recipe away"
            )
        first = foreseen(recipe.rule, {*DOCUMENTS.names, *columns} - {*waiting, TEXT})
        if not is_foreseeable(first):
            raise UserError(
                f"cannot use --for-recipe {recipe.name}: none of its rules can be told without models "
                f"({', '.join(rule.name for rule in recipe.rules) or 'it has none'}), so that none could be spared. "
                "Leave it away"
            )
        return cls(recipe, waiting, first)

    def versions(self, columns: Mapping[str, str]) -> dict[str, str]:
        """The columns with their versions, of which those that wait depend on the recipe and all that it looks at."""
        read = [f"{name} {columns[name]}" for name in sorted(self.first.columns) if name in columns]
        decides = [self.recipe.hash, code_hash(), content(Path(foresee.__file__)), *read]
        return {
            name: version_for(digest([version, *decides]), self.recipe.hash) if name in self.waiting else version
            for name, version in columns.items()
        }

    def rejected(self, documents: pa.RecordBatch, signals: Mapping[str, pa.Array]) -> npt.NDArray[np.bool_]:
        """Of each document whether the recipe rejects it, whatever models say.

        signals: the columns of `quality_signals/` that do not wait.
        """
        places = {name: documents[name] for name in documents.schema.names if name != TEXT} | dict(signals)
        table = pa.table({name: places[name] for name in {"doc_id": None} | dict(self.first.columns)})
        return ~decide(Recipe("first", self.first), frame_of(table)).keep
