"""Training gives the same model for the same text, says what it could not do, and refuses text that is none."""

import gzip
import json
import random

import pyarrow as pa
import pytest

from rpdata.artefacts.perplexity import LanguageModelScorer
from rpdata.artefacts.train_lm import train
from rpdata.artefacts.train_pieces import LONGEST_SENTENCE, cut
from rpdata.errors import UserError
from tests.artefacts.conftest import OPTIONS


def write(path, texts):
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), "utf-8")
    return path


def test_the_same_text_gives_the_same_bytes_however_it_is_stored(tmp_path, trained, corpus):
    packed = tmp_path / "en.jsonl.gz"
    packed.write_bytes(gzip.compress(corpus.read_bytes()))
    again = train("en", [packed], tmp_path / "models", **OPTIONS)
    assert again.artefact.sha256 == trained.artefact.sha256
    assert again.artefact.files == trained.artefact.files
    assert set(again.artefact.files) == {"sp.model", "lm.arpa.gz", "cutoffs.json"}


def test_every_twentieth_document_is_kept_back_and_makes_the_cutoffs(trained, corpus):
    documents = [json.loads(line)["text"] for line in corpus.read_text("utf-8").splitlines()]
    kept_back = documents[19::20]
    assert (trained.held_out, trained.documents) == (len(kept_back), len(documents) - len(kept_back))
    assert trained.cutoffs_from == "held-out documents"
    scorer = LanguageModelScorer.load(trained.artefact)
    buckets = scorer.cutoffs.buckets(scorer.perplexity(pa.array(kept_back))).to_pylist()
    assert 0.2 <= buckets.count("head") / len(buckets) <= 0.4
    assert 0.2 <= buckets.count("middle") / len(buckets) <= 0.4
    scores, counts = scorer.scores(pa.array(kept_back))
    assert trained.held_out_perplexity == pytest.approx(10 ** (-sum(scores) / sum(counts + 1)), abs=0.06)


def test_text_that_was_not_trained_on_changes_no_model(tmp_path, trained, corpus):
    records = corpus.read_text("utf-8").splitlines()
    for kept_back in range(19, len(records), 20):
        records[kept_back] = json.dumps({"text": "Something else altogether, kept back."})
    other = tmp_path / "en.jsonl"
    other.write_text("\n".join(records) + "\n", "utf-8")
    again = train("en", [other], tmp_path / "models", **OPTIONS)
    for name in ("sp.model", "lm.arpa.gz"):
        assert again.artefact.files[name] == trained.artefact.files[name]
    assert again.artefact.files["cutoffs.json"] != trained.artefact.files["cutoffs.json"]


def test_cutoffs_can_come_from_documents_of_the_crawl(tmp_path, corpus, boilerplate):
    told = []
    reference = write(tmp_path / "crawl.jsonl", boilerplate)
    made = train("en", [corpus], tmp_path / "models", cutoffs_from=[reference], tell=told.append, **OPTIONS)
    assert made.cutoffs_from == "reference documents"
    scorer = LanguageModelScorer.load(made.artefact)
    values = sorted(scorer.perplexity(pa.array(boilerplate)).to_pylist())
    assert values[0] <= scorer.cutoffs.head <= scorer.cutoffs.middle <= values[-1]
    assert not any("cutoffs" in line for line in told)


def test_what_was_not_as_asked_for_is_told(tmp_path):
    told = []
    few = write(tmp_path / "few.jsonl", ["One sentence only.", "Then another one, not the first."])
    made = train("en", [few], tmp_path / "models", vocabulary=65_536, tell=told.append)
    assert made.vocabulary < 100
    assert (made.held_out, made.held_out_perplexity, made.cutoffs_from) == (0, None, None)
    assert LanguageModelScorer.load(made.artefact).cutoffs is None
    for word in ("not the 65,536 asked for", "discount_fallback", "no cutoffs"):
        assert sum(word in line for line in told) >= 1, told


@pytest.mark.parametrize("content", ["", '{"text": ""}\n', '{"text": " \\n\\t"}\n' * 3])
def test_a_corpus_without_text_is_refused(tmp_path, content):
    path = tmp_path / "empty.jsonl"
    path.write_text(content)
    with pytest.raises(UserError, match="no text"):
        train("en", [path], tmp_path / "models")
    assert not list((tmp_path / "models").glob("*")) or not (tmp_path / "models").exists()


def test_a_corpus_that_fits_no_model_is_refused(tmp_path, corpus):
    with pytest.raises(UserError, match="--vocabulary"):
        train("en", [corpus], tmp_path / "models", vocabulary=8)
    with pytest.raises(UserError, match="order"):
        train("en", [corpus], tmp_path / "models", vocabulary=300, order=9)
    with pytest.raises(UserError, match="prune"):
        train("en", [corpus], tmp_path / "models", vocabulary=300, prune=(3, 1))


def test_symbols_lone_characters_and_model_words_can_be_trained_on(tmp_path):
    rng = random.Random(4)
    strange = ["<s> </s> <unk>", "▁", "\u00a0 \u2028", "".join(map(chr, range(0x4E00, 0x4F00))), "★" * 50]
    texts = [" ".join(rng.choices([*strange, "word", "Wort"], k=9)) for _ in range(60)]
    made = train("en", [write(tmp_path / "odd.jsonl", texts)], tmp_path / "models", vocabulary=2000, order=3)
    assert None not in LanguageModelScorer.load(made.artefact).perplexity(pa.array(texts)).to_pylist()


@pytest.mark.parametrize(
    "line", ["", " ", "a" * 10_000, "é" * 5_000, "word " * 3_000, "a " + "漢" * 4_000, "x" * LONGEST_SENTENCE]
)
def test_long_lines_are_cut_without_loss(line):
    parts = list(cut(line))
    assert "".join(parts).strip() == line.strip()
    assert all(0 < len(part.encode()) <= LONGEST_SENTENCE for part in parts)
