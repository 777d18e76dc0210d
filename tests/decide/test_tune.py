"""Moved thresholds: every figure is what a recipe with that threshold keeps, row by row."""

from pathlib import Path

import pytest
from deciding import EVEN, FLAGGED, RECIPE, SCORED, WORDY, build, rows_of

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, quantile, rule
from rpdata.decide import tune as moving
from rpdata.decide.tune import tune
from rpdata.errors import UserError

OPEN = rule("open", col("score") > 0.25)
NESTED = Recipe("nested", FLAGGED & ~rule("named", (SCORED & EVEN) | OPEN), unknown="drop")
TIMES = rule("times", col("words").is_between(10, 40)).for_language("de", rule("times", col("words") >= 20))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    partitions = {"2023-06/0000/de_all": 90, "2023-06/0000/en_head": 140, "2023-14/0000/en_tail": 30}
    return build(tmp_path_factory.mktemp("tune") / "out", partitions).root


@pytest.mark.parametrize(
    ("recipe", "name", "languages"),
    [
        (RECIPE, "scored", {"de", "en"}), (RECIPE, "wordy", {"en"}), (RECIPE, "even [de]", {"de"}),
        (NESTED, "scored", {"de", "en"}), (NESTED, "open", {"de", "en"}), (NESTED, "short", {"de", "en"}),
        (Recipe("strict", WORDY & SCORED, unknown="drop"), "wordy", {"de", "en"}),
    ],
)
def test_a_curve_is_what_recipes_with_those_thresholds_keep(root, recipe, name, languages):
    tuning = tune(Dataset.open(root), recipe, name)
    rows = rows_of(root)
    label = name.partition(" ")[0]
    about = [row for row in rows if row["language"] in languages]
    (named,) = {part for part in recipe.rule.walk() if part.name == label}
    assert (tuning.documents, tuning.unknown) == (
        len(about), sum(named.of(Row(row)) is None for row in about)
    )
    assert {curve.side for curve in tuning.curves} == {
        side for side in ("low", "high") if getattr(named.condition, side) is not None
    }
    for curve in tuning.curves:
        assert curve.today == getattr(named.condition, curve.side)
        assert curve.today in curve.thresholds
        assert list(curve.thresholds) == sorted(set(curve.thresholds))
        assert len(curve.thresholds) > 3
        assert sum(of.read for of in curve.languages.values()) == curve.all.read == len(about)
        for number, threshold in enumerate(curve.thresholds):
            moved = recipe.replace(label, **{curve.side: threshold})
            alone = Recipe("alone", named.replace(label, **{curve.side: threshold}), unknown=recipe.unknown)
            assert curve.all.alone[number] == sum(map(alone, about))
            assert curve.all.whole[number] == sum(map(moved, about))
            for language, of in curve.languages.items():
                assert of.whole[number] == sum(moved(row) for row in about if row["language"] == language)


def test_infinite_thresholds_are_words_in_json(root):
    told = tune(Dataset.open(root), Recipe("some", rule("r", col("words") * 1e308 >= 50)), "r").as_dict()
    thresholds = told["curves"][0]["thresholds"]
    assert thresholds[-1] == "Infinity"
    assert thresholds[:-1] == [number for number in thresholds[:-1] if isinstance(number, float)]


def test_the_nearest_documents_are_those_that_the_rule_alone_decides(root):
    (curve,) = tune(Dataset.open(root), RECIPE, "scored").curves
    rows = [row for row in rows_of(root) if row["score"] is not None]
    decides = [row for row in rows if RECIPE.replace("scored", low=0.0)(row)
               and not RECIPE.replace("scored", low=2.0)(row)]
    for found, here in (
        (curve.inside, [row for row in decides if row["score"] >= 0.25]),
        (curve.outside, [row for row in decides if row["score"] < 0.25]),
    ):
        nearest = sorted(here, key=lambda row: abs(row["score"] - 0.25))[:5]
        assert [(each.doc_id, each.value) for each in found] == [(row["doc_id"], row["score"]) for row in nearest]
        assert [each.line for each in found] == [row["raw_content"][:200].strip() for row in nearest]


def test_of_very_many_values_a_part_says_where_thresholds_are_and_all_are_counted(root, monkeypatch):
    monkeypatch.setattr(moving, "SAMPLED", 40)
    recipe = Recipe("scored", SCORED)
    (curve,) = tune(Dataset.open(root), recipe, "scored").curves
    for number, threshold in enumerate(curve.thresholds):
        assert curve.all.whole[number] == sum(map(recipe.replace("scored", low=threshold), rows_of(root)))
    assert curve.thresholds[0] < 0.2 < 0.8 < curve.thresholds[-1]


@pytest.mark.parametrize(
    ("recipe", "name", "message"),
    [
        (RECIPE, "scord", "unknown rule 'scord'; did you mean scored"),
        (Recipe("top", quantile("score", at_least=0.5) & WORDY), "quantile.score.at_least_0.5",
         r"no threshold that could be moved.*these have: wordy"),
        (Recipe("differs", rule("other", col("words") != 3)), "other", "no threshold .* these have: none"),
        (Recipe("by_language", TIMES), "times", r"has 2 rules times.*of 'times \[not de\]', 'times \[de\]'"),
        (Recipe("models", rule("m", col("rps_doc_ml_palm_score") > 0)), "m", "models lacks `rps_doc_ml_palm_score`"),
    ],
)
def test_what_cannot_be_moved_is_told(root, recipe, name, message):
    with pytest.raises(UserError, match=message):
        tune(Dataset.open(root), recipe, name)


class Row:
    """A row of the dataset as rules read it."""

    def __init__(self, row: dict) -> None:
        self.text = self.names = self.number = row.get
        self._row = row

    def lines(self, name: str) -> list:
        return self._row[name]
