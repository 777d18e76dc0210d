"""Models estimated here are those of KenLM's lmplz, and those of the papers' formulas."""

import gzip
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import kenlm
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.artefacts.kneser_ney import estimate
from rpdata.artefacts.kneser_ney.count import count_runs
from rpdata.artefacts.kneser_ney.estimate import LEAST_MEMORY
from rpdata.artefacts.kneser_ney.plan import Plan
from rpdata.artefacts.kneser_ney.words import Vocabulary
from tests.artefacts.kneser_ney.arpa_file import Model, read_arpa
from tests.artefacts.kneser_ney.slow_kneser_ney import log_probability, score, slow_model

PRINTED = 1e-6      # ARPA files have 7 decimals


def assert_equal(ours: Model, expected: Model) -> None:
    """The same n-grams, with the same numbers."""
    for mine, theirs in zip(ours, expected, strict=True):
        assert mine.keys() == theirs.keys()
        grams = list(theirs)
        np.testing.assert_allclose([mine[gram] for gram in grams], [theirs[gram] for gram in grams], 0, PRINTED)


def sentences(words: str = "abcdefg", longest: int = 8) -> st.SearchStrategy[list[list[str]]]:
    """Texts in which n-grams come up again."""
    return st.lists(st.lists(st.sampled_from(words), max_size=longest), min_size=1, max_size=40).filter(any)


def model_of(text: Sequence[Sequence[str]], **options: object) -> Model:
    """What comes out for a text."""
    data = "".join(" ".join(sentence) + "\n" for sentence in text).encode()
    with TemporaryDirectory() as folder:
        estimate([data], Path(folder, "arpa"), discount_fallback=True, **options)
        return read_arpa(Path(folder, "arpa"))


@pytest.fixture(scope="module")
def golden_text(shared: Path) -> Path:
    """6000 sentences, of which lmplz has made models."""
    return shared / "golden/lm/text.txt"


