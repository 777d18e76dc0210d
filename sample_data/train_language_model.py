"""Trains artefacts/languages.bin, a small model that tells the sample's 16 languages, on the sample's own texts.

    python sample_data/train_language_model.py            # over the file that is here
    python sample_data/train_language_model.py FILE       # somewhere else

On one machine the same texts give the same bytes. Between machines the last digits differ, because fastText is
compiled for the processor that it is installed on; so the file in the repository is not rebuilt by build.py.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import fasttext
from pages import MAIN_LANGUAGES, OTHER_LANGUAGES, articles, furniture

SEED = 34
MODEL = Path(__file__).parent / "artefacts" / "languages.bin"
PIECES = 60             # of each article
LONGEST = 400           # code points of a piece
OPTIONS = {
    "dim": 8, "minn": 1, "maxn": 3, "bucket": 6000, "minCount": 60, "epoch": 20, "lr": 0.3, "loss": "softmax",
    "thread": 1, "seed": SEED, "verbose": 0,
}
# fastText 0.9.3 trains on memory that it does not clear when it uses fewer than 10 threads: often that is NaN. Where
# the allocator fills memory with a fixed byte, what it reads are tiny numbers, the same ones each time.
FILLED_MEMORY = {"MALLOC_PERTURB_": "255"}


def texts(language: str) -> Iterator[str]:
    """Every article, and what stands around it on the pages of the five main languages."""
    for article in articles(language):
        yield " ".join([article.title, *article.paragraphs])
    if language in MAIN_LANGUAGES:
        for value in furniture(language).values():
            yield value if isinstance(value, str) else " ".join(value)


def examples() -> list[str]:
    """Pieces of the texts, from a few words to a few lines, each with its label; in no order."""
    rng = random.Random(SEED)
    lines = []
    for language in (*MAIN_LANGUAGES, *OTHER_LANGUAGES):
        pool = list(texts(language))
        for _ in range(PIECES * len(articles("es"))):   # as many of each language
            text = rng.choice(pool)
            start = rng.randrange(max(1, len(text) - 20))
            lines.append(f"__label__{language} {text[start:start + rng.randrange(20, LONGEST)]}")
    rng.shuffle(lines)
    return lines


def train(model: Path) -> None:
    """Write the model; in this process, see `main`."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        file.write("\n".join(examples()).replace("\r", " ") + "\n")
        file.flush()
        fasttext.train_supervised(file.name, **OPTIONS).save_model(str(model))


def main() -> None:
    model = Path(sys.argv[1]) if len(sys.argv) > 1 else MODEL
    if FILLED_MEMORY.items() <= os.environ.items():
        model.parent.mkdir(parents=True, exist_ok=True)
        train(model)
    else:
        subprocess.run([sys.executable, __file__, str(model)], env={**os.environ, **FILLED_MEMORY}, check=True)


if __name__ == "__main__":
    main()
