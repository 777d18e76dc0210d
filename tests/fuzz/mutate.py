"""Inputs changed at random: all that can be done without atheris."""

import random
from collections.abc import Sequence

CHANGES = 4
LONGEST = 40        # bytes that one change takes out or puts in


def changed(rng: random.Random, seeds: Sequence[bytes]) -> bytes:
    """One of the seeds with some bytes replaced: by any, by bytes of a seed, by the same again."""
    data = rng.choice(seeds)
    for _ in range(rng.randrange(1, CHANGES + 1)):
        at = rng.randrange(len(data) + 1)
        end = at + rng.randrange(LONGEST)
        other = rng.choice(seeds)
        start = rng.randrange(len(other) + 1)
        new = rng.choice([b"", rng.randbytes(rng.randrange(4)), other[start : start + LONGEST], data[at:end] * 2])
        data = data[:at] + new + data[end:]
    return data
