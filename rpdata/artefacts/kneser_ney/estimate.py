"""An interpolated modified Kneser-Ney model from a text, in memory that does not depend on the size of the text.

text -> numbers -> n-grams of the highest order, counted -> adjusted counts of every order -> probabilities and back-off
weights, lowest order first -> ARPA file. Between any two of these there are rows on disk (Heafield et al. 2013; the
last steps need no sorting here, see `buckets`).
"""

import os
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rpdata.artefacts.kneser_ney import arpa
from rpdata.artefacts.kneser_ney.adjust import ALL, KEPT, Grams, adjust
from rpdata.artefacts.kneser_ney.count import count_runs, merged
from rpdata.artefacts.kneser_ney.discounts import Discounts, all_discounts
from rpdata.artefacts.kneser_ney.keys import ROW_BYTES, bits_of_a_word, check_order
from rpdata.artefacts.kneser_ney.probabilities import unigram_probabilities, weigh
from rpdata.artefacts.kneser_ney.spool import Spool
from rpdata.artefacts.kneser_ney.words import SPECIALS, Vocabulary
from rpdata.errors import CannotFinish, UserError

BLOCK_BYTES = 1 << 20       # of text, read at a time
LEAST_MEMORY = 8 << 20
MOST_BLOCK_ROWS = 1 << 18


@dataclass(frozen=True)
class Report:
    """What an estimation found. Lists have an entry for each order, from 1.

    sentences, tokens: of the text, without <s> and </s>. vocabulary: different words, with <unk>, <s> and </s>.
    counted: different n-grams. written: those that are left after pruning. fell_back: orders with fixed discounts.
    """

    sentences: int
    tokens: int
    vocabulary: int
    counted: list[int]
    written: list[int]
    discounts: list[Discounts]
    fell_back: list[int]


def estimate(
    text: Path | Iterable[bytes],
    output: Path,
    *,
    order: int = 5,
    memory: int = 2 << 30,
    prune: Sequence[int] = (0,),
    vocabulary: Collection[str] | None = None,
    discount_fallback: bool = False,
    skip_symbols: bool = False,
    threads: int = 2,
    scratch: Path | None = None,
) -> Report:
    """Write the ARPA file of a text, as `lmplz` does with the options of the same names.

    text: a file, or its bytes in parts cut anywhere: UTF-8, a sentence on each line, its words (or pieces) divided by
    blanks (space, tab, carriage return, NUL); an empty line is a sentence without words.
    memory: bytes; what does not fit is on disk, in a folder below `scratch` (the folder of the output).
    prune: for each order, the count in the text up to which n-grams are left out; the last also for all higher ones.
    vocabulary: n-grams with other words are left out; their mass goes to the back-off, and to <unk>.
    discount_fallback: fixed discounts for an order whose own are not defined. skip_symbols: read <s>, </s> and <unk>
    as blanks; otherwise they are refused.

    Raises UserError for what cannot be read or estimated, or not in this memory; CannotFinish if the disk fails.
    """
    check_order(order)
    thresholds = thresholds_of(prune, order)
    if memory < LEAST_MEMORY:
        raise UserError(f"the memory is too small: {memory} bytes, and {LEAST_MEMORY} are the least.")
    place = output.parent if scratch is None else scratch
    try:
        with tempfile.TemporaryDirectory(prefix=".kneser-ney-", dir=place) as folder:
            part = Path(folder, "arpa")
            model = Estimation(Path(folder), order, memory, threads)
            report = model.run(read(text), part, thresholds, vocabulary, discount_fallback, skip_symbols)
            part.replace(output)
            return report
    except OSError as error:
        raise CannotFinish(f"cannot write the language model {output} by way of {place}: {error}") from error


