"""How long a language model of a large text takes, and how much memory: `python tests/benchmarks/kneser_ney.py`.

The text is made here: words drawn by Zipf's law, each by itself, so that almost every n-gram is new: no text of its
size is harder. Its seed is fixed.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from rpdata.engine.resources import size

SEED = 20261120
WORDS = 1_000_000
SHIFT = 2.7                 # Mandelbrot's: the most frequent words are less frequent than in 1, 1/2, 1/3 ...
SENTENCE = 20               # words, on average
DRAWN = 1 << 20             # words at a time
LETTERS = "etaoinsrhdlucmfywgpbvkxqjz"

CHILD = """
import sys
from pathlib import Path
from rpdata.artefacts.kneser_ney import estimate
print(estimate(Path(sys.argv[1]), Path(sys.argv[2]), memory=int(sys.argv[3]), threads=int(sys.argv[4]),
               discount_fallback=True))
"""


def write_zipf_text(path: Path, length: int) -> None:
    """A text of about so many bytes."""
    random = np.random.default_rng(SEED)
    share = np.cumsum(1 / (np.arange(WORDS) + 1 + SHIFT))
    names = np.array([name(rank).encode() for rank in range(WORDS)], object)
    with path.open("wb") as file:
        while file.tell() < length:
            drawn = names[np.searchsorted(share, random.random(DRAWN) * share[-1])]
            ends = random.random(DRAWN) < 1 / SENTENCE
            file.write(b"".join(np.where(ends, drawn + b"\n", drawn + b" ").tolist()))


def name(rank: int) -> str:
    """Frequent words are short."""
    letters = LETTERS[rank % len(LETTERS)]
    while rank := rank // len(LETTERS):
        rank -= 1
        letters += LETTERS[rank % len(LETTERS)]
    return letters


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--text", type=Path, help="a text to take instead")
    parser.add_argument("--memory", type=size, default=size("2GiB"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="for the text, the model, and what is on disk on the way")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        text = options.text or Path(folder, "text")
        if not options.text:
            write_zipf_text(text, options.megabytes * 10**6)
        arpa = Path(folder, "lm.arpa")
        start = time.perf_counter()
        arguments = [text, arpa, options.memory, options.threads]
        subprocess.run([sys.executable, "-c", CHILD, *map(str, arguments)], check=True)
        wall = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(
            f"{text.stat().st_size / 1e6:.1f} MB of text, model of {arpa.stat().st_size / 1e6:.1f} MB: {wall:.1f} s, "
            f"{used.ru_utime + used.ru_stime:.1f} s of CPU, at most {used.ru_maxrss / 2**20:.2f} GiB of memory"
        )


if __name__ == "__main__":
    main()
