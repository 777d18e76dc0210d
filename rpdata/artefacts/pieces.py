"""Lines of text as the pieces of a SentencePiece model (Kudo and Richardson 2018), for a language model to read."""

from pathlib import Path

import pyarrow as pa
import sentencepiece

from rpdata.errors import UserError


class Pieces:
    """A SentencePiece model."""

    def __init__(self, path: Path) -> None:
        """Load a model; UserError if it is none, or not whole."""
        try:
            self._processor = sentencepiece.SentencePieceProcessor(model_proto=path.read_bytes())
        except (OSError, RuntimeError, ValueError) as error:
            raise UserError(f"{path} is not a model of SentencePiece, or not a whole one: {error}") from error
        if self._processor.get_piece_size() == 0:
            raise UserError(f"{path} is not a model of SentencePiece, or not a whole one: it has no pieces")

    def vocabulary(self) -> list[str]:
        """All pieces that a text can become."""
        p = self._processor
        return [p.id_to_piece(i) for i in range(len(p)) if not (p.is_control(i) or p.is_unknown(i) or p.is_unused(i))]

    def split(self, lines: pa.LargeStringArray) -> list[bytes]:
        """The pieces of each line, UTF-8, with a blank between any two; what is unknown stays as it is written."""
        return [b" ".join(pieces) for pieces in self._processor.encode(lines.to_pylist(), out_type=bytes)]
