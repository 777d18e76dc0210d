"""The goldens are Unicode 14 (Python 3.11): which texts mean something else to a Python with newer Unicode data?

`unicode14.npz` has a checksum of the properties that signals depend on for each of the 1,114,112 code points, as
Python 3.11 knows them. To make it again, run this file with Python 3.11.
"""

import sys
import unicodedata
import zlib
from functools import cache
from pathlib import Path

import numpy as np

PATH = Path(__file__).with_name("unicode14.npz")
VERSION = "14.0.0"


def changed_code_points(text: str) -> list[str]:
    """Those of the text's code points (as U+XXXX) whose properties differ from Unicode 14: none on Python 3.11."""
    if unicodedata.unidata_version == VERSION:
        return []
    return [f"U+{ord(c):04X}" for c in sorted(set(text)) if properties(c) != known()[ord(c)]]


def properties(c: str) -> int:
    """A checksum of a code point's properties; mappings to itself count as none, so that neighbours look alike."""
    lower, decomposed = c.lower(), unicodedata.normalize("NFD", c)
    found = (
        c.isalnum(), c.isupper(), c.islower(), c.istitle(), c.isnumeric(), c.isspace(), unicodedata.combining(c),
        lower if lower != c else "", decomposed if decomposed != c else "",
        (c + "Σ").lower()[-1], ("a" + c + "Σ").lower()[-1],   # cased, case-ignorable: they decide the final sigma
    )
    return zlib.crc32(ascii(found).encode())


@cache
def known() -> np.ndarray:
    return np.load(PATH)["properties"]


if __name__ == "__main__":
    if unicodedata.unidata_version != VERSION:
        sys.exit(f"this Python has Unicode {unicodedata.unidata_version}, not {VERSION}")
    of_all = np.array([properties(chr(i)) for i in range(sys.maxunicode + 1)], dtype=np.uint32)
    np.savez_compressed(PATH, properties=of_all)
