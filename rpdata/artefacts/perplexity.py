"""How surprising a text is to a language model of cc_net's kind (Wenzek et al. 2020, section 4.3).

The text becomes one line (`rpdata.text.lm_normalise`), a SentencePiece model cuts that into pieces, and an n-gram
model gives S, log10 of the probability of n pieces and the end: perplexity = 10 ** (-S / (n + 1)).
"""

import random

import numpy as np
import pyarrow as pa

from rpdata.artefacts.cutoffs import Cutoffs, read_cutoffs
from rpdata.artefacts.folder import Stored
from rpdata.artefacts.kenlm_model import KenlmModel
from rpdata.artefacts.pieces import PieceModel
from rpdata.errors import UserError
from rpdata.text.arrays import Floats, Ints
from rpdata.text.lm_normalise import normalise_lines

PIECES, CUTOFFS = "sp.model", "cutoffs.json"
MODELS = ("lm.arpa.gz", "lm.arpa", "lm.bin")        # an artefact has one of them
NORMALISER = "ccnet"
LARGEST_EXPONENT = 300.0        # of 10: float64 ends at 308
LEAST_KNOWN = 0.5               # of the pieces, to the n-gram model
TRIED_LINES, TRIED_PIECES = 500, 50


class LanguageModelScorer:
    """The perplexity of texts of one language.

    cutoffs: where its buckets end; None if the artefact does not say.
    """

    def __init__(self, pieces: PieceModel, model: KenlmModel, cutoffs: Cutoffs | None) -> None:
        self.cutoffs = cutoffs
        self._pieces = pieces
        self._model = model

    @classmethod
    def load(cls, stored: Stored) -> "LanguageModelScorer":
        """The scorer of an artefact of kind "lm"; UserError if its files are damaged or do not go together."""
        if stored.kind != "lm" or stored.facts.get("normaliser") != NORMALISER:
            raise UserError(
                f"{stored.folder} is not a language model that reads text as cc_net does: kind {stored.kind!r}, "
                f"normaliser {stored.facts.get('normaliser')!r}"
            )
        name = next((name for name in MODELS if name in stored.files), MODELS[0])
        pieces, model = PieceModel(stored.file(PIECES)), KenlmModel(stored.file(name))
        refuse_strangers(stored, pieces, model)
        cutoffs = read_cutoffs(stored.file(CUTOFFS)) if CUTOFFS in stored.files else None
        return cls(pieces, model, cutoffs)

    def try_out(self) -> None:
        """Score every piece, and lines of them; UserError for a score that is none. kenlm may break on damage."""
        pieces = [piece.encode() for piece in self._pieces.vocabulary() if piece]
        rng = random.Random(1)
        often = [1 / (rank + 1) for rank in range(len(pieces))]     # the first pieces are in the most n-grams
        lines = [b" ".join(rng.choices(pieces, often, k=TRIED_PIECES)) for _ in range(TRIED_LINES)]
        if not np.isfinite(self._model.scores([*pieces, *lines])).all():
            raise UserError("the n-gram model is damaged: some of its probabilities are no numbers")

    def perplexity(self, texts: pa.StringArray) -> pa.DoubleArray:
        """The perplexity of each text, rounded to one decimal; null for one of which no piece is left."""
        return self.perplexity_of(*self.scores(texts))

    def scores(self, texts: pa.StringArray) -> tuple[Floats, Ints]:
        """log10 of the probability of each text, and the number of its pieces."""
        lines = self._pieces.split(normalise_lines(texts))
        counts = np.fromiter((line.count(b" ") + 1 if line else 0 for line in lines), np.int64, len(lines))
        return self._model.scores(lines), counts

    @staticmethod
    def perplexity_of(scores: Floats, counts: Ints) -> pa.DoubleArray:
        """The perplexity of texts of such scores and so many pieces."""
        exponents = np.minimum(-scores / (counts + 1), LARGEST_EXPONENT)
        # Python's round is exact, numpy's is not.
        values = [round(10.0**exponent, 1) for exponent in exponents.tolist()]
        return pa.array(values, pa.float64(), mask=counts == 0)


def refuse_strangers(stored: Stored, pieces: PieceModel, model: KenlmModel) -> None:
    """UserError if the n-gram model was made of other pieces: each text would be unknown to it."""
    vocabulary = list(filter(None, pieces.vocabulary()))
    known = sum(piece in model for piece in vocabulary)
    if known < LEAST_KNOWN * len(vocabulary):
        raise UserError(
            f"the two models of {stored.folder} do not go together: the n-gram model knows {known:,} of the "
            f"{len(vocabulary):,} pieces of {PIECES}.\nBring them from one place, or train a model"
        )
