"""How each kind of artefact is asked about documents: from its own interface to columns of ModelStats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.artefacts import (
    bad_words,
    classifier,
    cutoffs,
    domains,
    fasttext_file,
    fasttext_labels,
    fasttext_model,
    fasttext_scan,
    fasttext_vectors,
    fasttext_words,
    importance,
    kenlm_model,
    perplexity,
    piece_rules,
    piece_scan,
    piece_trie,
    piece_words,
    pieces,
    sentencepiece_file,
)
from rpdata.artefacts.folder import Stored
from rpdata.signals.fingerprint import content, digest, kernel_hash

# Rows of `documents/` in one language -> columns of ModelStats.
Scorer: TypeAlias = Callable[[pa.RecordBatch], Mapping[str, pa.Array]]

TEXT, DOMAIN = "raw_content", "source_domain"
NO_BUCKET = "all"           # what cc_net writes where it had no language model

FASTTEXT = (fasttext_file, fasttext_labels, fasttext_model, fasttext_scan, fasttext_vectors, fasttext_words)
PIECES = (piece_rules, piece_scan, piece_trie, piece_words, pieces, sentencepiece_file)


@dataclass(frozen=True)
class Kind:
    """One kind of artefact.

    Attributes
    ----------
    load: what scores the documents of one language with all of the kind's artefacts for it.
    suffixes: of the columns that an artefact gives (behind its name without the language), with their types.
    modules: whose code, with that of the text kernels, decides the values.
    libraries: whose versions do.
    """

    load: Callable[[Sequence[Stored]], Scorer]
    suffixes: Mapping[str, pa.DataType]
    modules: tuple[ModuleType, ...]
    libraries: tuple[str, ...] = ()

    def columns(self, stored: Stored) -> dict[str, pa.DataType]:
        return {f"{stored.what}{suffix}": kind for suffix, kind in self.suffixes.items()}


def language_model(artefacts: Sequence[Stored]) -> Scorer:
    """Of the documents without a perplexity; what the input says stands, the bucket of a document without one, too."""
    (stored,) = artefacts
    model = perplexity.LanguageModelScorer.load(stored)

    def score(documents: pa.RecordBatch) -> dict[str, pa.Array]:
        unknown = documents["perplexity"].is_null()
        found = model.perplexity(documents[TEXT].filter(unknown))
        buckets = model.cutoffs.buckets(found) if model.cutoffs else pa.nulls(len(found), pa.string())
        computed = pc.replace_with_mask(pa.nulls(len(unknown), pa.string()), unknown, buckets)
        told = pc.if_else(pc.equal(documents["bucket"], NO_BUCKET), None, documents["bucket"])
        return {
            "lm": pc.replace_with_mask(documents["perplexity"], unknown, found),
            "lm.bucket": pc.coalesce(told, computed),
        }

    return score


def classifiers(artefacts: Sequence[Stored]) -> Scorer:
    models = {stored.what: classifier.Classifier.load(stored) for stored in artefacts}
    return lambda documents: {name: model.scores(documents[TEXT]) for name, model in models.items()}


def importances(artefacts: Sequence[Stored]) -> Scorer:
    """All targets in one pass. Null for an empty text; a mean per word is null for a text without words, too."""
    tables = importance.ImportanceTables.load({stored.what: stored for stored in artefacts})

    def score(documents: pa.RecordBatch) -> dict[str, pa.Array]:
        found = tables.score(documents[TEXT])
        empty, wordless = found.code_points == 0, found.raw_words == 0
        columns = {}
        for name, ratios in found.log_ratios.items():
            columns[name] = pa.array(ratios, mask=empty)
            columns[f"{name}.length_correction"] = pa.array(ratios + found.length_corrections[name], mask=empty)
            columns[f"{name}.per_word"] = pa.array(found.per_word(name), mask=wordless)
        return columns

    return score


def list_of_words(artefacts: Sequence[Stored]) -> Scorer:
    (stored,) = artefacts
    words = bad_words.BadWords.load(stored)

    def count(documents: pa.RecordBatch) -> dict[str, pa.Array]:
        found = words.count(documents[TEXT])
        columns = {"bad_words": found.as_published, "bad_words.normalised": found.normalised}
        return {name: pa.array(values.astype(np.int32)) for name, values in columns.items()}

    return count


def lists_of_domains(artefacts: Sequence[Stored]) -> Scorer:
    lists = {stored.what: domains.Domains.load(stored) for stored in artefacts}

    def look_up(documents: pa.RecordBatch) -> dict[str, pa.Array]:
        columns: dict[str, pa.Array] = {}
        for name, listed in lists.items():
            columns[name] = listed.set_numbers(documents[DOMAIN])
            columns[f"{name}.categories"] = listed.categories(documents[DOMAIN])
        return columns

    return look_up


KINDS = {
    "lm": Kind(
        language_model, {"": pa.float64(), ".bucket": pa.string()}, (perplexity, cutoffs, kenlm_model, *PIECES),
        ("kenlm", "sentencepiece"),
    ),
    "classifier": Kind(classifiers, {"": pa.float64()}, (classifier, *FASTTEXT)),
    "importance": Kind(
        importances, dict.fromkeys(("", ".length_correction", ".per_word"), pa.float64()), (importance,)
    ),
    "bad_words": Kind(list_of_words, {"": pa.int32(), ".normalised": pa.int32()}, (bad_words,)),
    "domains": Kind(lists_of_domains, {"": pa.int32(), ".categories": pa.list_(pa.string())}, (domains,)),
}


@cache
def code(kind: str) -> str:
    """A hash (16 hex digits) of the code that decides what artefacts of a kind say."""
    here = Path(__file__)
    paths = [here, here.with_name("models.py"), *(Path(str(module.__file__)) for module in KINDS[kind].modules)]
    libraries = [f"{name} {version(name)}" for name in KINDS[kind].libraries]
    return digest([kernel_hash(), *map(content, paths), *libraries])
