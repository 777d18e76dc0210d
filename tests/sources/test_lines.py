"""The line reader against split()."""

from hypothesis import given
from hypothesis import strategies as st

from rpdata.sources.lines import lines


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """The data in chunks of these sizes, some perhaps empty, and what is left."""
    chunks = []
    for size in sizes:
        chunks.append(data[:size])
        data = data[size:]
    return [*chunks, data]


TEXT = st.lists(st.sampled_from([b"\n", b"a", b"\r", b"bcdefgh", b"\0"]), max_size=60).map(b"".join)
SIZES = st.lists(st.integers(0, 9), max_size=40)


@given(TEXT, SIZES)
def test_lines_are_what_split_gives_whatever_the_chunks(data, sizes):
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert list(lines(cut(data, sizes), bound=1000)) == expected


@given(TEXT, SIZES, st.integers(0, 12))
def test_lines_over_the_bound_keep_their_place(data, sizes, bound):
    whole = list(lines([data], bound=1000))
    assert list(lines(cut(data, sizes), bound)) == [line if len(line) <= bound else None for line in whole]


def test_a_line_over_the_bound_is_not_held():
    def endless():
        for _ in range(1000):
            yield bytes(1 << 20)        # one line of 1 GiB
        yield b"\nend"

    assert list(lines(endless(), bound=1 << 10)) == [None, b"end"]
