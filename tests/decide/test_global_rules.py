"""Rules that need a whole dataset: fitted once, they decide on a document by itself, and as the columns do."""

import math
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from deciding import SCORED, build, decided, decisions, rows_of
from xxhash import xxh3_64_intdigest

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, deduplicated, quantile, rule, sample
from rpdata.errors import UserError


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("global") / "out").root


def slow_quantile(values: list[float | None], share: float, at_least: bool = True) -> float:
    """The worst of the best, as many as are to be kept; shares as people write them."""
    known = sorted((value for value in values if value is not None), reverse=at_least)
    exact = Fraction(str(share))
    kept = math.ceil((1 - exact if at_least else exact) * len(known))
    return known[max(kept, 1) - 1]


@pytest.mark.parametrize("by", ["language", None])
def test_a_quantile_keeps_its_share_of_each_language(root, by):
    recipe = Recipe("top", quantile("score", at_least=0.3, by=by))
    fitted = recipe.fit(Dataset.open(root))
    decided(root, fitted)
    rows = rows_of(root)
    groups = {row["language"] if by else None for row in rows}
    low = {
        group: slow_quantile([row["score"] for row in rows if not by or row["language"] == group], 0.3)
        for group in groups
    }
    for row, told in zip(rows, decisions(root, fitted), strict=True):
        unknown = row["score"] is None
        assert told["keep"] == (unknown or row["score"] >= low[row["language"] if by else None]) == fitted(row)
        assert bool(told["abstained"]) == unknown
    assert fitted.is_fitted
    assert not recipe.is_fitted


@pytest.mark.parametrize("count", [1, 4, 10, 100])
def test_of_different_values_a_quantile_keeps_its_share_to_a_document(tmp_path, count):
    partition = "2023-06/0000/en_head"
    builder = build(tmp_path / "out", {partition: count})
    doc_ids = builder.tables["documents"][partition]["doc_id"]
    values = [(row * 37 % count) / 8 for row in range(count)]
    builder.write("signals-own", partition, pa.table({"doc_id": doc_ids, "value": pa.array(values, pa.float64())}))
    dataset = Dataset.open(builder.root)
    for share in (0, 0.25, 0.29, 0.3, 0.5, 0.7, 1 - 0.9, 0.9, 1):
        low, high = (
            quantile("value", by=None, **{bound: share}).fit(dataset).thresholds[0][1]
            for bound in ("at_least", "at_most")
        )
        exact = round(share, 6)
        assert (low, high) == (slow_quantile(values, exact), slow_quantile(values, exact, at_least=False)), share
    best = Recipe("best", quantile("value", by=None, at_least=0.3)).fit(dataset)
    assert sum(best({"value": value}) for value in values) == {1: 1, 4: 3, 10: 7, 100: 70}[count]


def test_at_most_keeps_the_other_end_and_both_can_be_asked(root):
    middle = quantile("words", at_least=0.2) & quantile("words", at_most=0.8)
    fitted = Recipe("middle", middle).fit(Dataset.open(root))
    kept = [row["words"] for row in rows_of(root) if fitted(row)]
    assert 0.55 < len(kept) / len(rows_of(root)) < 0.65 + 0.02
    assert 15 < min(kept) < 25 < 75 < max(kept) < 85


def test_a_language_that_was_not_there_cannot_be_told(root):
    fitted = Recipe("top", quantile("score", at_least=0.3), unknown="drop").fit(Dataset.open(root))
    assert fitted({"score": 1.0, "language": "en"})
    assert not fitted({"score": 1.0, "language": "xx"})
    assert not fitted({"score": 1.0, "language": None})


def test_a_quantile_inside_of_other_rules_is_fitted_too(root):
    recipe = Recipe("top", SCORED & ~rule("named", quantile("words", at_least=0.5) | SCORED))
    assert not recipe.is_fitted
    assert recipe.fit(Dataset.open(root)).is_fitted


def test_a_fit_to_the_same_documents_is_the_same_recipe(root):
    recipe = Recipe("top", quantile(col("score") / col("words"), at_least=0.9))
    one, other = recipe.fit(Dataset.open(root)), recipe.fit(Dataset.open(root))
    assert (one.folder, one) == (other.folder, other)
    assert one.hash != recipe.hash
    assert one.fit(Dataset.open(root)) == one


def test_a_sample_is_the_same_everywhere_and_smaller_ones_are_in_larger_ones(root):
    rows = rows_of(root)
    tenth, half = Recipe("tenth", sample(0.1)), Recipe("half", sample(0.5))
    decided(root, half)
    few, many = ({row["doc_id"] for row in rows if recipe(row)} for recipe in (tenth, half))
    assert many == {row["doc_id"] for row in decisions(root, half) if row["keep"]}
    assert few < many
    assert 0.4 < len(many) / len(rows) < 0.6
    assert {row["doc_id"] for row in rows if Recipe("half", sample(0.5, seed=1))(row)} != many


def test_a_sample_has_its_share_of_the_documents_that_the_folder_sample_shows():
    names = sorted((f"document {number}" for number in range(4000)), key=lambda name: xxh3_64_intdigest(name.encode()))
    tenth = Recipe("tenth", sample(0.1))
    shown = [tenth({"doc_id": name}) for name in names[:1000]]
    assert 60 < sum(shown) < 140


def test_of_duplicates_those_are_kept_that_their_overlay_says(tmp_path):
    partition = "2023-06/0000/en_head"
    builder = build(tmp_path / "out", {partition: 50})
    doc_ids = builder.tables["documents"][partition]["doc_id"]
    keep = pa.array([row % 3 > 0 for row in range(50)])
    builder.write("duplicates", partition, pa.table({"doc_id": doc_ids, "keep_sim0.8": keep}))
    recipe = Recipe("once", deduplicated(0.8))
    decided(tmp_path / "out", recipe)
    assert [row["keep"] for row in decisions(tmp_path / "out", recipe)] == keep.to_pylist()


def test_a_similarity_is_the_same_rule_however_it_is_written():
    assert deduplicated(1) == deduplicated("1.00") == deduplicated(1.0)
    assert set(deduplicated(1).columns) == {"keep_sim1.0"}
    with pytest.raises(UserError, match="neither 'exact' nor a similarity"):
        deduplicated(0.75)


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: quantile("x"), lambda: quantile("x", at_least=0.1, at_most=0.2), lambda: quantile("x", at_least=30),
        lambda: sample(2), lambda: sample(0.1, seed=-1), lambda: sample(0.1, seed=0.5),
    ],
)
def test_shares_and_seeds_are_checked(mistake):
    with pytest.raises(UserError, match=r"quantile\(\)|sample"):
        mistake()


def test_a_quantile_of_a_column_that_is_not_there_is_refused_with_the_way_to_it(root):
    with pytest.raises(UserError, match=r"it needs the artefact importance\.wikipedia"):
        Recipe("top", quantile("rps_doc_wikipedia_importance", at_least=0.3)).fit(Dataset.open(root))
