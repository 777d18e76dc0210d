"""The artefacts of a run: what they say of a batch, each asked for the documents of its language.

An artefact feeds columns of `quality_signals/` by its name without the language: `lm.de` and `lm.fr` feed the same
ones, and a document of another language has null there.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.annotate.scorers import KINDS, Scorer, code
from rpdata.artefacts.folder import Stored
from rpdata.artefacts.importance import refuse_mixture
from rpdata.errors import UserError
from rpdata.signals import CATALOGUE, ModelStats, named
from rpdata.signals.columns import SPANS
from rpdata.signals.fingerprint import digest
from rpdata.signals.own_models import names_fed_by


@dataclass(frozen=True)
class Models:
    """Small, so that it travels to every worker; models are loaded where they are first asked.

    Attributes
    ----------
    identities: name -> sha256 of all artefacts that the dataset's columns are fed by.
    here: those of them whose files are at hand, by name.
    replaced: what was known of those whose places others took.
    """

    identities: Mapping[str, str] = field(default_factory=dict)
    here: Mapping[str, Stored] = field(default_factory=dict)
    replaced: tuple[str, ...] = ()

    def with_those(self, given: Mapping[str, Stored]) -> "Models":
        """With more artefacts; one of the same name takes the place of another.

        UserError if one feeds no signal, or two do not go together.
        """
        refuse_useless(given.values())
        here = {**self.here, **given}
        refuse_mixtures(here.values())
        identities = {**self.identities, **{name: stored.sha256 for name, stored in given.items()}}
        replaced = tuple(
            f"{name} of the dataset (sha256 {sha256[:12]}...)"
            for name, sha256 in self.identities.items() if sha256 != identities[name]
        )
        return Models(dict(sorted(identities.items())), here, replaced)

    def fed(self) -> dict[str, str]:
        """The names without a language, each with a hash of what its artefacts say: their files and our code."""
        parts = defaultdict(list)
        for name, sha256 in sorted(self.identities.items()):
            parts[what(name)].append(f"{name} {sha256}")
        return {name: digest([code(name.partition(".")[0]), *identities]) for name, identities in parts.items()}

    def feeding(self, columns: Iterable[str]) -> set[str]:
        """The names of the artefacts that these columns of `quality_signals/` are fed by."""
        asked = {name for column in columns if column not in SPANS for name in feeds(column)}
        return {name for name in self.identities if what(name) in asked}

    def lacking(self, columns: Iterable[str]) -> list[str]:
        """Those of them that are not here."""
        return sorted(self.feeding(columns) - set(self.here))

    def are_not_here(self, lacking: Sequence[str], needed_by: str) -> UserError:
        """The error for columns that can't be computed."""
        named = ", ".join(f"{name} (sha256 {self.identities[name][:12]}...)" for name in lacking)
        return UserError(
            f"the signals of {needed_by} need artefacts that the dataset's signals were computed with: {named}.\n"
            "Say where they are: --artefacts FOLDER (repeatable). A signal is computed for all languages at once, and "
            "after an upgrade of rpdata that changes it anew, with all artefacts of the dataset that feed it"
        )

    def ask(
        self,
        documents: pa.RecordBatch,
        languages: Sequence[str | None],
        columns: Iterable[str],
        seconds: dict[str, float],
        skipped: npt.NDArray[np.bool_] | None = None,
    ) -> ModelStats:
        """What the signals of these columns read.

        languages: of each document. seconds: what each kind of artefact took is added to its name. skipped: documents
        about which none is asked.
        """
        asked = [self.here[name] for name in sorted(self.feeding(columns))]
        found: dict[str, pa.Array] = {"lm": documents["perplexity"], "lm.bucket": documents["bucket"]}
        for kind, group in by_kind(asked).items():
            began = time.perf_counter()
            for language, scorer in loaded(kind, group).items():
                rows = rows_in(language, languages)
                rows = rows if skipped is None else rows[~skipped[rows]]
                if len(rows):
                    said = scorer(documents if len(rows) == documents.num_rows else documents.take(pa.array(rows)))
                    for name, values in said.items():
                        before = found.get(name, pa.nulls(documents.num_rows, values.type))
                        found[name] = put(values, rows, before)
            seconds[kind] = seconds.get(kind, 0.0) + time.perf_counter() - began
        for stored in asked:
            for name, values in KINDS[stored.kind].columns(stored).items():
                found.setdefault(name, pa.nulls(documents.num_rows, values))    # no document is in its language
        return ModelStats(found)


def refuse_useless(artefacts: Iterable[Stored]) -> None:
    """UserError for an artefact that no signal is a formula of."""
    fed = {name for column in CATALOGUE for name in feeds(column)}
    for stored in artefacts:
        if stored.what not in fed and not names_fed_by(stored.what):
            raise UserError(
                f"no signal is fed by the artefact {stored.name} ({stored.folder}); "
                f"signals are fed by {', '.join(sorted(fed))}, each with its language behind"
            )


def refuse_mixtures(artefacts: Iterable[Stored]) -> None:
    """UserError for importances of one language that can't be used together, before a unit meets them."""
    first: dict[str | None, Stored] = {}
    for stored in artefacts:
        if stored.kind == "importance":
            refuse_mixture(first.setdefault(stored.language, stored), stored)


def what(name: str) -> str:
    """An artefact's name without its language: `importance.books` for `importance.books.en`."""
    return name if name.startswith("domains.") else name.rpartition(".")[0]


def feeds(column: str) -> set[str]:
    """The artefacts, without a language, that a column is fed by."""
    signal = named(column)
    return {name for name in (signal.artefact, signal.filled_by) if name}


def by_kind(artefacts: Iterable[Stored]) -> dict[str, list[Stored]]:
    kinds = defaultdict(list)
    for stored in artefacts:
        kinds[stored.kind].append(stored)
    return kinds


def loaded(kind: str, artefacts: Iterable[Stored]) -> dict[str | None, Scorer]:
    """For each language what scores its documents with all of these artefacts."""
    languages = defaultdict(list)
    for stored in artefacts:
        languages[stored.language].append(stored)
    return {language: _load(kind, Key(tuple(group))) for language, group in languages.items()}


@dataclass(frozen=True)
class Key:
    """Artefacts as a key of the cache of loaded models: the same by their identities, wherever they lie."""

    artefacts: tuple[Stored, ...]

    def __hash__(self) -> int:
        return hash(self._identities)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and self._identities == other._identities

    @property
    def _identities(self) -> tuple[tuple[str, str], ...]:
        return tuple((stored.name, stored.sha256) for stored in self.artefacts)


@cache
def _load(kind: str, key: Key) -> Scorer:
    return KINDS[kind].load(key.artefacts)


def rows_in(language: str | None, languages: Sequence[str | None]) -> np.ndarray:
    """The rows of that language; None is all of them."""
    if language is None:
        return np.arange(len(languages))
    return np.flatnonzero([found == language for found in languages])


def put(values: pa.Array, rows: np.ndarray, before: pa.Array) -> pa.Array:
    """`before` with the values in the given rows."""
    if len(rows) == len(before):
        return values
    places = np.arange(len(before))
    places[rows] = len(before) + np.arange(len(rows))
    return pc.take(pa.concat_arrays([before, values]), pa.array(places))
