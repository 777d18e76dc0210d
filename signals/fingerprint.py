"""What the values of a signal depend on, as hashes: the ledger keeps them, so that a change recomputes its columns.

A column depends on the text kernels, the Unicode data of this Python, the file of its family and what that builds on
(rounding, the assembly of columns); the signals of stop words on their lists, too; and what an artefact feeds on that.
Code is hashed as it is written, so that a changed comment recomputes as well: that costs a pass, while a change that
went unseen would cost the data.
"""

import inspect
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from unicodedata import unidata_version

import xxhash

import rpdata.text
from rpdata.signals import catalogue, columns, own_models, rounding, stop_words
from rpdata.signals.catalogue import CATALOGUE
from rpdata.signals.columns import SPANS, available

OWN_MODELS = "own models"
LISTS = {
    "rps_doc_stop_word_fraction": stop_words.PATH,
    "rpdata_doc_gopher_stop_words": stop_words.COMMON_PATH,
}
NOTHING: Mapping[str, str] = MappingProxyType({})


def code_hash(fed: Mapping[str, str] = NOTHING) -> str:
    """One hash (16 hex digits) of all that decides the values of `quality_signals/`, wherever the package lies."""
    return digest(f"{name} {value}" for name, value in column_hashes(fed).items())


def column_hashes(fed: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """A hash (16 hex digits) for each column of `schema(fed)`, those of the line spans among them.

    fed: the run's artefacts, by names without a language, and a hash of what decides what they say.
    """
    own = code_hashes()
    hashes = {name: own[name] for name in SPANS}
    for signal in available(fed):
        feeds = [fed[name] for name in (signal.artefact, signal.filled_by) if name and name in fed]
        code = own.get(signal.name, own[OWN_MODELS])
        hashes[signal.name] = digest([code, *feeds]) if feeds else code
    return hashes


@cache
def code_hashes() -> dict[str, str]:
    """The same for every column, artefacts apart; OWN_MODELS stands for those with a name of the user's own."""
    shared = [kernel_hash()]
    shared += [content(Path(inspect.getfile(module))) for module in (rounding, catalogue, columns)]
    hashes = {name: digest(shared) for name in SPANS}
    for signal in CATALOGUE.values():
        family = Path(inspect.getfile(signal.function))
        lists = [content(LISTS[signal.name])] if signal.name in LISTS else []
        hashes[signal.name] = digest([*shared, content(family), *lists])
    hashes[OWN_MODELS] = digest([*shared, content(Path(inspect.getfile(own_models)))])
    return hashes


@cache
def kernel_hash() -> str:
    """A hash (16 hex digits) of what measures texts: kernels and Unicode data. Signatures depend on no more."""
    kernels = sorted(Path(inspect.getfile(rpdata.text)).parent.rglob("*.py"))
    return digest([f"unicode {unidata_version}", *map(content, kernels)])


def content(path: Path) -> str:
    return f"{path.name} {xxhash.xxh3_64_hexdigest(path.read_bytes())}"


def digest(parts: Iterable[str]) -> str:
    return xxhash.xxh3_64_hexdigest("\n".join(parts).encode())
