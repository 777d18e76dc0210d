"""What recipes say of documents that were looked at by hand, as a row of RedPajama-V2 and as columns."""

import json

import polars as pl
import pytest
from golden import as_batch, edge_documents, edge_golden, signals_of

from rpdata.decide.sample_row import SampleRow
from rpdata.recipes import RECIPES

DUPES = [f"gopher.dupe_{n}grams" for n in range(5, 11)]

# (recipe, document, the rules that it fails, the rules that abstain). Reckoned from the text, not from the signals.
VERDICTS = [
    ("gopher", "en_prose", [], []),         # 106 words, two lines of prose
    ("gopher", "it_prose", ["gopher.word_count"], []),          # 46 words
    # 50 words, just enough, and nothing but repetition
    ("gopher", "repeat_word_50", ["gopher.top_2gram", "gopher.top_3gram", "gopher.top_4gram", *DUPES], []),
    # 20 words of one letter, ten of them twice. "q w" twice is 4 letters of 20: 0.2, which is still allowed
    (
        "gopher", "ten_gram_dup",
        ["gopher.word_count", "gopher.mean_word_length", "gopher.top_3gram", "gopher.top_4gram", *DUPES], [],
    ),
    # 13 words, "x y z w v" twice and a half: eight words come again, nine do not
    (
        "gopher", "overlap_5grams",
        [
            "gopher.word_count", "gopher.mean_word_length", "gopher.top_2gram", "gopher.top_3gram", "gopher.top_4gram",
            *DUPES[:4],
        ],
        [],
    ),
    ("gopher", "bullets", ["gopher.word_count"], []),           # 12 of 16 lines begin with a bullet: 0.75
    # 11 words; six ellipses among 19 tokens; six of eight lines end in one
    ("gopher", "ellipsis_lines", ["gopher.word_count", "gopher.symbols", "gopher.ellipsis_lines"], []),
    # no word, so none has a length; no line, so none can end in an ellipsis
    (
        "gopher", "empty", ["gopher.word_count"],
        ["gopher.mean_word_length", "gopher.symbols", "gopher.ellipsis_lines"],
    ),
    ("c4", "en_prose", [], []),
    ("c4", "curly", ["c4.sentences", "c4.curly_bracket"], []),          # code without a full stop
    ("c4", "lorem", ["c4.lorem_ipsum"], []),        # three sentences, one of them "lorem ipsum."
    ("c4", "badwords_en", ["c4.sentences", "c4.bad_words"], []),        # one ! and no other end of a sentence
    ("ccnet", "middle_bucket", [], []),             # a score of 0.5, which is just enough
    ("ccnet", "tail_bucket", ["ccnet.head_or_middle"], []),
    ("ccnet", "all_bucket", [], ["ccnet.head_or_middle"]),              # no bucket: kept, and said
    # scores 0.5; three sentences; one line, cut off within a word
    ("fineweb", "middle_bucket", ["fineweb.language_score", "fineweb.sentences", "fineweb.end_marks"], []),
    ("fineweb2", "de_prose", [], []),
    ("roots", "middle_bucket", ["roots.language_score [en]"], []),      # 0.5, below the 0.8 of English
    ("roots", "tail_bucket", ["roots.perplexity [en]"], []),            # 5123.4, above 1500
    ("roots", "de_prose", [], []),                  # no cutoffs for German: those for other languages
    ("rpv1", "de_prose", [], ["redpajama_v1.wikiref"]),                 # a classifier of English pages
]


@pytest.fixture(scope="module")
def samples():
    """Each document as a row of RedPajama-V2, with the reference's signals."""
    return {
        document["name"]: {
            "doc_id": str(number),
            "meta": json.dumps({"language": document["language"]}),
            "quality_signals": json.dumps(golden["quality_signals"]),
        }
        for number, (document, golden) in enumerate(zip(edge_documents(), edge_golden(), strict=True))
        if "quality_signals" in golden
    }


@pytest.fixture(scope="module")
def columns():
    """Each document with the signals that we compute without any artefact."""
    documents = edge_documents()
    rows = as_batch(documents, [document["name"] for document in documents])
    known = pl.from_arrow(rows).select("doc_id", "language")
    return known.join(pl.from_arrow(signals_of(rows)), on="doc_id")


@pytest.mark.parametrize(("name", "document", "fails", "abstains"), VERDICTS, ids=lambda value: str(value)[:30])
def test_a_recipe_decides_as_one_does_by_hand(samples, name, document, fails, abstains):
    recipe, sample = RECIPES[name], samples[document]
    said = {part.name: part.of(SampleRow(sample)) for part in recipe.rules}
    assert [rule for rule, kept in said.items() if kept is False] == fails
    assert [rule for rule, kept in said.items() if kept is None] == abstains
    assert recipe(sample) is not bool(fails)


@pytest.mark.parametrize("name", ["gopher", "ccnet", "refinedweb", "fineweb", "fineweb2", "roots"])
def test_columns_decide_as_rows_do(samples, columns, name):
    recipe = RECIPES[name]
    decided = columns.select("doc_id", *(part.expr().alias(part.name) for part in recipe.rules))
    for row in decided.iter_rows(named=True):
        document = row.pop("doc_id")
        if document in samples:
            assert row == {part.name: part.of(SampleRow(samples[document])) for part in recipe.rules}, document