def thresholds_of(prune: Sequence[int], order: int) -> list[int]:
    """The threshold of each order. UserError for what lmplz refuses too: it would leave n-grams without a suffix."""
    if not prune or len(prune) > order or prune[0] != 0 or any(a > b for a, b in zip(prune, prune[1:], strict=False)):
        raise UserError(
            f"cannot prune by {' '.join(map(str, prune)) or 'nothing'}: give up to {order} counts that do not fall, "
            "the first 0 (words are pruned by a vocabulary), such as 0 0 1."
        )
    return [*prune, *[prune[-1]] * (order - len(prune))]


def read(text: Path | Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a text, in parts."""
    if not isinstance(text, Path):
        yield from text
        return
    try:
        with text.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        raise UserError(f"cannot read the text {text}: {error.strerror}") from error


class Estimation:
    """One run, with its folder for rows on disk."""

    def __init__(self, folder: Path, order: int, memory: int, threads: int) -> None:
        self._folder = folder
        self._order = order
        self._bits = bits_of_a_word(order)
        self._threads = threads
        self._memory = memory
        self._block_rows = max(1, min(MOST_BLOCK_ROWS, memory // (16 * ROW_BYTES * (order + threads))))

    def run(
        self, text: Iterable[bytes], output: Path, thresholds: list[int], wanted: Collection[str] | None,
        fallback: bool, skip_symbols: bool,
    ) -> Report:
        words = Vocabulary(limit=self._memory // 2, most=1 << self._bits)
        grams = self._grams(text, words, thresholds, wanted, skip_symbols)
        tallies = [each.tally for each in grams]
        if len(words) == len(SPECIALS):
            raise UserError("the text has no words: a language model needs some to learn from.")
        discounts, fell_back = all_discounts(tallies, fallback=fallback)
        written = [int(tally[KEPT]) for tally in tallies]
        self._write(grams, discounts, written, words, output)
        return Report(
            sentences=words.sentences, tokens=words.tokens, vocabulary=len(words), counted=[int(tally[ALL]) for tally in tallies],
            written=written, discounts=discounts, fell_back=fell_back,
        )

    def _grams(
        self, text: Iterable[bytes], words: Vocabulary, thresholds: list[int], wanted: Collection[str] | None,
        skip_symbols: bool,
    ) -> list[Grams]:
        numbers = words.numbers(text, skip_symbols=skip_symbols)
        budget = self._memory // 2
        runs = count_runs(numbers, words, self._folder, self._order, self._bits, budget, self._threads)
        blocks = merged(runs, self._order, self._bits, len(words), budget, self._threads)
        grams = adjust(
            blocks, self._folder, self._order, self._bits, thresholds, words.unwanted(wanted), self._block_rows
        )
        for run in runs:
            run.rows.delete()
        return grams

    def _write(
        self, grams: list[Grams], discounts: list[Discounts], written: list[int], words: Vocabulary, output: Path
    ) -> None:
        unigrams = grams[0].rows.read(0, grams[0].rows.rows)
        probabilities = Spool(self._folder / "probabilities-1", np.float64)
        probabilities.append(unigram_probabilities(unigrams, discounts[0], written[0]))
        with output.open("wb") as file:
            file.write(arpa.header(written))
            for k in range(1, self._order):
                weighed = weigh(
                    grams[k], grams[k - 1], probabilities, discounts[k], self._folder, self._bits, self._memory // 2,
                    self._threads, self._block_rows,
                )
                self._write_section(file, grams[k - 1], probabilities, weighed.weights, words, highest=False)
                weighed.weights.delete()
                probabilities = weighed.probabilities
            self._write_section(file, grams[-1], probabilities, probabilities, words, highest=True)
            file.write(b"\n\\end\\\n")
            file.flush()
            os.fsync(file.fileno())

    def _write_section(self, file, grams, probabilities, weights, words, *, highest: bool) -> None:
        size = self._block_rows
        blocks = zip(
            grams.rows.blocks(size), probabilities.blocks(size), weights.blocks(size), strict=True
        )
        for part in arpa.section(grams.order, self._bits, blocks, words, self._threads, highest=highest):
            file.write(memoryview(part))
        grams.rows.delete()
        probabilities.delete()
