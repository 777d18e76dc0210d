"""How each kind of artefact is asked about documents: an adapter from its own interface to columns of ModelStats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import pyarrow as pa

from rpdata.artefacts.folder import Stored
from rpdata.signals.fingerprint import content, digest

# Rows of `documents/` in one language -> columns of ModelStats.
Scorer: TypeAlias = Callable[[pa.RecordBatch], Mapping[str, pa.Array]]


@dataclass(frozen=True)
class Kind:
    """load: what scores the documents of one language with all of its artefacts of the kind.
    columns: what each of them gives, with types. modules: whose code decides the values."""

    load: Callable[[Sequence[Stored]], Scorer]
    columns: Callable[[Stored], Mapping[str, pa.DataType]]
    modules: tuple[ModuleType, ...]


KINDS: dict[str, Kind] = {}


@cache
def code(kind: str) -> str:
    """A hash (16 hex digits) of the code that decides what artefacts of a kind say."""
    return digest(content(Path(str(module.__file__))) for module in KINDS[kind].modules)
