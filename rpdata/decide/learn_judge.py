"""Judging a score on documents that its model was not fitted to, and what else could explain it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from rpdata.decide.algebra import LANGUAGE
from rpdata.decide.learn_data import Training
from rpdata.decide.learn_fit import Kind, weights
from rpdata.decide.learn_report import Bin, Fold, Report, Weighed
from rpdata.decide.score import Floats, Score
from rpdata.errors import UserError

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

BINS = 10           # of the calibration
LENGTHS = 20        # classes of length
DEALT_OUT = 5_000   # documents of a fold, whose signals are dealt out anew to see what they matter
EXPLAINS = 0.9      # of what the score tells beyond a guess, told by one thing alone: said in a note
FEW = 10            # documents of a side; of fewer in a language nothing is said


def fold_numbers(data: Training, folds: int, seed: int) -> Numbers:
    """The fold of each document: those of one site are together, so that a site is not told by its own documents.

    A site with more than half a fold of its side is dealt out all the same: all of Wikipedia is one.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if min(data.positive.sum(), (~data.positive).sum()) < folds:
        raise UserError(f"there are fewer documents of a side than the {folds} folds: give more, or folds=2")
    groups = np.arange(len(data.positive))
    if "source_domain" in data.beside.columns:
        sites = data.beside.with_columns(pl.Series("positive", data.positive), pl.int_range(pl.len()).alias("row"))
        largest = {side: (data.positive == side).sum() / (2 * folds) for side in (True, False)}
        known = sites.filter(
            pl.col("source_domain").is_not_null()
            & (pl.len().over("source_domain", "positive")
               <= pl.when("positive").then(largest[True]).otherwise(largest[False]))
        )
        first = known.select("row", pl.col("row").min().over("source_domain").alias("first"))
        groups[first["row"].to_numpy()] = first["first"].to_numpy()
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    found = np.zeros(len(groups), np.int64)
    for number, (_, tested) in enumerate(split.split(groups, data.positive, groups)):
        found[tested] = number
    for number in range(folds):
        if len(np.unique(data.positive[found == number])) < 2:
            raise UserError(
                f"one of {folds} folds has documents of one side only, because few sites have most of them. "
                "Give documents of more sites, or fewer folds"
            )
    return found


def reported(
    model: Kind, data: Training, numbers: Numbers, scores: Floats, models: Sequence[Score], seed: int
) -> Report:
    """What can be said of the models of the folds. scores: calibrated log odds, each by the others' model."""
    positive = data.positive
    folds = []
    for number in range(len(models)):
        here = numbers == number
        sides = int(positive[here].sum()), int((~positive[here]).sum())
        folds.append(Fold(*sides, *measures(scores[here], positive[here])))
    auc, log_loss, brier = measures(scores, positive)
    bins, error = calibration_bins(scores, positive)
    alone, signals = by_themselves(data, numbers), weighed(data, numbers, models, seed)
    notes = [
        *data.notes,
        *(f"the {what} alone tells positives from negatives nearly as well as the score "
          f"(AUC {told:.3f} of {auc:.3f}): what was learned may be no more than that" for what, told in alone.items()
          if told - 0.5 >= EXPLAINS * (auc - 0.5)),
        *(f"{one.signal} alone tells positives from negatives nearly as well as the score (AUC {one.apart}): if "
          "the sides were chosen by it, or by what it is made of, the score says no more than that choice"
          for one in signals if abs(one.alone - 0.5) >= EXPLAINS * (auc - 0.5)),
    ]
    kind = "logistic regression" if model == "logistic" else f"boosted trees ({models[0].model})"
    return Report(
        f"{kind} of {len(data.names)} signals, {len(models)} folds, seed {seed}", tuple(folds), auc, log_loss, brier,
        error, bins, signals, alone, within_languages(data, scores), tuple(notes),
    )


def probabilities(scores: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(scores, -500, 500)))


def measures(scores: Floats, positive: Flags) -> tuple[float, float, float]:
    """AUC, log loss and Brier score; both sides weigh the same."""
    from sklearn.metrics import brier_score_loss, log_loss

    told, weight = probabilities(scores), weights(positive)
    loss = log_loss(positive, told, sample_weight=weight, labels=[False, True])
    brier = brier_score_loss(positive, told, sample_weight=weight)
    return auc_of(scores, positive), round(float(loss), 6), round(float(brier), 6)


