"""Train the pieces of a language model: SentencePiece's unigram model (Kudo 2018), with the settings of cc_net."""

import io
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
import sentencepiece

from rpdata.errors import UserError
from rpdata.text.lm_normalise import normalise_lines

VOCABULARY = 65_536
COVERAGE = 0.9995           # of the characters; the rest is unknown
LONGEST_SENTENCE = 4096     # bytes; SentencePiece leaves out what is longer than 4,192
MOST_BYTES = 200_000_000    # of text: what SentencePiece can hold in memory, many times over
THREADS = 2                 # fixed: sums are made for each thread, so their last digits depend on the number


def train_pieces(texts: Callable[[], Iterator[pa.StringArray]], vocabulary: int, normalisation: str) -> bytes:
    """The model of texts that can be read more than once, as the bytes of its file.

    Of more than MOST_BYTES of text, every second, third ... document is taken, so that it is less. Pieces are learnt
    from the lines of a document, not from the one line that they fuse to. UserError if the text does not suffice.
    """
    if next(sentences(texts(), 1), None) is None:
        raise UserError("no text to learn pieces from: its documents are blank")
    every = 1 + sum(batch.nbytes for batch in texts()) // MOST_BYTES
    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=sentences(texts(), every),
            model_writer=model,
            model_type="unigram",
            vocab_size=vocabulary,
            hard_vocab_limit=False,
            character_coverage=COVERAGE,
            normalization_rule_name=normalisation,
            num_threads=THREADS,
            minloglevel=2,
        )
    except (RuntimeError, ValueError) as error:
        raise UserError(
            f"cannot learn {vocabulary:,} pieces from this text: {error}.\nGive more text, or a --vocabulary that fits"
        ) from error
    return model.getvalue()


def sentences(batches: Iterator[pa.StringArray], every: int) -> Iterator[str]:
    """The normalised lines of every so-manieth document, cut at blanks where they are long."""
    first = 0
    for batch in batches:
        chosen = batch.take(pa.array(range(-first % every, len(batch), every), pa.int64()))
        first += len(batch)
        for line in normalise_lines(pc.list_flatten(pc.split_pattern(chosen, "\n"))).to_pylist():
            yield from cut(line)


def cut(line: str) -> Iterator[str]:
    """A line in parts of at most LONGEST_SENTENCE bytes, cut before blanks if there are any; none if it is blank."""
    while len(line.encode()) > LONGEST_SENTENCE:
        part = line.encode()[:LONGEST_SENTENCE].decode(errors="ignore")
        end = part.rfind(" ", 1)
        part = part[:end] if end > 0 else part
        yield part
        line = line[len(part) :]
    if line.strip():
        yield line
