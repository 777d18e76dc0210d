"""Classifiers of every shape that fastText's format has, trained on words of no language.

    python tests/artefacts/tiny_models.py FOLDER

To be run where MALLOC_PERTURB_ is 255: fastText 0.9.3 trains on memory that it does not clear.
"""

import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import fasttext

SYLLABLES = ["ba", "ne", "zé", "漢", "字", "ß", "Ω", "👩", "st", "O", "1"]
RNG = random.Random(7)
VOCABULARY = ["".join(RNG.choices(SYLLABLES, k=RNG.randint(1, 5))) for _ in range(400)]
LABELS = 260            # fastText quantises no output of fewer than 256 rows

CHARACTERS = {"minn": 2, "maxn": 4, "bucket": 3000}
SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {       # how to train, and how to quantise
    "words.bin": ({"dim": 100}, None),
    "ngrams.bin": ({"dim": 8, "minn": 1, "maxn": 3, "bucket": 500}, None),
    "pairs-ova.bin": ({"dim": 16, "wordNgrams": 2, "bucket": 1000, "loss": "ova"}, None),
    "triples-ns.bin": ({"dim": 5, "wordNgrams": 3, **CHARACTERS, "loss": "ns"}, None),
    "tree.bin": ({"dim": 20, **CHARACTERS, "loss": "hs"}, None),
    "longest.bin": ({"dim": 33, "minn": 0, "maxn": 9, "bucket": 2000}, None),
    "quantised.ftz": ({"dim": 20, **CHARACTERS}, {"dsub": 2}),
    "norms-tree.ftz": ({"dim": 7, **CHARACTERS, "loss": "hs"}, {"dsub": 3, "qnorm": True}),
    "output.ftz": ({"dim": 16, **CHARACTERS}, {"dsub": 4, "qout": True, "qnorm": True}),
    "output-tree.ftz": ({"dim": 18, "loss": "hs", **CHARACTERS}, {"qout": True}),
    "pruned.ftz": ({"dim": 16, **CHARACTERS, "wordNgrams": 2}, {"cutoff": 700, "qnorm": True}),
    "words-alone.ftz": ({"dim": 10, "minn": 20, "maxn": 20, "bucket": 10}, {"cutoff": 270}),    # no n-gram is kept
}


def examples() -> list[str]:
    """Lines of a few words; which word is first has to do with the label."""
    lines = []
    for i in range(1500):
        label = i % LABELS if i < 2 * LABELS else i % 7
        words = [VOCABULARY[label], *RNG.choices(VOCABULARY, k=RNG.randint(1, 12))]
        lines.append(f"__label__{label} {' '.join(words)}")
    return lines


def main() -> None:
    folder = Path(sys.argv[1])
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write("\n".join(examples()) + "\n")
        file.flush()
        for name, (training, quantising) in SHAPES.items():
            model = fasttext.train_supervised(file.name, thread=1, epoch=3, lr=0.7, verbose=0, **training)
            if quantising is not None:
                model.quantize(input=file.name, retrain=False, thread=1, verbose=0, **quantising)
            model.save_model(str(folder / name))


if __name__ == "__main__":
    main()
