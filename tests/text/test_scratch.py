"""Working memory: how much, and that nothing is written outside of it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rpdata.text import StopLists, measure
from rpdata.text.scratch import BYTES_PER_TEXT_BYTE, SCRATCH_FLOOR, make_scratch

GUARD = 4096
CANARY = 0xA5
MAX_DOCUMENT = 4 << 20
LARGEST = {
    "one word": "a" * MAX_DOCUMENT,
    "blanks": " " * MAX_DOCUMENT,
    "newlines": "\n" * MAX_DOCUMENT,
    "words of one letter": "a " * (MAX_DOCUMENT // 2),
    "words that differ": " ".join(map(str, range(600_000)))[:MAX_DOCUMENT],
    "Hangul, which grows threefold": "각" * (MAX_DOCUMENT // 3),
    "growing letters of two bytes": "\u0390" * (MAX_DOCUMENT // 2),
    "musical notes": "\U0001D160" * (MAX_DOCUMENT // 4),
    "full stops": "." * MAX_DOCUMENT,
    "marks out of order": "\u0301\u0323" * (MAX_DOCUMENT // 4),
    "capital sigmas among apostrophes": "Σ'" * (MAX_DOCUMENT // 3),
    "punctuation between letters": "a-" * (MAX_DOCUMENT // 2),
}


def arrays(memory: Any) -> Iterator[np.ndarray]:
    for part in memory:
        if isinstance(part, np.ndarray):
            yield part
        else:
            yield from arrays(part)


@pytest.mark.parametrize("largest", [0, 1, 63, 64, 1000, 65_537, 1 << 20, MAX_DOCUMENT, MAX_DOCUMENT + 1])
def test_working_memory_stays_within_its_bound(largest):
    size = sum(array.nbytes for array in arrays(make_scratch(largest)))
    assert size <= BYTES_PER_TEXT_BYTE * largest + SCRATCH_FLOOR


class Guarded:
    """make_scratch with every array between two guards."""

    def __init__(self) -> None:
        self.whole: list[np.ndarray] = []

    def make(self, largest: int) -> Any:
        return self._guard(make_scratch(largest))

    def _guard(self, memory: Any) -> Any:
        if not isinstance(memory, np.ndarray):
            return type(memory)(*map(self._guard, memory))
        whole = np.full(memory.nbytes + 2 * GUARD, CANARY, np.uint8)
        self.whole.append(whole)
        inside = whole[GUARD : GUARD + memory.nbytes].view(memory.dtype)
        inside[:] = memory
        return inside

    def intact(self) -> bool:
        return all(np.all(whole[:GUARD] == CANARY) and np.all(whole[-GUARD:] == CANARY) for whole in self.whole)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 12, 61, 62, 63, 64, 65, 126, 127, 128, 130, 192, 1000, 4099])
def test_no_text_makes_a_kernel_write_outside_its_memory(monkeypatch, size):
    for text in (text[:size] for text in LARGEST.values()):
        guarded = Guarded()
        monkeypatch.setitem(measure.__globals__, "make_scratch", guarded.make)
        for family in ("sha1", "xxh3"):
            measure(pa.array([text, text]), ["en", "en"], StopLists({"en": ["a"]}), family)
        assert len(guarded.whole) > 20
        assert guarded.intact(), repr(text[:10])


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_documents_are_measured_in_linear_time(name):
    """Each would take hours if any step were quadratic; the sums that must hold are checked."""
    text = LARGEST[name]
    statistics, signatures = measure(pa.array([text, "small"]), ["en", "en"], StopLists({"en": ["a"]}), "sha1")
    assert statistics.code_points.tolist() == [len(text), 5]
    assert statistics.lines.end[statistics.line_offsets[1] - 1] == len(text)
    assert statistics.lines.words[: statistics.line_offsets[1]].sum() == statistics.words[0]
    assert statistics.words[0] == (text.count(" ") + (not text.endswith(" ")) if text.strip(" \n.") else 0)
    assert (signatures[0].as_py() is None) == (statistics.words[0] < 13)
    assert statistics.words[1] == 1
