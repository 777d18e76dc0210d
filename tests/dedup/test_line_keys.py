"""Lines are told apart by what they say, and nothing around them."""

from itertools import pairwise

import pyarrow as pa
import xxhash
from hypothesis import example, given
from hypothesis import strategies as st

from rpdata.dedup.line_keys import BLANK, line_keys

SPACES = "".join(chr(code_point) for code_point in range(0x110000) if chr(code_point).isspace())
LETTERS = st.sampled_from([*"ab. ", "\n", "\r", "\t", "\x1c", "\x85", "\xa0", "\u2003", "\u3000", "é", "€", "😀"])
TEXTS = st.lists(st.text(LETTERS, max_size=40), max_size=8)


def lines_of(text):
    """What ends in a newline, or the rest after the last one."""
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def slow_key(line):
    stripped = line.strip().encode()
    return xxhash.xxh3_64_intdigest(stripped) if stripped else BLANK


@given(TEXTS, st.integers(0, 3))
@example(["", "\n", "\n\n", "a", "a\n", " a\n\nb"], 0)
@example([SPACES.replace("\n", "") + "a" + SPACES.replace("\n", ""), "x" * 1000 + " "], 0)
def test_a_line_has_the_hash_of_its_text_without_white_space_around_it(texts, skipped):
    keys, first = line_keys(pa.array(["skipped"] * skipped + texts, pa.string()).slice(skipped))
    expected = [[slow_key(line) for line in lines_of(text)] for text in texts]
    assert [keys[start:end].tolist() for start, end in pairwise(first.tolist())] == expected
    assert len(keys) == sum(map(len, expected))