@pytest.fixture(scope="module")
def arpa(golden_text: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our model of them, of order 5."""
    path = tmp_path_factory.mktemp("model") / "lm.arpa"
    estimate(golden_text, path)
    return path


@pytest.mark.parametrize("order", [3, 5])
def test_the_model_of_lmplz_comes_out(order: int, golden_text: Path, tmp_path: Path) -> None:
    """Its n-grams, in its order, and every number but for the last decimal."""
    golden = tmp_path / "golden.arpa"
    golden.write_bytes(gzip.decompress(golden_text.with_name(f"order{order}.arpa.gz").read_bytes()))
    estimate(golden_text, tmp_path / "ours.arpa", order=order)

    expected, ours = read_arpa(golden), read_arpa(tmp_path / "ours.arpa")
    assert_equal(ours, expected)
    assert [list(grams) for grams in ours] == [list(grams) for grams in expected]


def test_the_discounts_are_those_of_the_papers_formula(golden_text: Path, tmp_path: Path) -> None:
    report = estimate(golden_text, tmp_path / "lm.arpa", order=3)
    words = [line.split() for line in golden_text.read_text().splitlines()]
    padded = [["<s>", *line, "</s>"] for line in words]
    triples = Counter(triple for line in padded for triple in zip(line, line[1:], line[2:], strict=False))
    once, twice, thrice, four = (list(triples.values()).count(n) for n in (1, 2, 3, 4))
    y = once / (once + 2 * twice)
    expected = (1 - 2 * y * twice / once, 2 - 3 * y * thrice / twice, 3 - 4 * y * four / thrice)
    assert report.discounts[2] == pytest.approx(expected, abs=1e-12)
    assert (report.sentences, report.tokens) == (len(words), sum(map(len, words)))
    assert report.vocabulary == len({word for line in words for word in line}) + len(["<unk>", "<s>", "</s>"])


@given(
    text=sentences(),
    order=st.integers(1, 5),
    prune=st.lists(st.integers(0, 3), max_size=4),
    vocabulary=st.none() | st.sets(st.sampled_from("abcdefgh")),
)
def test_the_formulas_of_the_papers_give_the_same_model(
    text: list[list[str]], order: int, prune: list[int], vocabulary: set[str] | None
) -> None:
    thresholds = [0, *sorted(prune)][:order]
    ours = model_of(text, order=order, prune=thresholds, vocabulary=vocabulary)
    thresholds += [thresholds[-1]] * (order - len(thresholds))
    assert_equal(ours, slow_model(text, order, thresholds, vocabulary))


def test_real_text_is_pruned_as_the_formulas_say(golden_text: Path) -> None:
    """With discounts of its own, which short texts do not have."""
    text = [line.split() for line in golden_text.read_text().splitlines()[:1500]]
    often = {word for word, n in Counter(word for sentence in text for word in sentence).items() if n > 1}
    ours = model_of(text, order=4, prune=[0, 0, 1, 2], vocabulary=often)
    assert_equal(ours, slow_model(text, 4, [0, 0, 1, 2], often))
    assert all(ours)


@given(
    text=sentences("abc"),
    order=st.integers(2, 5),
    threshold=st.integers(0, 2),
    vocabulary=st.sampled_from([None, "ab"]),
)
def test_the_probabilities_behind_every_context_add_up_to_one(
    text: list[list[str]], order: int, threshold: int, vocabulary: str | None
) -> None:
    model = model_of(text, order=order, prune=[0, threshold], vocabulary=vocabulary)
    words = [word for (word,) in model[0] if word != "<s>"]
    contexts = {gram[:-1] for grams in model for gram in grams} | {gram[:-1] for gram in model[-1]} | {("<unk>", "a")}
    for context in contexts:
        behind = [log_probability(model, (*context[-order + 1 :], word)) for word in words]
        assert sum(10**value for value in behind) == pytest.approx(1, abs=1e-5), context


def test_kenlm_gives_sentences_the_probability_that_the_file_says(arpa: Path, golden_text: Path) -> None:
    model, reader = read_arpa(arpa), kenlm.Model(str(arpa))
    lines = golden_text.read_text().splitlines()
    shuffled = [" ".join(reversed(line.split())) for line in lines[:100]]
    for line in [*lines[:100], *shuffled, "", "nothing-of this-is known-to-it", *lines[-100:]]:
        assert reader.score(line) == pytest.approx(score(model, line.split()), abs=1e-4), line


def test_memory_and_threads_and_cuts_of_the_text_do_not_change_the_file(
    arpa: Path, golden_text: Path, tmp_path: Path
) -> None:
    """With the least memory, counts are on disk in several runs, and each order in several buckets."""
    plan = Plan(tmp_path, order=5, memory=LEAST_MEMORY // 2, threads=2)
    words = Vocabulary(limit=LEAST_MEMORY, most=1 << plan.bits)
    assert len(count_runs(words.numbers([golden_text.read_bytes()], skip_symbols=False), words, plan)) > 2

    data = golden_text.read_bytes()
    parts = [data[start : start + 9973] for start in range(0, len(data), 9973)]
    assert not data.endswith(b"\n\n")
    for threads, text in [(1, golden_text), (2, parts), (3, [data.rstrip(b"\n")])]:
        estimate(text, tmp_path / "small.arpa", memory=LEAST_MEMORY, threads=threads)
        assert (tmp_path / "small.arpa").read_bytes() == arpa.read_bytes()


@given(st.sets(st.text(st.characters(blacklist_characters="\0\t\n\r ", blacklist_categories=["Cs"]), min_size=1)))
def test_words_of_any_length_and_script_are_written_as_they_were_read(words: set[str]) -> None:
    words = words - {"<s>", "</s>", "<unk>"} | {"x" * length for length in range(1, 50)}
    (unigrams, _) = model_of([sorted(words)] * 3, order=2)
    assert {word for (word,) in unigrams} == words | {"<s>", "</s>", "<unk>"}


def test_an_order_as_high_as_keys_allow_is_right() -> None:
    text = [list("abracadabra"), list("cadabraab"), [], list("bracadab")]
    assert_equal(model_of(text, order=8), slow_model(text, 8, [0] * 8, None))
