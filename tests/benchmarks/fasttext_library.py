"""Our reader of fastText's models beside the library: whether they agree, and how fast both are on one core.

    python tests/benchmarks/fasttext_library.py

Every document of the development shards and of the reference text, as cc_net asks for its language. The two take
turns, batch by batch, so that a busy machine slows both; ours begins with nothing remembered.
"""

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import fasttext
import numpy as np
import pyarrow as pa
from corpus import SHARDS, pages, utf8_bytes
from languages import SAMPLE_MODEL, sentences

from rpdata.annotate.language import find_model
from rpdata.artefacts import ARTEFACTS, is_here
from rpdata.artefacts.fasttext_model import FastText

TEXT = SHARDS.parent / "text"
BATCH = 256
MEGABYTE = 1e6


def corpora() -> Iterator[tuple[str, list[str]]]:
    """(name, documents)."""
    yield "pages", [text for path in sorted(SHARDS.glob("*.wet.gz")) for _, text in pages(path)]
    yield "reference text", [text for path in sorted(TEXT.glob("*/*.jsonl.gz")) for text in texts_of(path)]
    yield "sentences", [text for _, text in sentences()]


def texts_of(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def row(name: str, path: Path, corpus: str, texts: list[str]) -> str:
    """One line of the table: differences and speeds."""
    library = fasttext.load_model(str(path))
    ours = FastText.load(path)
    ours.predict(pa.array(["compiled or loaded before it counts"]), "delete")
    ours = FastText.load(path)
    seconds = np.zeros(2)
    other_labels, furthest = 0, 0.0
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        arrow = pa.array(batch)
        moments = [time.process_time()]
        labels, probabilities = ours.predict(arrow, "delete")
        moments.append(time.process_time())
        answers = [library.f.predict(text.replace("\n", "") + "\n", 1, 0.0, "strict") for text in batch]
        moments.append(time.process_time())
        seconds += np.diff(moments)
        for label, probability, answer in zip(labels, probabilities, answers, strict=True):
            if answer:
                other_labels += ours.labels[label] != answer[0][1]
                furthest = max(furthest, abs(float(probability) - answer[0][0]))
            else:
                other_labels += label >= 0
    megabytes = utf8_bytes(texts) / MEGABYTE
    rates = megabytes / seconds
    return (
        f"| {name} | {corpus} | {len(texts):,} | {megabytes:.1f} | {other_labels} | {furthest:.1g} | "
        f"{rates[0]:.1f} | {rates[1]:.1f} | {rates[0] / rates[1]:.1f} |"
    )


def main() -> None:
    fasttext.FastText.eprint = lambda *_: None      # it greets every model with a warning
    models = {name: find_model(name).path for name, artefact in ARTEFACTS.items() if is_here(artefact)}
    models["the sample's model"] = SAMPLE_MODEL
    print("| model | texts | number | MB | other labels | largest difference | MB/s | library's MB/s | ratio |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|")
    for corpus, texts in corpora():
        for name, path in models.items():
            print(row(name, path, corpus, texts), flush=True)


if __name__ == "__main__":
    main()
