"""Lines of a stream of bytes, with a bound on what is held of any of them."""

from collections.abc import Iterable, Iterator


def lines(chunks: Iterable[bytes], bound: int) -> Iterator[bytes | None]:
    """The lines of a stream, as `split(b"\\n")` has them, but nothing after a final newline.

    A line of more than `bound` bytes is streamed past and comes as None. At most `bound` bytes and one chunk are held.
    """
    pieces: list[bytes] = []        # of the line that goes on from earlier chunks
    held = 0
    too_long = False
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        held += len(first)
        too_long = too_long or held > bound
        if too_long:
            pieces.clear()
        else:
            pieces.append(first)
        if not rest:
            continue
        yield None if too_long else b"".join(pieces)
        last = rest.pop()
        for line in rest:
            yield line if len(line) <= bound else None
        pieces = [last]
        held = len(last)
        too_long = held > bound
    if too_long:
        yield None
    elif held:
        yield b"".join(pieces)
