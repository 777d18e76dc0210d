"""Trains quality classifiers with fastText: the same texts and seed give the same bytes.

(On one machine: fastText is compiled for the processor that it is installed on, and the last digits follow it.)
"""

import json
import math
import mmap
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rpdata import __version__
from rpdata.artefacts.classifier import LABEL
from rpdata.artefacts.corpus import Corpus
from rpdata.artefacts.fasttext_child import ENVIRONMENT, Request
from rpdata.artefacts.folder import Stored, before_training, store
from rpdata.errors import CannotFinish, UserError
from rpdata.text.arrays import Ints

LABEL_NAME = re.compile(r"[A-Za-z0-9_-]+")
CENTROIDS = 256             # a quantised model needs as many words
MAX_HELD_OUT = 0.5


@dataclass(frozen=True)
class Options:
    """What fastText learns by; the defaults are those of RedPajama-V2's classifiers, which are fastText's.

    Attributes
    ----------
    ngrams: 1 for words alone, 2 for pairs of neighbours too ...
    buckets: ... which share so many vectors.
    """

    epochs: int = 5
    learning_rate: float = 0.1
    dimensions: int = 100
    ngrams: int = 1
    buckets: int = 2_000_000
    seed: int = 42

    def __post_init__(self) -> None:
        least = {"epochs": 1, "dimensions": 1, "ngrams": 1, "buckets": 1, "seed": 0}
        for name, value in asdict(self).items():
            if name in least and not least[name] <= value < 2**31:
                raise UserError(f"fastText cannot train with {name} {value}: give {least[name]} to {2**31 - 1}")
        if not 0 < self.learning_rate < math.inf:
            raise UserError(f"fastText cannot train with a learning rate of {self.learning_rate}: give one above 0")

    def of_fasttext(self) -> dict[str, Any]:
        return {
            "epoch": self.epochs, "lr": self.learning_rate, "dim": self.dimensions, "wordNgrams": self.ngrams,
            "bucket": self.buckets, "seed": self.seed,
        }


def train(
    positive: Mapping[str, Sequence[str | Path]],
    negative: Mapping[str, Sequence[str | Path]],
    *,
    language: str,
    name: str,
    output: Path,
    options: Options = Options(),
    quantise: bool = False,
    held_out: float = 0.05,
    tell: Callable[[str], None] | None = None,
) -> Stored:
    """Write `classifier.<name>.<language>` into the collection `output`.

    Parameters
    ----------
    positive: label -> files, folders, globs or datasets (see `corpus`); a score is the probability of such a label.
    negative: the same for the one label of texts that are not wanted.
    quantise: compress the model about tenfold.
    held_out: the share of the texts that are not trained on: how well they are told is in the artefact's account.
    tell: called with what is worth knowing before the work.

    Raises UserError for labels and numbers that can't be, for a corpus without text, and for what fastText refuses.
    """
    before_training(output, f"classifier.{name}.{language}", "classifier", language, tell or (lambda _: None))
    check_labels(positive, negative)
    if not 0 <= held_out <= MAX_HELD_OUT:
        raise UserError(f"cannot hold out {held_out:g} of the texts: give a share of 0 to {MAX_HELD_OUT:g}")
    with tempfile.TemporaryDirectory() as path:
        folder = Path(path)
        corpora = {label: Corpus.find(files, language) for label, files in {**positive, **negative}.items()}
        texts = write_examples(corpora, folder / "all")
        counts = shuffle(folder / "all", held_out, options.seed, folder)
        model = folder / ("model.ftz" if quantise else "model.bin")
        report = in_child(
            {
                "train": str(folder / "train"),
                "held_out": str(folder / "held_out") if counts["held_out"] else None,
                "output": str(model),
                "quantise": quantise,
                "options": options.of_fasttext(),
            }
        )
        if untrained := {LABEL + label for label in corpora} - set(report["labels"]):
            raise UserError(
                f"no text of {', '.join(sorted(untrained))} is left to train on: all were held out ({texts} texts).\n"
                "Give more texts, or hold out less"
            )
        made = {
            "rpdata": __version__,
            "options": asdict(options),
            "texts": texts | counts,
            "files": {label: corpus.account() for label, corpus in corpora.items()},
            "words": report["words"],
            "held_out": {form: report[form] for form in ("dense", "quantised") if form in report},
        }
        facts = {"negative": LABEL + next(iter(negative))}
        files = {model.name: model}
        return store(output, f"classifier.{name}.{language}", "classifier", language, files, facts=facts, made=made)


