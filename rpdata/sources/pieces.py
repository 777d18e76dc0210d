"""Large tables in pieces, so that several workers read one file: plain JSON lines and Parquet.

Only what can be read from the middle is cut: a compressed file is one stream, and so is a URL whose filesystem can't
seek. Where a file is cut depends on its size and its lines or row groups alone.
"""

import logging
from bisect import bisect_left
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import accumulate, pairwise
from threading import Event

from rpdata.engine.plan import Input, Piece
from rpdata.sources.batches import newlines
from rpdata.sources.codecs import DamageError, is_plain
from rpdata.sources.parquet import first_bytes, footer_hash, open_parquet
from rpdata.sources.storage import open_input
from rpdata.sources.streams import RawFile

PIECE_BYTES = 2 << 30       # at most, but for the line or row group that crosses it; the pieces of a file are alike
COUNTING_THREADS = 8        # each reads a piece

log = logging.getLogger(__name__)


def cut(source: Input) -> list[Input]:
    """The pieces of a large table, or the input itself; rows of JSON lines are not counted. A few seeks, no more."""
    return in_pieces(source, pieces_of(source))


def cut_and_count(source: Input) -> list[Input]:
    """As `cut`, with what each piece needs to be read: JSON lines are read once for it, and hashed."""
    pieces = pieces_of(source)
    return in_pieces(source, counted(source, pieces) if pieces and source.format == "jsonl" else pieces)


def in_pieces(source: Input, pieces: list[Piece]) -> list[Input]:
    return [replace(source, piece=piece) for piece in pieces] or [source]


def pieces_of(source: Input) -> list[Piece]:
    """Two or more, or none if the input stays whole."""
    if source.size <= PIECE_BYTES or source.format not in CUTTERS or not can_seek(source):
        return []
    pieces = CUTTERS[source.format](source)
    return pieces if len(pieces) > 1 else []


def counted(source: Input, pieces: list[Piece]) -> list[Piece]:
    """Pieces of JSON lines with the numbers of their first rows, and hashes."""
    told = source.path, source.size / 1e9, len(pieces)
    log.warning("rpdata: counting the lines of %s (%.1f GB), to read it in %d pieces", *told)
    stopped = Event()
    with ThreadPoolExecutor(COUNTING_THREADS) as pool:
        try:
            counts = list(pool.map(partial(rows_and_hash, stopped=stopped), in_pieces(source, pieces)))
        except BaseException:       # such as Ctrl-C: leaving the block waits for the threads
            stopped.set()
            raise
    first_rows = accumulate((rows for rows, _ in counts), initial=0)
    return [
        replace(piece, first_row=first_row, xxh3=xxh3)
        for piece, first_row, (_, xxh3) in zip(pieces, first_rows, counts, strict=False)
    ]


def rows_and_hash(piece: Input, stopped: Event) -> tuple[int, str]:
    rows = 0
    with RawFile(piece) as raw:
        for block in raw.pieces():
            if stopped.is_set():
                raise CancelledError
            rows += newlines(block)
        return rows, raw.finish()["xxh3"]


def targets(size: int) -> list[int]:
    """Where pieces of equal size would meet."""
    count = -(-size // PIECE_BYTES)
    return [size * number // count for number in range(1, count)]


def line_pieces(source: Input) -> list[Piece]:
    """Each starts with the first line that begins at its target or behind it. Empty if it is compressed."""
    starts = [0]
    with RawFile(source) as raw:
        if not is_plain(raw.head):
            return []
    for target in targets(source.size):
        if target > starts[-1]:
            starts.append(next_line(source, target))
    ends = sorted({*starts, source.size})       # a last line that is long goes on to the end
    return [Piece(*piece) for piece in pairwise(ends)]


def next_line(source: Input, position: int) -> int:
    """Where the first line begins that does so at `position` or behind it; the end of the file if none does."""
    position -= 1
    with RawFile(replace(source, piece=Piece(position, source.size))) as raw:
        for block in raw.pieces():
            found = block.find(b"\n")
            if found >= 0:
                return position + found + 1
            position += len(block)
    return position


def group_pieces(source: Input) -> list[Piece]:
    """Each starts with the first row group that begins at its target or behind it. Empty if damaged or without any."""
    try:
        with open_parquet(source) as parquet:
            metadata = parquet.metadata
    except DamageError:
        return []       # the reader will say so
    begins = first_bytes(metadata)
    if not begins or begins != sorted(set(begins)) or not all(0 < begin < source.size for begin in begins):
        return []       # no groups, or groups that are not where their order says
    rows = [0, *accumulate(metadata.row_group(group).num_rows for group in range(len(begins)))]
    firsts = sorted({0, *(bisect_left(begins, target) for target in targets(source.size))} - {len(begins)})
    ends = pairwise([0, *(begins[group] for group in firsts[1:]), source.size])
    xxh3 = footer_hash(source)
    return [Piece(*piece, rows[group], xxh3) for piece, group in zip(ends, firsts, strict=True)]


def can_seek(source: Input) -> bool:
    """Whether it can be read from the middle."""
    try:
        with open_input(source.path) as file:
            file.seek(source.size // 2)
            return bool(file.read(1))
    except (OSError, ValueError, NotImplementedError):      # as the filesystems of fsspec say it
        return False


CUTTERS: dict[str, Callable[[Input], list[Piece]]] = {"jsonl": line_pieces, "parquet": group_pieces}
