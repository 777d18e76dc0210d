"""How far the rules are from datatrove's filters on 1,246 English pages: the figures that docs/recipes.md tells.

The decisions are those of datatrove 0.10.1, with the reason that it came upon first; the signals are the reference's.
"""

import gzip
import json
import re

import pytest

from rpdata.decide.sample_row import SampleRow
from rpdata.filters import c4, fineweb, gopher

THRESHOLDS = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}
DUPES = [rule for rule in gopher.repetition.parts if "dupe" in rule.name]


@pytest.fixture(scope="module")
def pages(shared):
    """(decisions, row of signals, text) of each page."""
    with gzip.open(shared / "golden/recipes/datatrove_decisions.jsonl.gz", "rt", encoding="utf-8") as file:
        decisions = {decision["doc_id"]: decision for decision in map(json.loads, file)}
    found = []
    for path in sorted((shared / "golden/real/golden").rglob("en_*.jsonl.gz")):
        source = shared / "golden/real/input" / path.relative_to(shared / "golden/real/golden")
        with (
            gzip.open(path, "rt", encoding="utf-8") as signals,
            gzip.open(source.with_name(path.name.replace(".jsonl", ".json")), "rt", encoding="utf-8") as records,
        ):
            for line, record in zip(signals, records, strict=True):
                row = json.loads(line)
                found.append((decisions[row["id"]], SampleRow(row), json.loads(record)["raw_content"]))
    assert len(found) == len(decisions) == 1246
    return found


@pytest.fixture(scope="module")
def told(repository):
    """The part of the documentation, its lines joined."""
    text = (repository / "docs/recipes.md").read_text(encoding="utf-8")
    return " ".join(text.split("## How far")[1].split("## Sources")[0].split())


def removed(row, *rules):
    return any(rule.of(row) is False for rule in rules)


def share(flags):
    flags = list(flags)
    return f"{100 * sum(flags) / len(flags):.1f}%"


def test_letters_in_tokens_are_what_most_of_the_quality_filter_is_about(pages, told):
    words = gopher.quality.parts
    for rules in ((*words, gopher.ALPHABETIC_TOKENS), words):
        kept = share(not removed(row, *rules) for said, row, _ in pages if said["gopher_quality"]["keep"])
        dropped = share(removed(row, *rules) for said, row, _ in pages if not said["gopher_quality"]["keep"])
        assert f"{kept} of the kept and {dropped} of the dropped" in told
    first = sum(said["gopher_quality"]["reason"] == "gopher_below_alpha_threshold" for said, _, _ in pages)
    ours = sum(removed(row, gopher.ALPHABETIC_TOKENS) for _, row, _ in pages)
    assert f"| {first} first, for this reason | {ours} |" in told
    words_without = sum(lacks_letters(text.split()) for _, _, text in pages)
    assert f"in {words_without} of the 1,246" in told


def test_ngrams_count_from_their_first_occurrence(pages, told):
    first = [said for said, _, _ in pages if "n_grams" in (said["gopher_repetition"]["reason"] or "")]
    ours = sum(removed(row, *DUPES) for _, row, _ in pages)
    assert f"| {len(first)} first, for this reason | {ours} |" in told
    again = [(said["gopher_repetition"], repeats(text)) for said, _, text in pages]
    theirs = sum(repeated for said, repeated in again if "n_grams" in (said["reason"] or ""))
    kept = sum(repeated for said, repeated in again if said["keep"])
    assert theirs == len(first)
    both = sum(said["keep"] for said, _ in again)
    assert f"{sum(repeated for _, repeated in again)}: all of the {theirs}, and {kept} of the {both}" in told


def test_end_marks_and_curly_brackets_are_nearly_the_same(pages, told):
    dropped = [row for said, row, _ in pages if said["fineweb_quality"]["reason"] == "line_punct_ratio"]
    kept = [row for said, row, _ in pages if said["fineweb_quality"]["keep"]]
    assert not any(removed(row, fineweb.END_MARKS) for row in kept)
    rounded = round(100 * sum(removed(row, fineweb.END_MARKS) for row in dropped) / len(dropped))
    assert f"removes {rounded}% of the {len(dropped)} pages" in told
    assert f"none of the {len(kept)}" in told
    theirs = sum(said["c4_without_terminal_punctuation"]["reason"] == "curly_bracket" for said, _, _ in pages)
    ours = sum(removed(row, c4.CURLY_BRACKET) for _, row, _ in pages)
    assert f"{ours} pages here, {theirs} there" in told


def lacks_letters(words):
    return bool(words) and sum(any(sign.isalpha() for sign in word) for word in words) / len(words) < 0.8


def repeats(text):
    """Whether the n-grams that came before, passed over whole, have too many characters: datatrove's reading."""
    words = re.findall(r"\w+|[^\w\s]+", text)
    if not repeated(words, min(THRESHOLDS)):
        return False        # a longer n-gram repeats its shorter ones
    return any(repeated(words, n) > most * len(text) for n, most in THRESHOLDS.items())


def repeated(words, n):
    seen, characters, place = set(), 0, 0
    while place <= len(words) - n:
        ngram = tuple(words[place : place + n])
        if ngram in seen:
            characters += sum(map(len, ngram))
            place += n
        else:
            seen.add(ngram)
            place += 1
    return characters
