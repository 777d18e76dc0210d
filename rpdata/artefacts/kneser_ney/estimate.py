"""An interpolated modified Kneser-Ney model from a text, in memory that does not depend on the size of the text.

text -> numbers -> n-grams of the highest order, counted -> adjusted counts of every order -> probabilities and
back-off weights, lowest order first -> ARPA file. Between any two of these there are rows on disk (Heafield et al.
2013; the last steps need no sorting here, see `buckets`).
"""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np

from rpdata.artefacts.kneser_ney import arpa
from rpdata.artefacts.kneser_ney.adjust import ALL, KEPT, Grams, adjust
from rpdata.artefacts.kneser_ney.count import count_runs, merged
from rpdata.artefacts.kneser_ney.discounts import Discounts, all_discounts
from rpdata.artefacts.kneser_ney.keys import HIGHEST_ORDER
from rpdata.artefacts.kneser_ney.plan import Plan
from rpdata.artefacts.kneser_ney.probabilities import unigram_probabilities, weigh
from rpdata.artefacts.kneser_ney.spool import Spool
from rpdata.artefacts.kneser_ney.words import SPECIALS, Vocabulary
from rpdata.artefacts.scratch import scratch_folder
from rpdata.errors import CannotFinish, UserError
from rpdata.text.arrays import Words32

BLOCK_BYTES = 1 << 20       # of text, read at a time
LEAST_MEMORY = 8 << 20


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
    """Write the ARPA file of a text, as `lmplz` does with its options of the same names.

    text: a file, or its bytes in parts cut anywhere: UTF-8, a sentence on each line, its words (or pieces) divided by
    blanks (space, tab, carriage return, NUL); an empty line is a sentence without words.
    memory: bytes, beside what Python and its libraries take; the rest is on disk, in a folder below `scratch` (the
    folder of the output). The model is the same whatever the memory and the threads.
    prune: for each order, the count in the text up to which n-grams are left out; the last also for all higher ones.
    vocabulary: n-grams with other words are left out; their mass goes to the back-off, and to <unk>.
    discount_fallback: fixed discounts for an order whose own are not defined. skip_symbols: read <s>, </s> and <unk>
    as blanks; otherwise they are refused.

    Raises UserError for what cannot be read or estimated, or not in this memory; CannotFinish if the disk fails.
    """
    check_options(order, prune, memory)
    check_vocabulary(vocabulary)
    place = output.parent if scratch is None else scratch
    try:
        with (
            scratch_folder(".kneser-ney-", place) as folder,
            scratch_folder(".kneser-ney-", output.parent) as beside,
        ):
            plan = Plan(folder, order, memory // 2, threads)      # the other half is the vocabulary's
            words = Vocabulary(limit=memory // 2, most=1 << plan.bits)
            thresholds = [*prune, *[prune[-1]] * (order - len(prune))]
            grams = count(words.numbers(read(text), skip_symbols=skip_symbols), words, thresholds, vocabulary, plan)
            discounts, fell_back = all_discounts([each.tally for each in grams], fallback=discount_fallback)
            with (beside / "arpa").open("wb") as file:
                write(grams, discounts, words, file, plan)
            (beside / "arpa").replace(output)
    except OSError as error:
        raise CannotFinish(f"cannot write the language model {output} by way of {place}: {error}") from error
    return Report(
        sentences=words.sentences, tokens=words.tokens, vocabulary=words.size,
        counted=[each.tally[ALL].item() for each in grams], written=[each.tally[KEPT].item() for each in grams],
        discounts=discounts, fell_back=fell_back,
    )


def check_options(order: int, prune: Sequence[int], memory: int) -> None:
    """Raise UserError for an order that no key holds, what lmplz does not prune by either, or too little memory."""
    if not 1 <= order <= HIGHEST_ORDER:
        raise UserError(f"cannot estimate a language model of order {order}: use 1 to {HIGHEST_ORDER} (5 is usual).")
    if not prune or len(prune) > order or prune[0] != 0 or any(low > high for low, high in pairwise(prune)):
        raise UserError(
            f"cannot prune by {' '.join(map(str, prune)) or 'nothing'}: give up to {order} counts that do not fall, "
            "the first 0 (words are pruned by a vocabulary), such as 0 0 1."
        )
    if memory < LEAST_MEMORY:
        raise UserError(f"the memory is too small: {memory:,} bytes, and {LEAST_MEMORY:,} are the least.")


def check_vocabulary(words: Collection[str] | None) -> None:
    """Raise UserError for a word that no UTF-8 text has."""
    for word in words or ():
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise UserError(
                f"the vocabulary has a word that is not Unicode text: {word!a} ({error.reason}).\n"
                "Read it from its file as UTF-8, and leave out what is not."
            ) from error


def read(text: Path | Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of a text, in parts. UserError if it cannot be read."""
    try:
        if isinstance(text, Path):
            with text.open("rb") as file:
                while block := file.read(BLOCK_BYTES):
                    yield block
        else:
            yield from text
    except OSError as error:
        raise UserError(f"cannot read the text of the language model: {error}") from error


def count(
    numbers: Iterable[Words32], words: Vocabulary, thresholds: list[int], wanted: Collection[str] | None, plan: Plan
) -> list[Grams]:
    """The n-grams of every order and their adjusted counts. UserError if there are no words."""
    runs = count_runs(numbers, words, plan)
    if words.size == len(SPECIALS):
        raise UserError("the text has no words.\nGive a text to learn from: sentences, a line each.")
    grams = adjust(merged(runs, words.size, plan), thresholds, words.unwanted(wanted), plan)
    for run in runs:
        run.rows.delete()
    return grams


def write(grams: list[Grams], discounts: list[Discounts], words: Vocabulary, file: BinaryIO, plan: Plan) -> None:
    """The ARPA file: each order is written when that above has given it its back-off weights."""
    written = [each.tally[KEPT].item() for each in grams]
    file.write(arpa.header(written))
    probabilities = Spool(plan.folder / "probabilities-1", np.float64)
    probabilities.append(unigram_probabilities(grams[0].rows.read(0, grams[0].rows.rows), discounts[0], written[0]))
    for lower, higher in pairwise(grams):
        weighed = weigh(higher, lower, probabilities, discounts[higher.order - 1], plan)
        write_section(lower, probabilities, weighed.weights, words, file, plan)
        probabilities = weighed.probabilities
    write_section(grams[-1], probabilities, None, words, file, plan)
    file.write(arpa.FOOTER)
    file.flush()
    os.fsync(file.fileno())


def write_section(
    grams: Grams, probabilities: Spool, weights: Spool | None, words: Vocabulary, file: BinaryIO, plan: Plan
) -> None:
    """The lines of one order, whose rows are needed no more; weights: None for the highest."""
    parts = [grams.rows, probabilities] if weights is None else [grams.rows, probabilities, weights]
    blocks = zip(*(part.blocks(plan.block_rows) for part in parts), strict=True)
    for lines in arpa.section(grams.order, blocks, words, plan):
        file.write(lines.data)
    for part in parts:
        part.delete()
