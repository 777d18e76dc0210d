"""The filters that RedPajama-V2's authors give as examples, in plain Python, decide as our recipes of them do."""

import json

import pytest
from golden import edge_documents, edge_golden

NAMES = ["gopher_example", "c4_example", "rpv1_example"]


@pytest.fixture(scope="module")
def rows():
    """Rows of RedPajama-V2: the reference's signals of the English documents."""
    pairs = zip(edge_documents(), edge_golden(), strict=True)
    english = [golden["quality_signals"] for page, golden in pairs if page["language"] == "en"]
    return [{"quality_signals": json.dumps(signals)} for signals in english]


def gopher_example(value, lines):
    return (
        50 <= value("rps_doc_word_count") <= 10_000
        and 3 <= value("rps_doc_mean_word_length") <= 10
        and value("rps_doc_symbol_to_word_ratio") <= 0.1
        and sum(lines("rps_lines_start_with_bulletpoint")) / value("ccnet_nlines") <= 0.9
        and value("rps_doc_frac_chars_top_2gram") <= 0.2
    )


def c4_example(value, lines):
    return (
        value("rps_doc_num_sentences") >= 3
        and value("rps_doc_ldnoobw_words") == 0
        and value("rps_doc_lorem_ipsum") == 0
    )


def rpv1_example(value, lines):
    return (
        value("rps_doc_ml_wikiref_score") >= 0.25
        and value("rps_doc_ldnoobw_words") == 0
        and value("rps_doc_lorem_ipsum") == 0
    )


SLOW = {"gopher_example": gopher_example, "c4_example": c4_example, "rpv1_example": rpv1_example}


@pytest.mark.parametrize("name", NAMES)
def test_an_example_decides_as_our_recipe_of_it(examples, rows, name):
    decided = {True: 0, False: 0}
    for row in rows:
        signals = json.loads(row["quality_signals"])
        spans = {signal: [span[2] for span in of] for signal, of in signals.items()}
        if any(None in spans[column] for part in examples[name].rules for column in part.columns):
            continue        # theirs raises, ours abstains
        kept = SLOW[name](lambda signal, spans=spans: spans[signal][0], lambda signal, spans=spans: spans[signal])
        assert examples[name](row) is kept
        decided[kept] += 1
    assert min(decided.values()) >= 5, "nothing is proven of documents that are all kept, or all dropped"
