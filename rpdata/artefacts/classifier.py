"""Quality classifiers: the score that a fastText model gives a text, as RedPajama-V2 defines it."""

import numpy as np
import pyarrow as pa

from rpdata.artefacts.fasttext_model import FastText
from rpdata.artefacts.folder import Stored
from rpdata.errors import UserError, unknown_name

MODELS = ("model.bin", "model.ftz")
LABEL = "__label__"


class Classifier:
    """A model of texts that are wanted against texts that are not."""

    def __init__(self, model: FastText, negative: str) -> None:
        self._model = model
        self._negative = model.labels.index(negative)

    @classmethod
    def load(cls, artefact: Stored) -> "Classifier":
        """UserError if the model is damaged, or does not have the label that counts as negative."""
        names = [name for name in MODELS if name in artefact.files]
        if len(names) != 1:
            raise UserError(f"{artefact.folder} has {len(names)} models; one of {' and '.join(MODELS)} belongs there")
        model = FastText.load(artefact.file(names[0]))
        negative = str(artefact.facts.get("negative"))
        if negative not in model.labels:
            raise unknown_name(f"label of {artefact.folder / names[0]}", negative, model.labels)
        if len(model.labels) < 2:
            raise UserError(f"{artefact.folder / names[0]} has one label only: it gives every text the same score")
        return cls(model, negative)

    def scores(self, texts: pa.StringArray) -> pa.DoubleArray:
        """1 - p if the likeliest label is the negative one, else p, of the text on one line; null if it is empty.

        p is the library's, which adds 1e-5 to every probability: scores may be slightly below 0 or above 1.
        """
        label, probability = self._model.predict(texts, join="space")
        p = probability.astype(np.float64)
        return pa.array(np.where(label == self._negative, 1 - p, p), mask=label < 0)
