"""How far the rules are from datatrove's filters on 1,246 English pages: the figures that docs/recipes.md tells.

The decisions are those of datatrove 0.10.1, with the reason that it came upon first; the signals are computed here.
"""

import gzip
import json
import re

import polars as pl
import pytest
from golden import as_batch, signals_of

from rpdata.decide import Recipe, all_of
from rpdata.decide.edited_texts import edited_texts
from rpdata.decide.evaluate import decide
from rpdata.filters import datatrove, gopher, redpajama_v2
from rpdata.recipes import c4_datatrove, gopher_datatrove

CITATION = re.compile(r"\[\d*]|\[edit]|\[citation needed]")
FILTERS = {
    "gopher_quality": ("`gopher.datatrove`, quality", datatrove.gopher_quality),
    "gopher_repetition": ("`gopher.datatrove`, repetition", datatrove.gopher_repetition),
    "fineweb_quality": ("`fineweb.datatrove`, its own", datatrove.fineweb_quality),
    "c4": ("`c4.datatrove`", c4_datatrove.rule),
    "c4_without_terminal_punctuation": (
        "`c4.datatrove` without the end mark", c4_datatrove.rule.without("c4.datatrove.end_mark"),
    ),
}
# What datatrove calls the rules that fail first.
REASONS = {
    "gopher_below_alpha_threshold": "gopher.datatrove.alphabetic_tokens",
    "gopher_short_doc": "gopher.datatrove.words",
    "gopher_enough_stop_words": "gopher.datatrove.stop_words",
    "gopher_too_many_end_ellipsis": "gopher.datatrove.ellipsis_lines",
    "dup_line_frac": "gopher.datatrove.duplicate_lines",
    "dup_line_char_frac": "gopher.datatrove.duplicate_line_characters",
    "top_3_gram": "gopher.datatrove.top_3gram",
    **{f"duplicated_{n}_n_grams": f"gopher.datatrove.repeated_{n}grams" for n in range(5, 11)},
    "line_punct_ratio": "fineweb.datatrove.end_marks",
    "short_line_ratio": "fineweb.datatrove.short_lines",
    "char_dup_ratio": "fineweb.datatrove.duplicate_line_characters",
    "too_few_sentences": "c4.datatrove.sentences",
    "curly_bracket": "c4.datatrove.curly_bracket",
}
# The share that has to agree, whatever the kernels become.
KEPT, DROPPED, FIRST = 0.97, 0.92, 0.90


