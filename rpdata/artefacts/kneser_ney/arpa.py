"""Writing a model as an ARPA file: for each n-gram, log10 of its probability, its words, log10 of its back-off."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from rpdata.artefacts.kneser_ney.adjust import PRUNED
from rpdata.artefacts.kneser_ney.keys import COUNT, HIGH, LOW, word_at
from rpdata.artefacts.kneser_ney.parallel import in_order
from rpdata.artefacts.kneser_ney.plan import Plan
from rpdata.artefacts.kneser_ney.word_table import SLACK
from rpdata.artefacts.kneser_ney.words import Vocabulary
from rpdata.text.arrays import Bytes, Floats, Hashes, Ints
from rpdata.text.compiled import EntryPoint, kernel, uint64
from rpdata.text.vectors import copy16

DECIMALS = 7
SCALE = 10**DECIMALS
TAB, NEWLINE, BLANK, MINUS, POINT, ZERO = 9, 10, 32, 45, 46, 48
LOG_ZERO = -99.0                # what ARPA files have for the logarithm of 0
NUMBER_BYTES = 24               # at most, with the blank behind it

FOOTER = b"\n\\end\\\n"
NO_WEIGHTS = np.empty(0, np.float64)


def header(counts: list[int]) -> bytes:
    """How many n-grams of each order there are."""
    lines = [f"ngram {order}={count}\n" for order, count in enumerate(counts, 1)]
    return "".join(["\\data\\\n", *lines]).encode()


def section(order: int, blocks: Iterable[tuple[Any, ...]], words: Vocabulary, plan: Plan) -> Iterator[Bytes]:
    """The n-grams of one order that are not pruned, as bytes.

    blocks: rows, probabilities, and weights of the back-off except for the highest order.
    """

    def write(block: tuple[Any, ...]) -> Bytes:
        rows, probabilities, *weights = block
        lines = np.empty(room_for(rows, order, plan.bits, words.ends), np.uint8)
        used = write_lines(
            rows, probabilities, *(weights or [NO_WEIGHTS]), order, plan.bits, words.text, words.ends, lines
        )
        return lines[:used]

    yield np.frombuffer(f"\n\\{order}-grams:\n".encode(), np.uint8)
    yield from in_order(write, blocks, plan.threads)


@EntryPoint
def room_for(rows: Hashes, order: int, bits: int, ends: Ints) -> int:
    """Bytes that the lines take at most."""
    room = len(rows) * (2 * NUMBER_BYTES + order) + SLACK
    for i in range(len(rows)):
        for position in range(order):
            word = word_at(rows[i, HIGH], rows[i, LOW], position, bits)
            room += ends[word + 1] - ends[word]
    return room


@EntryPoint
def write_lines(
    rows: Hashes, probabilities: Floats, weights: Floats, order: int, bits: int, words: Bytes, ends: Ints,
    lines: Bytes,
) -> int:
    """Write a line for each row that is not pruned; weights: may be empty. Returns the bytes used."""
    at = 0
    for i in range(len(rows)):
        if rows[i, COUNT] & uint64(PRUNED):
            continue
        at = write_number(logarithm(probabilities[i]), lines, at)
        lines[at] = TAB
        at += 1
        for position in range(order):
            word = word_at(rows[i, HIGH], rows[i, LOW], position, bits)
            at = write_word(words, ends[word], ends[word + 1], lines, at)
            lines[at] = BLANK
            at += 1
        at -= 1
        if len(weights) > 0:
            lines[at] = TAB
            at = write_number(logarithm(weights[i]), lines, at + 1)
        lines[at] = NEWLINE
        at += 1
    return at


@kernel
def write_word(words: Bytes, start: int, stop: int, lines: Bytes, at: int) -> int:
    """A word; returns where it ends. (By 16 bytes: the end of a loop over bytes is mispredicted at most words.)"""
    while True:
        copy16(words, start, lines, at)
        if stop - start <= 16:
            return at + stop - start
        start += 16
        at += 16


@kernel
def logarithm(value: float) -> float:
    """To base 10, never above 0: a sum of parts of 1 may be 1 and a rounding error."""
    return min(0.0, np.log10(value)) if value > 0 else LOG_ZERO


@kernel
def write_number(value: float, lines: Bytes, at: int) -> int:
    """A number that is not positive, to 7 decimals without zeros at the end; returns where it ends."""
    scaled = uint64(np.rint(-value * SCALE))
    if scaled == 0:
        lines[at] = ZERO
        return at + 1
    whole, fraction = scaled // uint64(SCALE), scaled % uint64(SCALE)
    lines[at] = MINUS
    at += 1
    if whole >= uint64(10):
        lines[at] = uint64(ZERO) + whole // uint64(10) % uint64(10)
        at += 1
    lines[at] = uint64(ZERO) + whole % uint64(10)
    lines[at + 1] = POINT
    for place in range(DECIMALS, 0, -1):
        lines[at + 1 + place] = uint64(ZERO) + fraction % uint64(10)
        fraction //= uint64(10)
    end = at + 1 + DECIMALS
    while lines[end] == ZERO:
        end -= 1
    return end if lines[end] == POINT else end + 1
