"""What recipes say of documents that were looked at by hand, as a row of RedPajama-V2 and as columns."""

import json

import polars as pl
import pytest
from golden import as_batch, edge_documents, edge_golden, signals_of

from rpdata.decide.evaluate import decide
from rpdata.decide.explain import explain
from rpdata.decide.sample_row import SampleRow
from rpdata.recipes import RECIPES

DUPES = [f"gopher.dupe_{n}grams" for n in range(5, 11)]
PARAGRAPHS = ["gopher.duplicate_paragraphs", "gopher.duplicate_paragraph_characters"]

# (recipe, document, the rules that it fails, the rules that abstain). Reckoned from the text, not from the signals.
VERDICTS = [
    ("gopher", "en_prose", [], PARAGRAPHS),         # 106 words, two lines of prose, and no empty line between them
    ("gopher", "it_prose", ["gopher.word_count"], PARAGRAPHS),      # 46 words, among them three Italian stop words
    # 50 times "spam", just enough, and nothing but repetition
    (
        "gopher", "repeat_word_50",
        ["gopher.stop_words", "gopher.top_2gram", "gopher.top_3gram", "gopher.top_4gram", *DUPES], PARAGRAPHS,
    ),
    # 20 words of one letter, ten of them twice. "q w" twice is 4 letters of 20: 0.2, which is still allowed
    (
        "gopher", "ten_gram_dup",
        [
            "gopher.word_count", "gopher.mean_word_length", "gopher.stop_words", "gopher.top_3gram",
            "gopher.top_4gram", *DUPES,
        ],
        PARAGRAPHS,
    ),
    # 12 of 16 lines begin with a bullet: 0.75. Half of the words are bullets. An empty line makes two paragraphs
    ("gopher", "bullets", ["gopher.word_count", "gopher.alphabetic_words", "gopher.stop_words"], []),
    # 11 words; six of eight lines end in an ellipsis; what is between white space has dots alone in six cases
    (
        "gopher", "ellipsis_lines",
        [
            "gopher.word_count", "gopher.ellipses", "gopher.ellipsis_lines", "gopher.alphabetic_words",
            "gopher.stop_words",
        ],
        PARAGRAPHS,
    ),
    # no word and no line to divide by
    (
        "gopher", "empty", ["gopher.word_count", "gopher.stop_words"],
        [
            "gopher.mean_word_length", "gopher.hashes", "gopher.ellipses", "gopher.bullet_lines",
            "gopher.ellipsis_lines", "gopher.alphabetic_words", "gopher.duplicate_lines",
            "gopher.duplicate_paragraphs", "gopher.duplicate_line_characters",
            "gopher.duplicate_paragraph_characters",
        ],
    ),
    ("gopher.published", "en_prose", [], []),
    # 13 words, "x y z w v" twice and a half: eight words come again, nine do not
    (
        "gopher.published", "overlap_5grams",
        [
            "gopher.word_count", "gopher.mean_word_length", "gopher.top_2gram", "gopher.top_3gram", "gopher.top_4gram",
            *DUPES[:4],
        ],
        [],
    ),
    # six ellipses among 19 raw words
    (
        "gopher.published", "ellipsis_lines",
        ["gopher.word_count", "redpajama_v2.symbols", "gopher.ellipsis_lines"], [],
    ),
    (
        "gopher.published", "empty", ["gopher.word_count"],
        ["gopher.mean_word_length", "redpajama_v2.symbols", "gopher.ellipsis_lines"],
    ),
    # six sentences in two lines that end in full stops; the list of bad words is an artefact
    ("c4", "en_prose", [], ["c4.bad_words"]),
    ("c4", "curly", ["c4.curly_bracket", "c4.sentences"], ["c4.bad_words"]),        # no line of code ends in a mark
    ("c4", "lorem", ["c4.lorem_ipsum", "c4.sentences"], ["c4.bad_words"]),          # nor any of these
    ("c4.datatrove", "curly", ["c4.datatrove.sentences"], []),      # the brackets are in lines that were dropped
    ("c4.datatrove", "en_prose", [], []),
    ("c4.published", "en_prose", [], []),
    ("c4.published", "lorem", ["c4.lorem_ipsum"], []),              # three sentences, one of them "lorem ipsum."
    ("c4.published", "badwords_en", ["redpajama_v2.sentences", "c4.bad_words"], []),        # one ! and no other end
    ("gopher.datatrove", "en_prose", [], [name.replace("gopher.", "gopher.datatrove.") for name in PARAGRAPHS]),
    ("ccnet", "middle_bucket", [], []),             # a score of 0.5, which is just enough
    ("ccnet", "tail_bucket", ["ccnet.head_or_middle"], []),
    ("ccnet", "all_bucket", [], ["ccnet.head_or_middle"]),              # no bucket: kept, and said
    # scores 0.5; three sentences; one line, cut off within a word
    ("fineweb", "middle_bucket", ["fineweb.language_score", "fineweb.end_marks"], PARAGRAPHS),
    ("fineweb.published", "middle_bucket", ["fineweb.language_score", "redpajama_v2.end_marks"], []),
    ("refinedweb", "middle_bucket", ["refinedweb.language_score"], ["refinedweb.domain", *PARAGRAPHS]),
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
    """Each document with the signals that we compute without any artefact; null is what one would say."""
    documents = edge_documents()
    rows = as_batch(documents, [document["name"] for document in documents])
    known = pl.from_arrow(rows).select("doc_id", "language").with_columns(
        pl.lit(None, pl.List(pl.String)).alias("rpdata_doc_ut1_categories"),
        pl.lit(None, pl.Int32).alias("rps_doc_ldnoobw_words"),
    )
    return known.join(pl.from_arrow(signals_of(rows)), on="doc_id")


@pytest.fixture(scope="module")
def rows(columns):
    """The same by document."""
    return {row["doc_id"]: row for row in columns.iter_rows(named=True)}


@pytest.mark.parametrize(("name", "document", "fails", "abstains"), VERDICTS, ids=lambda value: str(value)[:30])
def test_a_recipe_decides_as_one_does_by_hand(samples, rows, name, document, fails, abstains):
    recipe = RECIPES[name]
    reads_own = any(column.startswith("rpdata_") for step in recipe.steps for column in step.columns)
    sample = rows[document] if reads_own else samples[document]
    said = {told.rule: told.verdict for told in explain(recipe, document, SampleRow(sample)).rules if not told.depth}
    assert [rule for rule, verdict in said.items() if verdict == "fails"] == fails
    assert [rule for rule, verdict in said.items() if verdict == "abstains"] == abstains
    assert recipe(sample) is not bool(fails)


@pytest.mark.parametrize("name", ["ccnet", "roots", "gopher.published", "c4.published", "fineweb.published"])
def test_columns_decide_as_rows_of_redpajama_do(samples, columns, name):
    recipe = RECIPES[name] if name != "c4.published" else RECIPES[name].without("c4.bad_words")
    verdicts = decide(recipe, columns)
    for document, keep in zip(columns["doc_id"], verdicts.keep, strict=True):
        if document in samples:
            assert recipe(samples[document]) is bool(keep), document


OWN = [name for name in RECIPES if name not in ("rpv1", "dclm", "pretrainers_guide")]


@pytest.mark.parametrize("name", OWN)
def test_columns_decide_as_rows_of_columns_do(rows, columns, name):
    recipe = RECIPES[name]
    verdicts = decide(recipe, columns)
    names = [part.name for part in recipe.table]
    for number, document in enumerate(columns["doc_id"]):
        told = {each.rule: each.verdict for each in explain(recipe, document, SampleRow(rows[document])).rules}
        assert [name for name in sorted(told) if told[name] == "fails"] == sorted(
            names[place] for place in verdicts.failed[number].nonzero()[0]
        ), document
        assert [name for name in sorted(told) if told[name] == "abstains"] == sorted(
            names[place] for place in verdicts.abstained[number].nonzero()[0]
        ), document
