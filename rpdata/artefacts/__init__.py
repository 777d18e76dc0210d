"""Models and lists that others made: which there are, where they come from, and the cache that holds them.

Nothing is downloaded unless `rpdata artefacts pull` is run. What a dataset was made with stands in its manifest, by
sha256.
"""

from rpdata.artefacts.pull import pull
from rpdata.artefacts.registry import ARTEFACTS, Artefact, by_hash, find
from rpdata.artefacts.store import home, is_here, path_of, sha256_of, verify

__all__ = [
    "ARTEFACTS", "Artefact", "by_hash", "find", "home", "is_here", "path_of", "pull", "sha256_of", "verify",
]
