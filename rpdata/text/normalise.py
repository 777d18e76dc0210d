"""norm(text): ASCII punctuation deleted, lower case, white space collapsed to single blanks, NFD; all in one pass.

Bits decide what is written (see `bitmaps`), and most of the text is then packed 64 bytes at a time. Only characters
that become something else, or whose fate depends on their neighbours (capital sigma, combining marks), are handled one
by one. No neighbour beyond white space matters: a line normalises alike by itself and in its document.
"""

import numpy as np

from rpdata.text.arrays import Bytes, Words32
from rpdata.text.bitmaps import Bitmaps, Ranks
from rpdata.text.classify import decode
from rpdata.text.codepoints import CASE_IGNORABLE, CASED, CLASS_SHIFT, MAPPING_BYTES, MAPPING_SHIFT, SIGMA, Tables
from rpdata.text.compiled import int64, kernel, uint32, uint64
from rpdata.text.vectors import BLOCK, lower_and_pack, lowest, popcount

SIGMA_BYTES = 2
LAST_BYTE_OF_FINAL_SIGMA = 0x82         # U+03C2 is CF 82 and U+03C3, which a capital maps to otherwise, CF 83


@kernel
def normalise(raw: Bytes, blocks: int, tables: Tables, bitmaps: Bitmaps, ranks: Ranks, out: Bytes) -> int:
    """Write the normalised words, each followed by one blank, and the bitmap of their ends; returns its size."""
    written = 0
    last_class = 0              # combining class of the last code point written; 0 for a starter
    misordered = False          # the run of marks at the end of `out` is not in canonical order yet
    pending = uint64(0)         # whether a word is open at the end of the block before
    for block in range(1, blocks):
        at = block * BLOCK
        space = bitmaps.space[block]
        deleted = bitmaps.deleted[block]
        special = bitmaps.special[block]
        kept = ~(space | deleted)

        # A word ends at the first white space behind it, with only deleted characters between: push a marker from
        # behind each kept byte through the deleted ones, by addition, and see where it meets white space.
        marker = kept << uint64(1) | pending
        through = (marker & deleted) + deleted
        overflow = uint64(through < deleted)
        word_end = (through ^ deleted | marker) & space
        pending = kept >> uint64(63) | overflow
        bitmaps.word_end[block] = word_end
        ranks.word_end[block + 1] = ranks.word_end[block] + popcount(word_end)

        plain = kept & ~special | word_end
        heads = special & ~bitmaps.continuation[block]
        while True:
            before = plain & ((heads & (uint64(0) - heads)) - uint64(1))     # below the next head; all if none is left
            if before != 0:
                if misordered:
                    order_marks(out, written, tables.properties)
                    misordered = False
                lower_and_pack(raw, at, before, space, out, written)
                written += popcount(before)
                plain ^= before
                last_class = 0
            if heads == 0:
                break

            position = at + lowest(heads)
            heads &= heads - uint64(1)
            code_point, length = decode(raw, position)
            traits = tables.properties[code_point]
            mapping = int64(traits >> uint32(MAPPING_SHIFT)) - 1
            first_class = int64(traits >> uint32(CLASS_SHIFT)) & 0xFF
            if mapping >= 0:
                first_class = int64(tables.first_class[mapping])
            if first_class == 0 and misordered:
                order_marks(out, written, tables.properties)
                misordered = False
            misordered |= 0 < first_class < last_class
            if mapping >= 0:
                for k in range(MAPPING_BYTES):
                    out[written + k] = tables.mapping[mapping * MAPPING_BYTES + k]
                if code_point == SIGMA and sigma_is_final(raw, position, tables.properties):
                    out[written + 1] = LAST_BYTE_OF_FINAL_SIGMA
                written += int64(tables.mapping_bytes[mapping])
                last_class = int64(tables.last_class[mapping])
            else:
                for k in range(4):
                    out[written + k] = raw[position + k]
                written += length
                last_class = first_class
    return written


@kernel
def sigma_is_final(raw: Bytes, position: int, properties: Words32) -> bool:
    """Whether the capital sigma at a position becomes a final one (Unicode 3.13, Final_Sigma).

    It does if a cased letter is before it and none behind it, case-ignorable characters being skipped. White space is
    neither cased nor ignorable, so the search ends with the word.
    """
    here = position
    traits = CASE_IGNORABLE
    while traits & CASE_IGNORABLE:
        here -= 1
        while raw[here] & 0xC0 == 0x80:
            here -= 1
        traits = int64(properties[character(raw, here)[0]])
    if not traits & CASED:
        return False
    here = position + SIGMA_BYTES
    while True:
        code_point, length = character(raw, here)
        traits = int64(properties[code_point])
        if not traits & CASE_IGNORABLE:
            return not traits & CASED
        here += length


@kernel
def character(raw: Bytes, position: int) -> tuple[int, int]:
    """The code point at a position, ASCII or not, and its length in bytes."""
    return (int64(raw[position]), 1) if raw[position] < 0x80 else decode(raw, position)


@kernel
def order_marks(out: Bytes, end: int, properties: Words32) -> None:
    """Put the run of combining marks that ends at `end` into canonical order."""
    start = end
    while start > 0:
        head = start - 1
        while out[head] & 0xC0 == 0x80:
            head -= 1
        if out[head] < 0x80 or combining_class(out, head, properties) == 0:
            break
        start = head
    order_marks_from(out, start, end, properties)


@kernel
def order_marks_from(out: Bytes, start: int, end: int, properties: Words32) -> None:
    """Put the combining marks out[start:end] into canonical order: by class, equal classes as they were.

    A counting sort: a page of nothing but marks must not take quadratic time. It is rare, so it makes its own room.
    """
    run = np.zeros(end - start + MAPPING_BYTES, np.uint8)
    run[: end - start] = out[start:end]
    target = np.zeros(257, np.int64)            # where the next mark of each class goes
    position = 0
    while position < end - start:
        length = decode(run, position)[1]
        target[combining_class(run, position, properties) + 1] += length
        position += length
    target = start + np.cumsum(target)
    position = 0
    while position < end - start:
        length = decode(run, position)[1]
        mark_class = combining_class(run, position, properties)
        for k in range(length):
            out[target[mark_class] + k] = run[position + k]
        target[mark_class] += length
        position += length


@kernel
def combining_class(data: Bytes, position: int, properties: Words32) -> int:
    return int64(properties[decode(data, position)[0]] >> uint32(CLASS_SHIFT)) & 0xFF
