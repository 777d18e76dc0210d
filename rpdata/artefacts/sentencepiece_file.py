"""What is in the file of a SentencePiece model (`sentencepiece_model.proto`), as far as cutting text needs it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)      # the types of pieces
UNIGRAM = 1
SPACE = "▁".encode()

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5                          # how Protocol Buffers store a value


class NotAModelError(Exception):
    """The bytes are no SentencePiece model; its text says why."""


@dataclass
class SentencePieceFile:
    """pieces: by their ids. charsmap: the rules of its normalisation; empty for none."""

    pieces: list[bytes] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    algorithm: int = UNIGRAM
    suffix_space: bool = False
    byte_fallback: bool = False
    charsmap: bytes = b""
    dummy_prefix: bool = True
    one_space: bool = True
    escapes_space: bool = True

    @property
    def is_plain(self) -> bool:
        """Whether words are cut each for itself: a unigram model, as it is trained unless one asks for more.

        Every word then begins with the sign for a space, no piece has that anywhere else, and it is a piece itself,
        so no run of unknown characters crosses it.
        """
        return (
            self.algorithm == UNIGRAM
            and not (self.suffix_space or self.byte_fallback)
            and (self.dummy_prefix and self.one_space and self.escapes_space)
            and not {USER_DEFINED, BYTE} & set(self.types)
            and self.types.count(UNKNOWN) == 1
            and (SPACE, NORMAL) in zip(self.pieces, self.types, strict=True)
            and not any(
                SPACE in piece[1:] for piece, kind in zip(self.pieces, self.types, strict=True) if kind == NORMAL
            )
        )


def parse(data: bytes) -> SentencePieceFile:
    """Raises NotAModelError."""
    model = SentencePieceFile()
    try:
        for number, value in fields(data):
            if number == 1:
                piece = dict(fields(value))
                model.pieces.append(piece[1])
                model.scores.append(struct.unpack("<f", piece.get(2, bytes(4)))[0])
                model.types.append(piece.get(3, NORMAL))
            elif number == 2:
                trainer = dict(fields(value))
                model.algorithm = trainer.get(3, UNIGRAM)
                model.suffix_space = bool(trainer.get(24, 0))
                model.byte_fallback = bool(trainer.get(35, 0))
            elif number == 3:
                rules = dict(fields(value))
                model.charsmap = rules.get(2, b"")
                model.dummy_prefix, model.one_space, model.escapes_space = (bool(rules.get(i, 1)) for i in (3, 4, 5))
    except (IndexError, KeyError, TypeError, struct.error) as error:
        raise NotAModelError(f"its parts do not follow one another ({error!r})") from error
    return model


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a message: numbers, and values as integers or bytes."""
    position = 0
    while position < len(data):
        tag, position = varint(data, position)
        if tag & 7 == VARINT:
            value, position = varint(data, position)
            yield tag >> 3, value
            continue
        if tag & 7 == BYTES:
            size, position = varint(data, position)
        else:
            size = {FIXED_32: 4, FIXED_64: 8}[tag & 7]
        if size > len(data) - position:
            raise IndexError("a part is longer than the file")
        yield tag >> 3, data[position : position + size]
        position += size


def varint(data: bytes, position: int) -> tuple[int, int]:
    """A number of seven bits for each byte, the lowest first, and the position behind it."""
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            return value, position
