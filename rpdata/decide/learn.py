"""`learn`: a recipe that keeps the documents most like some, and least like others, by all their signals."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from rpdata.decide.algebra import LANGUAGE
from rpdata.decide.fitted import share_of
from rpdata.decide.learn_data import Documents, Training, read_side, training
from rpdata.decide.learn_fit import Kind, calibration, fit_score, model_named
from rpdata.decide.learn_judge import fold_numbers, reported
from rpdata.decide.learned import LearnedRecipe, learned_recipe
from rpdata.decide.score import Floats, Score
from rpdata.errors import UserError


def learn(
    signals: Sequence[str] | None = None,
    *,
    positives: Documents,
    negatives: Documents,
    keep: float = 0.3,
    model: Kind = "logistic",
    name: str = "learned",
    by: str | None = LANGUAGE,
    folds: int = 5,
    most: int = 100_000,
    seed: int = 0,
) -> LearnedRecipe:
    """Fit a score to documents that are wanted and others that are not, and make a recipe of it.

    The score is the logarithm of the odds that a document is a positive. `keep` is a share of the documents to be
    decided, of each language by itself, as `quantile` has it: `Recipe.fit` (and `rpdata filter`) measures the
    threshold there, and nothing about positives and negatives decides how much is kept. For a threshold that is the
    same everywhere: `Recipe("mine", rule("learned", found.score >= 1))`.

    A signal that is null counts as its median in the training data, so that no document escapes because one of sixty
    signals has no value, as models have for few languages; where all are null, the rule abstains.

    The same data and arguments give the same recipe. scikit-learn fits it, and nothing needs that to decide.

    Parameters
    ----------
    signals: columns of numbers, one for each document; None: all that both sides have of the same making.
    positives, negatives: a Dataset, its folder, or a frame of documents with signals, such as `Dataset.scan` gives.
    keep: above 0, at most 1.
    model: "logistic" (a line of the signals) or "trees" (gradient-boosted, of up to three signals each and more).
    name: of the recipe and of its rule.
    by: a column of text, for whose values shares are kept by themselves; None: all documents together.
    folds: parts for the report (`LearnedRecipe.report`); documents of one site are in one of them.
    most: about how many positives and negatives are looked at, chosen by hashes of their identifiers and `seed`.

    UserError for signals that can't be compared, for too few documents, where nothing tells the sides apart, and where
    scikit-learn is missing.
    """
    model_named(model)
    share = share_of(keep, "learn(keep=)")
    if not share:
        raise UserError("learn(keep=0) would keep nothing: give a share above 0, at most 1")
    if folds < 2:
        raise UserError(f"learn() judges its score on {folds} folds: it takes at least 2")
    sides = [
        read_side(called, given, signals, most, seed)
        for called, given in (("positives", positives), ("negatives", negatives))
    ]
    from threadpoolctl import threadpool_limits

    data = training(sides[0], sides[1], signals)
    with threadpool_limits(1):      # sums in one order, whatever the machine
        score = judged(data, model, name, folds, seed)
    return learned_recipe(name, f"the best {share:g} by {score.model} of {len(score.inputs)} signals",
                          score, round(1 - share, 12), by)


def judged(data: Training, model: Kind, name: str, folds: int, seed: int) -> Score:
    """The calibrated score of all data, with the report on models that saw a part of it."""
    numbers = fold_numbers(data, folds, seed)
    scores = np.zeros(len(data.positive))
    models = []
    for number in range(folds):
        others = numbers != number
        models.append(fit_score(name, model, data.names, data.values[others], data.positive[others], seed))
        scores[~others] = margins(models[-1], data.values[~others])
    factor, shift = calibration(scores, data.positive)
    if factor <= 0:
        raise UserError(
            "the signals do not tell positives from negatives: on documents that the model was not fitted to, it "
            "is no better than a guess. Give other signals, or other documents"
        )
    calibrated = calibrated_out_of_fold(scores, data.positive, numbers)
    report = reported(model, data, numbers, calibrated, models, seed)
    whole = fit_score(name, model, data.names, data.values, data.positive, seed)
    return replace(whole, model=whole.model.scaled(factor, shift), report=report)


def calibrated_out_of_fold(
    scores: Floats, positive: npt.NDArray[np.bool_], numbers: npt.NDArray[np.int64]
) -> Floats:
    """Each fold's scores as log odds, by what the others say of theirs."""
    found = np.zeros_like(scores)
    for number in np.unique(numbers):
        here = numbers == number
        factor, shift = calibration(scores[~here], positive[~here])
        found[here] = factor * scores[here] + shift
    return found


def margins(score: Score, values: Floats) -> Floats:
    """Of rows of signals, NaN where there is none."""
    return score.of_frame(pl.DataFrame(values, [one.name for one in score.inputs], orient="row"))
