"""Importance resampling: a draw without replacement that can be made again, and that each row can tell of itself."""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import xxhash
from deciding import SCORED, build, decided, decisions, rows_of

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, importance_sample, line, sample
from rpdata.decide.importance import GumbelNoise, hashed, noise, threshold
from rpdata.errors import UserError


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("importance") / "out").root


def slow_score(row: dict, seed: int) -> float:
    u = ((xxhash.xxh3_64_intdigest(b"gumbel " + row["doc_id"].encode(), seed) // 2**12) + 0.5) / 2**52
    return row["score"] - math.log(-math.log(u))


@pytest.mark.parametrize(
    ("options", "many"),
    [
        ({"fraction": 0.3, "seed": 5}, lambda known: round(0.3 * known)),
        ({"size": 40}, lambda known: min(40, known)),
        ({"size": 100_000}, lambda known: known),
        ({"fraction": 0.0}, lambda known: 0),
        ({"fraction": 0.1, "by": None, "seed": 7}, lambda known: round(0.1 * known)),
    ],
)
def test_the_largest_scores_with_noise_are_kept_of_each_language(root, options, many):
    recipe = Recipe("drawn", importance_sample("score", **options))
    fitted = recipe.fit(Dataset.open(root))
    assert (recipe.is_fitted, fitted.is_fitted) == (False, True)
    decided(root, fitted)
    rows, found = rows_of(root), decisions(root, fitted)
    groups = {}
    for row in rows:
        if row["score"] is not None:
            groups.setdefault(row["language"] if "by" not in options else "", []).append(row)
    drawn = {
        row["doc_id"] for group in groups.values()
        for row in sorted(group, key=lambda row: -slow_score(row, options.get("seed", 0)))[:many(len(group))]
    }
    for row, told in zip(rows, found, strict=True):
        assert told["keep"] == (row["score"] is None or row["doc_id"] in drawn) == fitted(row)
        assert bool(told["abstained"]) == (row["score"] is None)


def test_a_draw_is_in_proportion_to_the_weights():
    weights = np.array([1.0, 2.0, 7.0])
    first = Counter(
        int(np.argmax(np.log(weights) + noise([xxhash.xxh3_64_intdigest(name.encode(), seed) for name in "abc"])))
        for seed in range(4000)
    )
    assert [first[number] / 4000 for number in range(3)] == pytest.approx(weights / 10, abs=0.025)


def test_a_draw_from_a_sample_of_the_same_seed_has_its_share():
    names = [f"document {number}" for number in range(4000)]
    chosen = sample(0.25)
    values = noise([hashed(name, 0) for name in names if chosen._takes(name)])
    assert len(values) == pytest.approx(1000, abs=100)
    assert np.mean(values > -math.log(math.log(2))) == pytest.approx(0.5, abs=0.06)      # the median of all noise


def test_noise_is_the_same_for_one_as_for_many_and_always_finite():
    hashes = [0, 2**64 - 1, *(xxhash.xxh3_64_intdigest(b"%d" % number) for number in range(1000))]
    many = noise(hashes)
    assert np.isfinite(many).all()
    assert [noise([one])[0] for one in hashes] == many.tolist()


def test_equal_scores_are_drawn_together_and_others_have_room_for_another_rounding():
    assert threshold(np.array([3.0, 2.0, 2.0, 1.0]), 2) == 2.0
    assert 1.0 < threshold(np.array([3.0, 2.0, 2.0, 1.0]), 3) < 2.0
    assert threshold(np.array([3.0, 2.0]), 2) == 2.0
    assert threshold(np.array([3.0, 2.0]), 0) > 3.0
    assert threshold(np.array([1e308, -1e308]), 1) == 1e308
    after = math.nextafter(2.0, 0)
    assert threshold(np.array([2.0, after]), 1) == 2.0


def test_another_seed_is_another_draw_and_another_recipe(root):
    dataset = Dataset.open(root)
    one, same, other = (
        Recipe("drawn", importance_sample("score", fraction=0.3, seed=seed) & SCORED).fit(dataset)
        for seed in (1, 1, 2)
    )
    assert (one, one.folder) == (same, same.folder)
    assert one.hash != other.hash
    assert list(map(one, rows_of(root))) != list(map(other, rows_of(root)))
    assert GumbelNoise(1).content != GumbelNoise(2).content


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "wants either size="), ({"size": 3, "fraction": 0.1}, "wants either size="),
        ({"size": 0.5}, "a whole number of documents, not size=0.5"), ({"fraction": 2}, "between 0 and 1, not 2"),
        ({"size": 3, "seed": -1}, "the seed of an importance sample"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, message):
    with pytest.raises(UserError, match=message):
        importance_sample("score", **options)


def test_a_number_of_a_line_is_no_score():
    with pytest.raises(UserError, match=r"importance_sample\(\) compares documents"):
        importance_sample(line("rps_lines_num_words") + col("score"), fraction=0.1)
