"""Train a language model of cc_net's kind: SentencePiece pieces, an n-gram model of them, and cutoffs for its buckets.

Wenzek et al. 2020, section 4.3: pieces of a unigram model and an interpolated modified Kneser-Ney model of order 5, of
text that is normalised as the text will be that it is asked about. Same text and options: same bytes.
"""

import gzip
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from rpdata.artefacts import kneser_ney
from rpdata.artefacts.corpus import Corpus
from rpdata.artefacts.cutoffs import cutoffs_of
from rpdata.artefacts.folder import Stored, before_training, store
from rpdata.artefacts.kenlm_model import KenlmModel
from rpdata.artefacts.perplexity import CUTOFFS, MODELS, NORMALISER, PIECES, LanguageModelScorer
from rpdata.artefacts.pieces import PieceModel
from rpdata.artefacts.scratch import scratch_folder
from rpdata.artefacts.train_pieces import VOCABULARY, train_pieces
from rpdata.errors import CannotFinish
from rpdata.text.lm_normalise import normalise_lines

PACKING = 1                 # level of gzip: level 6 makes ARPA files a seventh smaller, in three times the time
HELD_OUT_OF = 20            # one document of so many is not trained on
PACKED, _, BINARY = MODELS


@dataclass(frozen=True)
class Trained:
    """What came out.

    documents, held_out: trained on, and kept back to measure on; both without those of which no text is left.
    held_out_perplexity: of all pieces of the documents kept back; None if there were none.
    cutoffs_from: "held-out documents", "reference documents", or None if there was nothing to compute them from.
    """

    artefact: Stored
    documents: int
    held_out: int
    vocabulary: int
    held_out_perplexity: float | None
    cutoffs_from: str | None


