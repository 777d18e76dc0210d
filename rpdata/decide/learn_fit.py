"""One model fitted to signals, by scikit-learn, and taken out of it as plain numbers."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from rpdata.decide.score import Floats, Input, Linear, Score, Trees
from rpdata.decide.values import finite
from rpdata.errors import UserError, unknown_name

Kind: TypeAlias = Literal["logistic", "trees"]

TREES = {
    "max_iter": 100, "max_leaf_nodes": 8, "min_samples_leaf": 20, "learning_rate": 0.1, "l2_regularization": 1.0,
    "early_stopping": False,
}
TAILS = (0.01, 0.99)    # signals are held between these quantiles: counts have long tails


def model_named(kind: str) -> None:
    """UserError for another kind of model than there are, or without scikit-learn."""
    if kind not in get_args(Kind):
        raise unknown_name("model", kind, get_args(Kind))
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise UserError(
            "learn() fits its model with scikit-learn, which is not installed. Run pip install 'rpdata[learn]'\n"
            "(what was learned needs it no more: load_learned(FILE), rpdata filter OUT --recipe FILE.json)"
        ) from error


def fit_score(
    label: str, kind: Kind, names: Sequence[str], values: Floats, positive: npt.NDArray[np.bool_], seed: int
) -> Score:
    """The score that tells positives from negatives; not calibrated.

    values: shape (documents, signals), NaN where there is none. Positives and negatives weigh the same.
    """
    inputs = tuple(input_of(name, values[:, number]) for number, name in enumerate(names))
    columns = [one.of_column(values[:, number]) for number, one in enumerate(inputs)]
    fit = fit_linear if kind == "logistic" else fit_trees
    return Score(label, inputs, fit(columns, positive, weights(positive), seed))


def input_of(name: str, values: Floats) -> Input:
    known = values[~np.isnan(values)]
    if not len(known):
        raise UserError(
            f"`{name}` is null of every document that a fold fits its model to. Leave it out: name the other signals "
            "in signals=, or take fewer folds"
        )
    low, high = np.quantile(known, TAILS, method="nearest")
    return Input(name, *map(finite, (float(np.quantile(known, 0.5, method="nearest")), float(low), float(high))))


def weights(positive: npt.NDArray[np.bool_]) -> Floats:
    """Of each document: both sides weigh the same, and a document 1 on average."""
    share = positive.mean()
    found: Floats = np.where(positive, 0.5 / share, 0.5 / (1 - share))
    return found


def fit_linear(columns: list[Floats], positive: npt.NDArray[np.bool_], weight: Floats, seed: int) -> Linear:
    """A logistic regression of the standardised signals, with the usual ridge."""
    from sklearn.linear_model import LogisticRegression

    table = np.column_stack(columns)
    mean, deviation = table.mean(axis=0), table.std(axis=0)
    deviation[deviation == 0] = 1
    model = LogisticRegression(C=1.0, max_iter=2000, random_state=seed)
    model.fit((table - mean) / deviation, positive, sample_weight=weight)
    found = model.coef_[0] / deviation
    return Linear(finite(float(model.intercept_[0] - found @ mean)), tuple(finite(float(each)) for each in found))


def fit_trees(columns: list[Floats], positive: npt.NDArray[np.bool_], weight: Floats, seed: int) -> Trees:
    """Gradient-boosted trees, whose sums are compared with the library's own before they are used."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    table = np.column_stack(columns)
    model = HistGradientBoostingClassifier(**TREES, random_state=seed).fit(table, positive, sample_weight=weight)
    trees = tuple(tree_of(trees[0].nodes) for trees in model._predictors)     # there is no public way to them
    found = Trees(finite(float(model._baseline_prediction.item())), trees)
    ours, theirs = found.of_columns(columns), model.decision_function(table)
    if not np.allclose(ours, theirs, rtol=1e-9, atol=1e-9):
        raise UserError(
            "this scikit-learn keeps its trees in another way than rpdata knows: use the pinned one "
            "(constraints.txt), or model='logistic'"
        )
    return found


def tree_of(nodes: Any) -> tuple[tuple[int, float, int, int], ...]:
    return tuple(
        (-1, finite(float(node["value"])), 0, 0) if node["is_leaf"]
        else (int(node["feature_idx"]), finite(float(node["num_threshold"])), int(node["left"]), int(node["right"]))
        for node in nodes
    )


def calibration(scores: Floats, positive: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Factor and shift that make log odds of scores on documents that a model was not fitted to (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    scale = float(scores.std()) or 1.0
    model = LogisticRegression(C=1e6, max_iter=2000)
    model.fit(scores[:, None] / scale, positive, sample_weight=weights(positive))
    return float(model.coef_[0, 0]) / scale, float(model.intercept_[0])
