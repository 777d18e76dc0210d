"""An n-gram model as the `kenlm` library reads it: an ARPA file, plain or of gzip, or one of its own binaries."""

import gzip
import re
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import kenlm
import numpy as np
import numpy.typing as npt

from rpdata.errors import UserError

MAX_ORDER = 6                       # the library is compiled for
BINARY = b"mmap lm http://kheafield.com/code format version"
GZIP = b"\x1f\x8b"
HEADER_BYTES = 1 << 16
COUNT = re.compile(rb"ngram ([0-9]{1,2})\s*=\s*([0-9]{1,12})\s*")
LEAST_BYTES_OF_NGRAM = 4            # "0\ta\n"
MOST_GROWTH = 1032                  # of gzip


class KenlmModel:
    """`path` as the library loaded it."""

    def __init__(self, path: Path) -> None:
        """Load a model; UserError if it is none, or not whole. The library itself reads past the end of some that are
        damaged, so the header of an ARPA file is looked at before."""
        try:
            check_header(path)
            config = kenlm.Config()
            config.show_progress = False
            config.arpa_complain = kenlm.ARPALoadComplain.NONE
            self._model: Any = kenlm.Model(str(path), config)
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise UserError(
                f"{path} is not a language model that kenlm can read, or not a whole one: {error}"
            ) from error

    def __contains__(self, word: str) -> bool:
        return word in self._model

    def scores(self, lines: Sequence[bytes]) -> npt.NDArray[np.float64]:
        """log10 of the probability of each line, words with blanks between, with <s> before and </s> behind."""
        score = self._model.score
        return np.fromiter((score(line) for line in lines), np.float64, len(lines))


def check_header(path: Path) -> None:
    """Raises ValueError, or what reading raises, if a file cannot be a model, or is an ARPA file with a bad header."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    most = path.stat().st_size
    if head.startswith(BINARY):
        return
    if head.startswith(GZIP):
        with gzip.open(path) as unpacked:
            head = unpacked.read(HEADER_BYTES)
        most *= MOST_GROWTH
    lines = iter(head.lstrip().split(b"\n"))
    if next(lines).strip() != b"\\data\\":
        raise ValueError("it does not begin with \\data\\, nor like a binary of kenlm")
    counts: list[int] = []
    for line in lines:
        if not (found := COUNT.fullmatch(line)):
            break
        if int(found[1]) != len(counts) + 1:
            raise ValueError(f"it counts n-grams of order {int(found[1])} where order {len(counts) + 1} belongs")
        counts.append(int(found[2]))
    if line.strip() or not 2 <= len(counts) <= MAX_ORDER or counts[0] < 1:
        raise ValueError(f"its header tells of {counts} n-grams, up to {line[:40]!r}; orders 2 to {MAX_ORDER} can be")
    if sum(counts) * LEAST_BYTES_OF_NGRAM > most:
        raise ValueError(f"its header tells of {sum(counts):,} n-grams, more than are in a file of its size")
