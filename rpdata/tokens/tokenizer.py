"""A tokenizer as the library `tokenizers` saves it: one file, `tokenizer.json`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.errors import UserError
from rpdata.ledger import configuration_hash, hash_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FILE = "tokenizer.json"
BYTES_AT_ONCE = 1 << 20     # of text: what is known of a token while a text is cut takes some hundred bytes


@dataclass(frozen=True)
class TokenizerFile:
    """A file that was looked at; travels to workers, which read it themselves.

    Attributes
    ----------
    path: absolute. xxh3: of its bytes. vocabulary: how many tokens it knows.
    """

    path: Path
    xxh3: str
    vocabulary: int

    @classmethod
    def read(cls, path: Path) -> "TokenizerFile":
        """UserError if there is no such file (or folder with a tokenizer.json), or it is no tokenizer."""
        file = (path / FILE if path.is_dir() else path).absolute()
        if not file.is_file():
            raise UserError(
                f"no such file: {file}. --tokenizer wants the {FILE} of a tokenizer, or the folder that it is in "
                f"(tokenizers.Tokenizer.from_pretrained(NAME).save('{FILE}') writes that of a model of the hub)"
            )
        xxh3 = hash_of(file)
        return cls(file, xxh3, loaded(file, xxh3).get_vocab_size())

    @property
    def version(self) -> str:
        """Stands for all that decides a count but the text: the file, and the library that reads it."""
        return configuration_hash({"tokenizer": self.xxh3, "tokenizers": version("tokenizers")})

    def count(self, texts: pa.StringArray) -> npt.NDArray[np.int32]:
        """How many tokens each text has: without special tokens, without truncation or padding."""
        tokenizer = loaded(self.path, self.xxh3)
        found = np.zeros(len(texts), np.int32)
        for rows in slices(texts):
            some = texts[rows.start:rows.stop].to_pylist()
            found[rows] = [len(each) for each in tokenizer.encode_batch_fast(some, add_special_tokens=False)]
        return found


def slices(texts: pa.StringArray) -> Iterator[slice]:
    """All rows in order, in slices of BYTES_AT_ONCE, or of one text that is longer."""
    ends = np.cumsum(pc.binary_length(texts).to_numpy())
    start = 0
    while start < len(texts):
        before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, before + BYTES_AT_ONCE, side="right")))
        yield slice(start, stop)
        start = stop


@lru_cache(maxsize=1)
def loaded(path: Path, xxh3: str) -> "Tokenizer":
    """The tokenizer of a file; UserError if the library is not here, or the file is none, or not that one."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")    # there is a process for every core
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise UserError(
            "cannot count tokens: `tokenizers` is not installed. Install it: pip install 'rpdata[tokens]'"
        ) from None
    if hash_of(path) != xxh3:
        raise UserError(f"{path} changed while tokens were counted. Leave it alone, and run the same command again")
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:      # the library raises nothing narrower
        raise UserError(f"{path} is no {FILE} of the library tokenizers: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
