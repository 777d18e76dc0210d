"""Which language a document is in: asked of a fastText model as CCNet asks it (Wenzek et al. 2020, `split_by_lang`).

The whole text is one line: its newlines are deleted, so words fuse where lines met. The best label counts, with its
probability rounded to two decimals; below THRESHOLD nobody knows.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from rpdata.artefacts import ARTEFACTS, by_hash, home, is_here, path_of, sha256_of, verify
from rpdata.artefacts.fasttext_model import FastText
from rpdata.artefacts.registry import FAMILIES, forms
from rpdata.errors import UserError, unknown_name
from rpdata.schema import DOCUMENTS

LABEL = "__label__"
THRESHOLD = 0.5
DEFAULT_MODEL = "lid.176"

LANGUAGE, SCORE = (DOCUMENTS.get_field_index(name) for name in ("language", "language_score"))


@dataclass(frozen=True)
class LanguageModel:
    """The file of a model, and what is in it; small, so that it travels to every worker."""

    path: Path
    sha256: str

    def __str__(self) -> str:
        """What a manifest calls it: what is in the file. Not its name, which a later release may register."""
        return f"sha256:{self.sha256}"

    @classmethod
    def told(cls, identity: str) -> "LanguageModel":
        """The one that a manifest speaks of, wherever it is now: to compare with, not to ask."""
        return cls(Path("a language model"), identity.removeprefix("sha256:"))

    @property
    def named(self) -> str:
        """For people: with the name of the file, which may be any."""
        return f"{self.path.name} sha256:{self.sha256}"

    def labels(self) -> list[str]:
        """The languages that it can tell."""
        return sorted(label.removeprefix(LABEL) for label in load(self).labels)


def find_model(wanted: str, used: str | None = None) -> LanguageModel:
    """The model that `--language-model` means: an artefact that was pulled, or a file.

    A family (`lid.176`) is its preferred form, or where that was not pulled the next that was. UserError if it is not
    here names the command that gets it.

    used: what the manifest of a dataset that has begun calls its model. A family then is the form that was used, and
    nothing need be here: a model is asked for documents alone, and `load` says if it is gone.
    """
    if wanted not in ARTEFACTS and wanted not in FAMILIES:
        path = Path(wanted)
        if path.is_file():
            return LanguageModel(path.resolve(), sha256_of(path))
        if used and path.suffix in (".bin", ".ftz"):
            return LanguageModel(path.resolve(), used.removeprefix("sha256:"))
        if path.suffix not in (".bin", ".ftz") or len(path.parts) == 1:
            raise unknown_name("language model", wanted, [*ARTEFACTS, *FAMILIES])
        raise UserError(f"no such language model: {wanted} is not a file")
    models = [LanguageModel(path_of(artefact), artefact.sha256) for artefact in forms(wanted)]
    if used:
        return next((model for model in models if str(model) == used), models[0])
    for artefact, model in zip(forms(wanted), models, strict=True):
        if is_here(artefact):
            return model
    smaller = "" if wanted in ARTEFACTS else (
        "\nIts small form (0.9 MB instead of 131, slightly less accurate) does too: rpdata artefacts pull lid.176.ftz"
    )
    raise UserError(
        f"the language model {wanted} is not here (looked in {home()}).\n"
        f"Get it once: rpdata artefacts pull {wanted}{smaller}"
    )


def refuse_other_model(model: LanguageModel, used: str, root: Path) -> None:
    """UserError if the dataset `root` was begun with another model; `used` is what its manifest calls that."""
    if str(model) != used:
        known = by_hash(used.removeprefix("sha256:"))
        raise UserError(
            f"cannot use --language-model {model.named} on {root}: its documents are in partitions by "
            f"{known.name + ' ' if known else ''}{used}.\n"
            f"Text is written once. Use that one{': --language-model ' + known.name if known else ''}, or annotate "
            "into a new folder: --output"
        )


@cache
def load(model: LanguageModel) -> FastText:
    """The classifier, once for each process. UserError if the file is gone, other than it was, or no model."""
    verify(model.path, model.sha256)
    return FastText.load(model.path)


def identify(texts: pa.StringArray, model: FastText) -> tuple[pa.StringArray, pa.DoubleArray]:
    """Language (a label of the model) and score of each text; null and 0 for an empty one, which CCNet skips.

    model: what `load` gives. Scores are probabilities rounded to 2 decimals; fastText adds 1e-5, so 1.0 is possible.
    """
    best, probability = model.predict(texts, "delete")
    languages = pa.array([label.removeprefix(LABEL) for label in model.labels], pa.string())
    return languages.take(pa.array(best, mask=best < 0)), pa.array(probability.astype(np.float64).round(2))


def identified(
    batches: Iterator[pa.RecordBatch], model: LanguageModel, seconds: dict[str, float]
) -> Iterator[pa.RecordBatch]:
    """The documents with `language` and `language_score` as the model has them; none is left out.

    seconds: what it took is added to its `language`.
    """
    ask = load(model)
    for batch in batches:
        started = time.perf_counter()
        languages, scores = identify(batch["raw_content"], ask)
        columns = batch.columns
        columns[LANGUAGE], columns[SCORE] = languages, scores
        seconds["language"] += time.perf_counter() - started
        yield pa.RecordBatch.from_arrays(columns, schema=DOCUMENTS)
