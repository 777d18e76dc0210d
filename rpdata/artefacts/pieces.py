"""Lines of text as the pieces of a SentencePiece model (Kudo and Richardson 2018), for a language model to read.

What the library gives, in a third of its time, where a line can be cut word by word; all else the library does itself.
"""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Lock
from typing import cast

import numpy as np
import pyarrow as pa
import sentencepiece

from rpdata.artefacts.piece_rules import BadRulesError, make_rules
from rpdata.artefacts.piece_scan import MARGIN, Pieces, cut_lines, join_pieces, make_pieces
from rpdata.artefacts.piece_trie import NONE, make_trie
from rpdata.artefacts.piece_words import Unknown, make_memory, make_ways
from rpdata.artefacts.sentencepiece_file import NORMAL, NotAModelError, SentencePieceFile, parse
from rpdata.errors import UserError
from rpdata.text.arrays import Bytes, Ints
from rpdata.text.hashing import draw_secret

UNKNOWN_PENALTY = 10.0      # below the least score of a piece
CHUNK_BYTES = 1 << 20       # of lines that are cut at a time, unless one is longer


class PieceModel:
    """A SentencePiece model."""

    def __init__(self, path: Path) -> None:
        """Load a model; UserError if it is none, or not whole."""
        try:
            data = path.read_bytes()
            self._file = parse(data)
            self._processor = sentencepiece.SentencePieceProcessor(model_proto=data)
        except (OSError, RuntimeError, ValueError, NotAModelError) as error:
            raise UserError(f"{path} is not a model of SentencePiece, or not a whole one: {error}") from error
        if not self._file.pieces:
            raise UserError(f"{path} is not a model of SentencePiece, or not a whole one: it has no pieces")
        self._words = words_of(self._file)

    @property
    def by_words(self) -> bool:
        """Whether most lines are cut by the kernels; else it is all left to the library."""
        return self._words is not None

    def forget(self) -> None:
        """Start with an empty memory of words."""
        if self._words is not None:
            self._words.forget()

    def vocabulary(self) -> list[str]:
        """All pieces that a text can become, by their own numbers; empty for one that none becomes."""
        p = self._processor
        return [
            "" if p.is_control(i) or p.is_unknown(i) or p.is_unused(i) else p.id_to_piece(i) for i in range(len(p))
        ]

    def cut(self, lines: pa.LargeStringArray) -> Iterator[tuple[Ints, Pieces]]:
        """The lines in parts, in any order: the numbers of some of them, and those lines cut into pieces."""
        if self._words is None:
            yield np.arange(len(lines)), self._by_library(lines)
            return
        offsets = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset :] if len(lines) else np.zeros(1, np.int64)
        first = 0
        while first < len(lines):
            after = int(np.searchsorted(offsets[: len(lines) + 1], offsets[first] + CHUNK_BYTES, "right")) - 1
            after = max(after, first + 1)
            pieces, odd = self._words.cut(lines[first:after])
            plain = np.flatnonzero(odd == 0)
            if len(plain):
                yield plain + first, pieces._replace(lines=np.append(pieces.lines[plain], pieces.lines[-1]))
            if len(plain) < after - first:
                rows = np.flatnonzero(odd) + first
                yield rows, self._by_library(lines.take(pa.array(rows)))
            first = after

    def split(self, lines: pa.LargeStringArray) -> list[bytes]:
        """The pieces of each line, UTF-8, with a blank between any two; what is unknown stays as it is written."""
        joined = [b""] * len(lines)
        for rows, pieces in self.cut(lines):
            for row, line in zip(rows.tolist(), joined_lines(pieces), strict=True):
                joined[row] = line
        return joined

    def _by_library(self, lines: pa.LargeStringArray) -> Pieces:
        cut = self._processor.encode(lines.to_pylist(), out_type=bytes)
        pieces = [piece for line in cut for piece in line]
        return Pieces(
            np.frombuffer(b"".join(pieces) + bytes(MARGIN), np.uint8).copy(),
            np.fromiter(accumulate(map(len, pieces), initial=0), np.int64, len(pieces) + 1),
            np.full(len(pieces), NONE, np.int32),
            np.fromiter(accumulate(map(len, cut), initial=0), np.int64, len(cut) + 1),
        )


def joined_lines(pieces: Pieces) -> list[bytes]:
    """Each line with a blank between any two of its pieces."""
    out = np.empty(int(pieces.end[pieces.lines[-1]]) + len(pieces.number), np.uint8)
    offsets = np.zeros(len(pieces.lines), np.int64)
    join_pieces(pieces, out, offsets)
    data, ends = out.tobytes(), offsets.tolist()
    return [data[start:end] for start, end in pairwise(ends)]


class Words:
    """The kernels' view of a model, and their memory of words: from one batch to the next, up to a bound."""

    def __init__(self, model: SentencePieceFile) -> None:
        """Raises BadRulesError."""
        scores = [score for score, kind in zip(model.scores, model.types, strict=True) if kind == NORMAL]
        score = cast(float, np.float32(min(scores)) - np.float32(UNKNOWN_PENALTY))
        self._rules = make_rules(model.charsmap)
        self._trie = make_trie(model)
        self._unknown = Unknown(score, max(abs(float(score)), max(scores)))
        self._secret = draw_secret()
        self._alone = Lock()
        self.forget()

    def forget(self) -> None:
        self._memory = make_memory()

    def cut(self, lines: pa.LargeStringArray) -> tuple[Pieces, Bytes]:
        """The lines cut, and a 1 for each that is not and has no pieces."""
        offsets = np.frombuffer(lines.buffers()[1], np.int64)[lines.offset : lines.offset + len(lines) + 1]
        text = np.frombuffer(lines.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
        text.flags.writeable = False    # as numba sees it, an array that may be written to is of another type
        pieces = make_pieces(text.size, len(lines))
        odd = np.zeros(len(lines), np.uint8)
        ways = make_ways(pieces.text.size)
        with self._alone:
            words, rows = self._memory.used
            if words > len(self._memory.hashes) // 2 or rows > len(self._memory.piece) // 2:
                self.forget()
            cut_lines(
                text, offsets - offsets[0], self._rules, self._trie, self._unknown, self._secret, self._memory, ways,
                pieces, odd,
            )
        return pieces, odd


def words_of(model: SentencePieceFile) -> Words | None:
    """None if the model is one that only the library follows."""
    try:
        return Words(model) if model.is_plain else None
    except BadRulesError:
        return None