def check_labels(positive: Mapping[str, Any], negative: Mapping[str, Any]) -> None:
    """UserError unless there are texts of both kinds, and labels that differ and can stand in a file of fastText's."""
    if not positive or len(negative) != 1:
        raise UserError(
            f"a classifier tells texts that are wanted from others: there are {len(positive)} labels of the first "
            f"kind and {len(negative)} of the second.\nGive one or more --positive LABEL=FILES and one --negative"
        )
    if shared := set(positive) & set(negative):
        raise UserError(f"the label {shared.pop()} is both positive and negative")
    for label in [*positive, *negative]:
        if not LABEL_NAME.fullmatch(label):
            raise UserError(f"{label!r} is no label: give letters, digits, `_` and `-` alone")


def example(label: str, text: str) -> str:
    """A line of fastText's training files; empty if the text is. A word that would be taken for a label is none."""
    line = " ".join(text.splitlines()).strip()
    return f"{LABEL}{label} {line.replace(LABEL, LABEL.strip('_'))}\n" if line else ""


def write_examples(corpora: Mapping[str, Corpus], path: Path) -> dict[str, int]:
    """One after another; returns how many of each label. UserError for a label without any."""
    texts = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        for label, corpus in corpora.items():
            lines = (example(label, text) for batch in corpus.batches() for text in batch.to_pylist())
            texts[label] = sum(file.write(line) > 0 for line in lines)
            if not texts[label]:
                raise UserError(f"no text with the label {label}: those of {corpus.files[0]} are white space")
    return texts


def shuffle(path: Path, held_out: float, seed: int, folder: Path) -> dict[str, int]:
    """Deal the lines of a file out to `train` and `held_out`, in an order that the seed tells; returns how many.

    The file is mapped, so memory holds a position for each line.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        ends = line_ends(data)
        starts = np.concatenate([[0], ends[:-1]])
        order = np.random.default_rng(seed).permutation(len(ends))
        kept = len(ends) - round(held_out * len(ends))
        for name, part in (("train", order[:kept]), ("held_out", order[kept:])):
            with (folder / name).open("wb") as target:
                target.writelines(data[starts[line] : ends[line]] for line in part.tolist())
    return {"train": kept, "held_out": len(ends) - kept}


def line_ends(data: mmap.mmap) -> Ints:
    """The position behind each newline."""
    step = 64 << 20
    chunks = (np.frombuffer(data[at : at + step], np.uint8) for at in range(0, len(data), step))
    return np.concatenate([np.flatnonzero(chunk == ord("\n")) + 1 + step * i for i, chunk in enumerate(chunks)])


def in_child(request: Request) -> dict[str, Any]:
    """The report of a training. UserError for what fastText refuses, CannotFinish if it broke."""
    done = subprocess.run(
        [sys.executable, "-m", "rpdata.artefacts.fasttext_child"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        env={**os.environ, **ENVIRONMENT},
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        if reason.startswith(("ValueError", "RuntimeError")):
            raise UserError(f"fastText cannot train on these texts: {reason.partition(': ')[2]}{way_out(reason)}")
        raise CannotFinish(f"fastText did not come to an end: {reason}")
    report: dict[str, Any] = json.loads(done.stdout)
    if not report["finite"]:
        raise CannotFinish(
            "fastText gave weights that are no numbers: it trains on memory that nobody cleared, and this system's C "
            f"library does not heed {' '.join(ENVIRONMENT)}. Train on Linux with the GNU C library."
        )
    return report


def way_out(reason: str) -> str:
    if "quantization" in reason:
        return f".\nA quantised model needs {CENTROIDS} different words: give more text, or do not quantise"
    if "NaN" in reason:
        return ".\nGive a lower learning rate"
    return ""
