"""Does a language model trained on Wikipedia text find prose less surprising than what is none? A table for the docs.

    python tests/benchmarks/perplexity.py [LANGUAGE ...]

Trained on sentences of Wikipedia (wikineural), of which every twentieth document is kept back. Prose: those, cut to
300 words. Against it: the same texts with their words shuffled, those of another language, and boilerplate: the short
lines without an end mark of the development shards' pages, 60 together. Behind each median: how often such a text is
more surprising than one of prose. Times are this process's; speeds, of the pages: ours, and the libraries' in a loop
over texts that are normalised already.
"""

import gzip
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import kenlm
import pyarrow as pa
import sentencepiece
from corpus import SHARDS
from languages import pages

from rpdata.artefacts.perplexity import LanguageModelScorer
from rpdata.artefacts.train_lm import HELD_OUT_OF, train
from rpdata.text.lm_normalise import normalise_lines

LANGUAGES = ("en", "de", "fr", "es", "it")
TEXTS = SHARDS.parent / "text"
VOCABULARY = 16_000
WORDS = 300
SHORT_LINE, LINES = 40, 60
END_MARKS = (".", "!", "?", ":", ";", "…", '"', "”", "»")


def wikipedia(language: str) -> Path:
    return TEXTS / language / "wikineural.jsonl.gz"


def kept_back(language: str) -> list[str]:
    with gzip.open(wikipedia(language), "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return [" ".join(text.split()[:WORDS]) for text in texts[HELD_OUT_OF - 1 :: HELD_OUT_OF]]


def shuffled(texts: list[str]) -> list[str]:
    rng = random.Random(1)
    return [" ".join(rng.sample(words, len(words))) for words in map(str.split, texts)]


def boilerplate(of_pages: list[str]) -> list[str]:
    lines = [line for text in of_pages for line in text.split("\n")]
    short = [line for line in lines if 0 < len(line) < SHORT_LINE and not line.endswith(END_MARKS)]
    return [" ".join(short[i : i + LINES]) for i in range(0, len(short) - LINES, LINES)]


def worse(prose: list[float], other: list[float]) -> float:
    """How often a text of the other kind is more surprising than one of prose."""
    return sum(b > a for a in prose for b in other) / (len(prose) * len(other))


def speed(texts: pa.StringArray, score: Callable[[], object]) -> float:
    """MB of text a second of this process's time: the median of three."""
    rates = []
    for _ in range(3):
        began = time.process_time()
        score()
        rates.append(texts.nbytes / 1e6 / (time.process_time() - began))
    return statistics.median(rates)


def main() -> None:
    of_pages: dict[str, list[str]] = {}
    for language, text in pages():
        of_pages.setdefault(language, []).append(text)
    print("| language | held-out | prose | shuffled | other language | boilerplate | trained in | MB/s | libraries |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for language in sys.argv[1:] or LANGUAGES:
            began = time.process_time()
            made = train(language, [wikipedia(language)], Path(folder), vocabulary=VOCABULARY)
            seconds = time.process_time() - began
            scorer = LanguageModelScorer.load(made.artefact)

            def median_and_values(texts: list[str], scorer: LanguageModelScorer = scorer) -> tuple[float, list[float]]:
                values = scorer.perplexity(pa.array(texts)).drop_null().to_pylist()
                return statistics.median(values), values

            texts = kept_back(language)
            other = LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]
            usual, prose = median_and_values(texts)
            cells = [f"{made.held_out_perplexity:,.0f}", f"{usual:,.0f}"]
            for against in (shuffled(texts), kept_back(other), boilerplate(of_pages[language])):
                median, values = median_and_values(against)
                cells.append(f"{median:,.0f} ({worse(prose, values):.1%})")
            crawl = pa.array(of_pages[language])
            lines = normalise_lines(crawl).to_pylist()
            processor = sentencepiece.SentencePieceProcessor(model_file=str(made.artefact.file("sp.model")))
            model = kenlm.Model(str(made.artefact.file("lm.arpa.gz")))
            ours = speed(crawl, lambda scorer=scorer, crawl=crawl: scorer.perplexity(crawl))
            theirs = speed(
                crawl,
                lambda model=model, processor=processor, lines=lines: [
                    model.score(" ".join(processor.encode(line, out_type=str))) for line in lines
                ],
            )
            print(f"| {language} | {' | '.join(cells)} | {seconds:.0f} s | {ours:.0f} | {theirs:.0f} |")


if __name__ == "__main__":
    main()
