"""Lines and paragraphs that stand in a document more than once, by their hashes: each line is hashed once."""

from typing import NamedTuple

from rpdata.text.arrays import Counts, Hashes
from rpdata.text.compiled import borrowing_kernel, int64
from rpdata.text.hashing import Secret, mix
from rpdata.text.numbering import Numbering, number_keys


class Pieces(NamedTuple):
    """Lines that are not blank, or paragraphs, of a document in their order."""

    hash: Hashes
    code_points: Counts     # without the newline at their end
    number: Counts          # equal for equal ones: 1, 2, ... in order of first appearance


@borrowing_kernel
def count_repeated(pieces: Pieces, count: int, numbering: Numbering) -> tuple[int, int]:
    """How many of the pieces came before, and their code points."""
    number_keys(pieces.hash, count, numbering, pieces.number)
    repeated = 0
    code_points = 0
    seen = 0
    for i in range(count):
        came_before = int64(pieces.number[i] <= seen)
        seen = max(seen, int64(pieces.number[i]))
        repeated += came_before
        code_points += came_before * int64(pieces.code_points[i])
    return repeated, code_points


@borrowing_kernel
def join_paragraphs(pieces: Pieces, words: Counts, first_row: int, last_row: int, secret: Secret) -> int:
    """Put the paragraphs, which blank lines separate, in the place of the lines; returns how many there are.

    words: of each line; none are in blank ones. The newlines within a paragraph are its own.
    """
    paragraph = -1
    line = 0
    within = False
    for row in range(first_row, last_row):
        if words[row] == 0:
            within = False
            continue
        if within:
            pieces.hash[paragraph] = mix(pieces.hash[paragraph] ^ secret.low, pieces.hash[line])
            pieces.code_points[paragraph] += 1 + pieces.code_points[line]
        else:
            paragraph += 1
            pieces.hash[paragraph] = pieces.hash[line]
            pieces.code_points[paragraph] = pieces.code_points[line]
            within = True
        line += 1
    return paragraph + 1
