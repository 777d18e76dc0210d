"""Recipes beside each other: every count is that of the decisions, read row by row."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from deciding import EVEN, FLAGGED, RECIPE, SCORED, WORDY, build, decided, decisions, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, rule
from rpdata.decide.columns import refuse_missing
from rpdata.decide.compare import compare, kept, kept_alone, read, removed_alone
from rpdata.decide.compared_domains import widest
from rpdata.errors import UserError

RECIPES = [RECIPE, Recipe("wordy", WORDY & EVEN), Recipe("flagged", FLAGGED & SCORED)]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    builder = build(tmp_path_factory.mktemp("compare") / "out")
    for partition, table in list(builder.tables["documents"].items()):
        names = pa.array([f"site{row % 5}.example" if row % 7 else None for row in range(len(table))], pa.string())
        column = table.schema.get_field_index("source_domain")
        builder.write("documents", partition, table.set_column(column, table.schema.field(column), names))
    for recipe in RECIPES:
        decided(builder.root, recipe)
    return builder.root


def verdicts(root: Path) -> tuple[list[dict], list[tuple[bool, ...]]]:
    """The rows of the dataset, and of each who keeps it."""
    columns = [[row["keep"] for row in decisions(root, recipe)] for recipe in RECIPES]
    return rows_of(root), list(zip(*columns, strict=True))


def test_counts_are_those_of_the_decisions_by_language(root):
    found = compare(Dataset.open(root), RECIPES)
    rows, keeps = verdicts(root)
    assert sorted(found.languages) == ["de", "en"]
    for language, counts in [*found.languages.items(), (None, found.whole)]:
        here = [(row["length"], keep) for row, keep in zip(rows, keeps, strict=True)
                if language in (None, row["language"])]

        def sums(condition, here=here):
            chosen = [length for length, keep in here if condition(keep)]
            return [len(chosen), sum(chosen)]

        assert read(counts).tolist() == sums(lambda keep: True)
        for number in range(3):
            assert kept(counts, number).tolist() == sums(lambda keep, n=number: keep[n])
            assert kept_alone(counts, number).tolist() == sums(lambda keep, n=number: keep[n] and sum(keep) == 1)
            assert removed_alone(counts, number).tolist() == sums(lambda keep, n=number: keep[n] < 1 < sum(keep))


def test_agreement_is_what_its_definitions_say(root):
    found = compare(Dataset.open(root), RECIPES)
    _, keeps = verdicts(root)
    for each, (one, other) in zip(found.agreements(found.whole), combinations(range(3), 2), strict=True):
        ones, others = ({row for row, keep in enumerate(keeps) if keep[recipe]} for recipe in (one, other))
        total = len(keeps)
        alike = sum(keep[one] == keep[other] for keep in keeps) / total
        by_chance = (len(ones) * len(others) + (total - len(ones)) * (total - len(others))) / total**2
        assert (each.first, each.second) == (RECIPES[one].name, RECIPES[other].name)
        assert each.alike == pytest.approx(alike)
        assert each.jaccard == pytest.approx(len(ones & others) / len(ones | others))
        assert each.kappa == pytest.approx((alike - by_chance) / (1 - by_chance))
        assert (each.only_first, each.only_second) == (len(ones - others), len(others - ones))
        assert each.only_first + each.only_second > 0


def test_domains_are_those_with_the_widest_spread(root):
    found = compare(Dataset.open(root), RECIPES)
    rows, keeps = verdicts(root)
    slow = {}
    for row, keep in zip(rows, keeps, strict=True):
        documents, by_recipe = slow.setdefault(row["source_domain"], ([], []))
        documents.append(row)
        by_recipe.append(keep)
    assert {each.domain: (each.read, each.kept) for each in found.domains} == {
        domain: (len(documents), tuple(sum(column) for column in zip(*by_recipe, strict=True)))
        for domain, (documents, by_recipe) in slow.items()
    }
    assert [each.spread for each in found.domains] == sorted((each.spread for each in found.domains), reverse=True)
    assert None in [each.domain for each in found.domains]


pieces = st.lists(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abcdefgh")), max_size=12), max_size=4)


@settings(max_examples=30)
@given(pieces, st.integers(4, 12), st.integers(1, 9))       # 4: of one domain there are no more
def test_few_rows_at_once_find_the_same_domains_as_many(given_pieces, rows, most):
    def read_again():
        for piece in given_pieces:
            yield (
                np.array([pattern for pattern, _ in piece], np.int64),
                pa.chunked_array([pa.array([name for _, name in piece], pa.string())]),
            )

    documents = [document for piece in given_pieces for document in piece]
    slow = []
    for name in sorted({name for _, name in documents}):
        here = [pattern for pattern, other in documents if other == name]
        kept_by = tuple(sum(pattern >> recipe & 1 for pattern in here) for recipe in range(2))
        if max(kept_by) > min(kept_by):
            slow.append((min(kept_by) - max(kept_by), name, len(here), kept_by))
    found = widest(2, read_again, most, rows)
    assert [(-each.spread, each.domain, each.read, each.kept) for each in found] == sorted(slow)[:most]


def test_what_is_not_decided_cannot_be_compared(root):
    other = Recipe("other", SCORED)
    with pytest.raises(UserError, match=r"other has not decided on all documents.*rpdata filter .* --recipe other"):
        compare(Dataset.open(root), [RECIPE, other])


@pytest.mark.parametrize(
    ("recipes", "message"),
    [([RECIPE], "2 to 10 recipes are compared"), ([RECIPE] * 11, "not 11"), ([RECIPE, RECIPE], "two .* called some")],
)
def test_recipes_that_cannot_stand_beside_each_other_are_refused(root, recipes, message):
    with pytest.raises(UserError, match=message):
        compare(Dataset.open(root), recipes)


def test_all_missing_columns_of_all_recipes_are_told_at_once(root):
    models = Recipe("models", rule("a", col("rps_doc_ml_palm_score") > 0) & rule("b", col("rps_doc_word_count") > 1))
    listed = Recipe("listed", rule("c", col("rps_doc_ldnoobw_words") == 0) & rule("d", col("rps_doc_word_count") > 2))
    with pytest.raises(UserError) as told:
        refuse_missing(Dataset.open(root), [RECIPE, models, listed])
    _, models_lack, listed_lacks, *origins, with_artefacts, with_text = str(told.value).splitlines()
    assert origins == [
        "classifier.palm: rpdata artefacts train classifier --name palm ...",
        "bad_words: rpdata artefacts pull ldnoobw",
    ]
    assert models_lack == "models lacks `rps_doc_ml_palm_score` (the artefact classifier.palm), `rps_doc_word_count`"
    assert listed_lacks == "listed lacks `rps_doc_ldnoobw_words` (the artefact bad_words), `rps_doc_word_count`"
    assert with_artefacts.endswith("--artefacts DIR, or leave the rule away: recipe.without(...)")
    assert with_text.startswith("Run rpdata compute-signals INPUT... --output")