@pytest.fixture(scope="module")
def pages(shared):
    """(datatrove's decisions, texts, signals) of the pages, in one order."""
    with gzip.open(shared / "golden/recipes/datatrove_decisions.jsonl.gz", "rt", encoding="utf-8") as file:
        decisions = {decision["doc_id"]: decision for decision in map(json.loads, file)}
    records, said = [], []
    for path in sorted((shared / "golden/real/input").rglob("en_*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file):
                records.append(json.loads(line))
                name = path.relative_to(shared / "golden/real/input").as_posix()
                said.append(decisions[f"{name}/{number}"])
    assert len(said) == len(decisions) == 1246
    batch = as_batch(records, [decision["doc_id"] for decision in said])
    frame = pl.from_arrow(signals_of(batch))
    assert isinstance(frame, pl.DataFrame)
    return said, batch["raw_content"], frame


@pytest.fixture(scope="module")
def told(repository):
    """The part of the documentation, its lines joined."""
    text = (repository / "docs/recipes.md").read_text(encoding="utf-8")
    return " ".join(text.split("\n## How far")[1].split("\n## ")[0].split())


@pytest.fixture(scope="module")
def verdicts(pages):
    """For each filter, the first rule that fails of each page, or None."""
    return {name: first_reasons(rules, pages[2]) for name, (_, rules) in FILTERS.items()}


def first_reasons(rules, frame):
    recipe = Recipe("some", rules)
    failed = decide(recipe, frame).failed
    names = [part.name for part in recipe.table]
    order = [names.index(part.name) for part in recipe.rules]
    return [next((names[number] for number in order if row[number]), None) for row in failed]


def expected(name, reason):
    return f"{name.partition('_')[0]}.datatrove.not_empty" if reason == "empty" else REASONS[reason]


@pytest.mark.parametrize("name", FILTERS)
def test_the_filters_of_datatrove_are_met_and_the_figures_are_those_that_are_told(pages, verdicts, told, name):
    pairs = [(said[name], first) for said, first in zip(pages[0], verdicts[name], strict=True)]
    kept = [first is None for said, first in pairs if said["keep"]]
    dropped = [(said["reason"], first) for said, first in pairs if not said["keep"]]
    out = sum(first is not None for _, first in dropped)
    alike = sum(first == expected(name, reason) for reason, first in dropped)
    assert sum(kept) >= KEPT * len(kept)
    assert out >= DROPPED * len(dropped)
    assert alike >= FIRST * len(dropped)
    row = " | ".join([
        f"`{name}`", FILTERS[name][0], of(sum(kept), len(kept)), of(out, len(dropped)), of(alike, len(dropped)),
    ])
    assert f"| {row} |" in told


def test_all_of_gopher_is_told_too(pages, told):
    first = first_reasons(gopher_datatrove.rule, pages[2])
    whole = [said["gopher_quality"]["keep"] and said["gopher_repetition"]["keep"] for said in pages[0]]
    kept = sum(reason is None for reason, keep in zip(first, whole, strict=True) if keep)
    dropped = sum(reason is not None for reason, keep in zip(first, whole, strict=True) if not keep)
    assert f"{of(kept, sum(whole))} kept, {of(dropped, len(whole) - sum(whole))} dropped" in told


def test_every_disagreement_is_told_with_its_class(pages, verdicts, told):
    found = {}
    for name in FILTERS:
        for said, first in zip(pages[0], verdicts[name], strict=True):
            theirs = None if said[name]["keep"] else expected(name, said[name]["reason"])
            if theirs != first:
                key = f"{shown(theirs)} there, {shown(first)} here"
                found[key] = found.get(key, 0) + 1
    assert found
    for key, pages_of_it in found.items():
        assert f"| {key} | {pages_of_it} |" in told
    assert len(re.findall(r"\| [^|]+ there, [^|]+ here \|", told)) == len(found)


def shown(reason):
    return "kept" if reason is None else f"`{reason}`"


@pytest.mark.parametrize("name", ["c4", "c4_without_terminal_punctuation"])
def test_edits_leave_the_lines_that_datatrove_leaves(pages, told, name):
    said, texts, frame = pages
    left, _, _ = edited_texts(Recipe("some", FILTERS[name][1]), texts, frame)
    lengths = [
        len("\n".join(CITATION.sub("", line.strip()) for line in text.splitlines()).strip())
        for text in left.to_pylist()
    ]
    both = [(mine, theirs[name]["kept_chars"]) for mine, theirs in zip(lengths, said, strict=True)
            if theirs[name]["keep"]]
    assert f"{of(sum(mine == theirs for mine, theirs in both), len(both))} of `{name}`" in told


def test_two_readings_of_gopher_make_nearly_all_of_the_difference(pages, told):
    said, _, frame = pages
    words = [part for part in redpajama_v2.gopher.conjuncts if "gram" not in part.name]
    quality = Recipe("some", all_of(*words, redpajama_v2.ALPHABETIC_TOKENS))
    for recipe in (quality, quality.without("redpajama_v2.alphabetic_tokens")):
        first = first_reasons(recipe.rule, frame)
        kept = [reason is None for reason, of in zip(first, said, strict=True) if of["gopher_quality"]["keep"]]
        dropped = [reason is not None for reason, of in zip(first, said, strict=True)
                   if not of["gopher_quality"]["keep"]]
        assert f"{share(kept)} of the kept and {share(dropped)} of the dropped" in told
    tokens = sum(first is not None for first in first_reasons(redpajama_v2.ALPHABETIC_TOKENS, frame))
    theirs = sum(decision["gopher_quality"]["reason"] == "gopher_below_alpha_threshold" for decision in said)
    assert f"| {theirs} first, for this reason | {tokens} |" in told
    without = sum(first is not None for first in first_reasons(gopher.ALPHABETIC_WORDS, frame))
    assert f"in {without} of the 1,246" in told
    dupes = [part for part in gopher.ngrams.parts if "dupe" in part.name]
    ours = sum(any(first) for first in zip(*(first_reasons(part, frame) for part in dupes), strict=True))
    theirs = sum("n_grams" in (decision["gopher_repetition"]["reason"] or "") for decision in said)
    assert f"| {theirs} first, for this reason | {ours} |" in told


def of(part, whole):
    return f"{part:,} of {whole:,} ({100 * part / whole:.1f}%)"


def share(flags):
    return f"{100 * sum(flags) / len(flags):.1f}%"