def auc_of(scores: Floats, positive: Flags) -> float:
    """How often a positive has more than a negative; a tie counts half."""
    from sklearn.metrics import roc_auc_score

    return round(float(roc_auc_score(positive, scores)), 6)


def calibration_bins(scores: Floats, positive: Flags) -> tuple[tuple[Bin, ...], float]:
    """Predicted and true shares by predicted probability, and how far they are apart."""
    told, weight = probabilities(scores), weights(positive)
    places = np.minimum((told * BINS).astype(int), BINS - 1)
    bins, error = [], 0.0
    for place in np.unique(places):
        here = places == place
        of = weight[here]
        predicted, true = np.average(told[here], weights=of), np.average(positive[here], weights=of)
        bins.append(Bin(int(here.sum()), round(float(predicted), 6), round(float(true), 6)))
        error += abs(predicted - true) * of.sum()
    return tuple(bins), round(float(error / weight.sum()), 6)


def by_themselves(data: Training, numbers: Numbers) -> dict[str, float]:
    """AUC of length and language, of which a table tells how often positives have them; on other folds' documents."""
    classes = {}
    if LANGUAGE in data.beside.columns:
        classes["language"] = data.beside[LANGUAGE].fill_null("").to_numpy()
    if "length" in data.beside.columns or "rps_doc_word_count" in data.names:
        lengths = data.beside["length"].fill_null(0).to_numpy() if "length" in data.beside.columns else \
            np.nan_to_num(data.values[:, data.names.index("rps_doc_word_count")])
        edges = np.quantile(lengths, np.arange(1, LENGTHS) / LENGTHS)
        classes["length"] = np.searchsorted(edges, lengths)
    return {
        what: auc_of(out_of_fold_odds(values, data.positive, numbers), data.positive)
        for what, values in classes.items() if len(np.unique(values)) > 1
    }


def out_of_fold_odds(classes: np.ndarray, positive: Flags, numbers: Numbers) -> Floats:
    """Of each document the share of positives among those of its class in other folds."""
    _, places = np.unique(classes, return_inverse=True)
    weight, found = weights(positive), np.zeros(len(positive))
    for number in np.unique(numbers):
        others = numbers != number
        of_class = np.bincount(places[others], weight[others] * positive[others], places.max() + 1)
        seen = np.bincount(places[others], weight[others], places.max() + 1)
        found[~others] = ((of_class + 0.5) / (seen + 1))[places[~others]]
    return found


def within_languages(data: Training, scores: Floats) -> dict[str, float]:
    """AUC among documents of one language, of those that both sides have."""
    if LANGUAGE not in data.beside.columns:
        return {}
    languages = data.beside[LANGUAGE].fill_null("").to_numpy()
    found = {}
    for name in np.unique(languages):
        here = languages == name
        if min(data.positive[here].sum(), (~data.positive[here]).sum()) >= FEW:
            found[str(name)] = auc_of(scores[here], data.positive[here])
    return found


def weighed(data: Training, numbers: Numbers, models: Sequence[Score], seed: int) -> tuple[Weighed, ...]:
    """Each signal, the most important first."""
    random = np.random.default_rng(seed)
    drops = np.zeros((len(models), len(data.names)))
    for number, model in enumerate(models):
        rows = np.flatnonzero(numbers == number)
        rows = np.sort(random.permutation(rows)[:DEALT_OUT])
        positive = data.positive[rows]
        if len(np.unique(positive)) < 2:
            continue
        columns = [one.of_column(data.values[rows, place]) for place, one in enumerate(model.inputs)]
        whole = auc_of(model.model.of_columns(columns), positive)
        order = random.permutation(len(rows))
        for place, values in enumerate(columns):
            dealt = [*columns[:place], values[order], *columns[place + 1:]]
            drops[number, place] = whole - auc_of(model.model.of_columns(dealt), positive)
    inputs = models[0].inputs
    nulls = np.isnan(data.values)
    found = [
        Weighed(
            name,
            round(float(drops[:, place].mean()), 6),
            auc_of(inputs[place].of_column(data.values[:, place]), data.positive),
            (share(nulls[data.positive, place]), share(nulls[~data.positive, place])),
        )
        for place, name in enumerate(data.names)
    ]
    return tuple(sorted(found, key=lambda one: (-one.drop, one.signal)))


def share(flags: Flags) -> float:
    return round(float(flags.mean()), 6)