def train(
    language: str,
    texts: Sequence[str | Path],
    output: Path,
    *,
    cutoffs_from: Sequence[str | Path] = (),
    vocabulary: int = VOCABULARY,
    order: int = 5,
    prune: Sequence[int] = (0,),
    memory: int = 2 << 30,
    normalisation: str = "nmt_nfkc",
    with_lmplz: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Trained:
    """Train `lm.<language>` and put it into the collection `output`.

    texts: files, folders or datasets to learn from, such as an encyclopedia: what is like them will be `head`. Of
    every 20 documents the last is kept back, to measure on.
    cutoffs_from: documents like those that will be put into buckets; without them the documents kept back do, which
    are more like the training text than a crawl is: fewer of its documents will be head and middle than 30% each.
    vocabulary: pieces, at most; fewer come out of a text that has not so many.
    prune: counts up to which n-grams of each order are left out (see `kneser_ney.estimate`). memory: bytes for that.
    normalisation: SentencePiece's name for what it does to a text first.
    with_lmplz: count with KenLM's `lmplz`, and keep the model as `build_binary` makes it if that is there, too.
    tell: called with each step, and with what is not as it was asked for.

    UserError if there is no text, or too little; CannotFinish if the disk fails.
    """
    tell = tell or (lambda _: None)
    before_training(output, f"lm.{language}", "lm", language, tell)
    corpus = Corpus.find(texts, language)
    reference = Corpus.find(cutoffs_from, language) if cutoffs_from else None
    try:
        output.mkdir(parents=True, exist_ok=True)
        with scratch_folder(".lm-", output) as folder:
            return _Training(folder, corpus, reference, tell).run(
                output, vocabulary, order, prune, memory, normalisation, with_lmplz
            )
    except OSError as error:
        raise CannotFinish(f"cannot train a language model in {output}: {error}") from error


def packed(plain: Path, target: Path) -> Path:
    """An ARPA file compressed: the same bytes each time."""
    with plain.open("rb") as source, target.open("wb") as file, gzip.GzipFile(
        filename="", mode="wb", compresslevel=PACKING, fileobj=file, mtime=0
    ) as stream:
        shutil.copyfileobj(source, stream, 1 << 20)
    return target


class _Training:
    def __init__(
        self, folder: Path, corpus: Corpus, reference: Corpus | None, tell: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._corpus = corpus
        self._reference = reference
        self._tell = tell
        self._documents = 0

    def run(
        self, output: Path, vocabulary: int, order: int, prune: Sequence[int], memory: int, normalisation: str,
        with_lmplz: bool,
    ) -> Trained:
        files = {name: self._folder / name for name in (PIECES, CUTOFFS)}
        self._tell(f"pieces of {', '.join(path.name for path in self._corpus.files[:3])}")
        files[PIECES].write_bytes(train_pieces(self._training_texts, vocabulary, normalisation))
        pieces = PieceModel(files[PIECES])
        size = sum(map(bool, pieces.vocabulary()))
        if size < vocabulary - 3:       # <unk>, <s> and </s> count among them for SentencePiece
            self._tell(f"the text has {size:,} pieces that are worth having, not the {vocabulary:,} asked for")

        self._tell(f"n-grams of order {order}")
        plain = self._folder / "lm.arpa"
        estimate = self._with_lmplz if with_lmplz else self._estimated
        counted = estimate(
            self._sentences(pieces), plain, order=order, memory=memory, prune=prune, discount_fallback=True,
            skip_symbols=True, scratch=self._folder,
        )
        binary = self._folder / BINARY
        if with_lmplz and kneser_ney.build_binary(plain, binary):
            files[BINARY] = binary
        else:
            files[PACKED] = packed(plain, self._folder / PACKED)

        self._tell("perplexities of documents that were not trained on")
        scorer = LanguageModelScorer(pieces, KenlmModel(plain), None)
        held_out, perplexity = self._measure(scorer)
        basis, cutoff_documents = self._cutoffs(scorer, held_out, files[CUTOFFS])
        if basis is None:
            del files[CUTOFFS]
        made = {
            "by": f"rpdata {version('rpdata')}, SentencePiece {version('sentencepiece')}",
            "options": {
                "vocabulary": vocabulary, "order": order, "prune": list(prune), "normalisation": normalisation,
            },
            "texts": self._corpus.account(),
            "documents": self._documents,
            "held_out": {"documents": len(held_out), "perplexity": perplexity},
            **counted,
            "cutoffs_from": basis,
            "cutoff_documents": cutoff_documents,
            "cutoff_texts": self._reference.account() if self._reference else [],
        }
        stored = store(
            output, f"lm.{self._corpus.language}", "lm", self._corpus.language, files,
            facts={"normaliser": NORMALISER}, made=made,
        )
        return Trained(stored, self._documents, len(held_out), size, perplexity, basis)

    def _estimated(self, text: Iterator[bytes], output: Path, **options: Any) -> dict[str, Any]:
        """Write the ARPA file; returns what is to be told of it."""
        report = kneser_ney.estimate(text, output, **options)
        for fallen in report.fell_back:
            self._tell(f"too little text for discounts of order {fallen}: those of `lmplz --discount_fallback`")
        discounts = [list(discount) for discount in report.discounts]
        return {"ngrams": report.written, "discounts": discounts, "fixed_discounts": report.fell_back}

    def _with_lmplz(self, text: Iterator[bytes], output: Path, **options: Any) -> dict[str, Any]:
        kneser_ney.estimate_with_lmplz(text, output, **options)
        return {"ngrams_by": "lmplz"}

    def _parts(self, *, held_out: bool) -> Iterator[pa.StringArray]:
        """The documents to train on, or those that are kept back."""
        first = 0
        for batch in self._corpus.batches():
            kept_back = (np.arange(first, first + len(batch)) + 1) % HELD_OUT_OF == 0
            first += len(batch)
            yield batch.filter(pa.array(kept_back == held_out))

    def _training_texts(self) -> Iterator[pa.StringArray]:
        return self._parts(held_out=False)

    def _sentences(self, pieces: PieceModel) -> Iterator[bytes]:
        """Each document as one sentence of pieces."""
        self._documents = 0
        for batch in self._parts(held_out=False):
            lines = [line for line in pieces.split(normalise_lines(batch)) if line]
            self._documents += len(lines)
            yield b"".join(line + b"\n" for line in lines)

    def _measure(self, scorer: LanguageModelScorer) -> tuple[list[float], float | None]:
        """The perplexities of the documents kept back, and that of all of them together."""
        single: list[float] = []
        score, length = 0.0, 0
        for batch in self._parts(held_out=True):
            scores, counts = scorer.scores(batch)
            single += scorer.perplexity_of(scores, counts).drop_null().to_pylist()
            score += float(scores[counts > 0].sum())
            length += int((counts[counts > 0] + 1).sum())
        return single, round(10.0 ** (-score / length), 1) if length else None

    def _cutoffs(self, scorer: LanguageModelScorer, held_out: list[float], path: Path) -> tuple[str | None, int]:
        """Write the cutoffs; returns what they were computed from, and from how many documents."""
        perplexities, basis = held_out, "held-out documents"
        if self._reference is not None:
            basis = "reference documents"
            perplexities = [
                value
                for batch in self._reference.batches()
                for value in scorer.perplexity(batch).drop_null().to_pylist()
            ]
        elif not held_out:
            self._tell(
                f"no cutoffs, so no buckets: of fewer than {HELD_OUT_OF} documents none is kept back to compute them "
                "from; name some with --cutoffs-from"
            )
            return None, 0
        else:
            self._tell(
                "cutoffs from documents like the training text: of a crawl less than 30% will be head. Name documents "
                "of the crawl with --cutoffs-from for 30% head and 30% middle"
            )
        cutoffs_of(perplexities).write(path)
        return basis, len(perplexities)
