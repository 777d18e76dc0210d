"""The options of an annotation, and which of them decide what a step writes."""

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rpdata.annotate import identity
from rpdata.annotate.columns import Columns
from rpdata.annotate.language import DEFAULT_MODEL, LanguageModel, find_model, refuse_other_model
from rpdata.annotate.models import Models
from rpdata.annotate.paragraph_files import DEFINITION
from rpdata.annotate.paragraph_groups import OFF, ParagraphDedup
from rpdata.annotate.routing import Languages
from rpdata.artefacts.folder import Stored
from rpdata.engine.places import language_of
from rpdata.engine.plan import Input, Unit
from rpdata.errors import UserError, unknown_name
from rpdata.language_codes import check_code
from rpdata.ledger import configuration_hash, hash_of
from rpdata.manifest import Manifest
from rpdata.signals import code_hash, column_hashes, kernel_hash
from rpdata.sources import ReadOptions
from rpdata.text import Family
from rpdata.text.minhash import SEED, SHINGLE_WORDS
from rpdata.text.permute import PERMUTATIONS

if TYPE_CHECKING:
    from rpdata.annotate.cascade import Cascade
    from rpdata.decide.recipe import Recipe

EXTRACTOR = f"resiliparse {version('resiliparse')}"

# The options of `documents/` that matter to each input format; a cc_net record is taken as it is.
READ_OPTIONS = {
    "ccnet": ("max_document_bytes",),
    "wet": ("min_chars", "max_document_bytes", "strip_lines"),
    "warc": ("min_chars", "max_document_bytes", "extract"),
    "jsonl": ("text_column", "id_column", "url_column", "max_document_bytes"),
    "parquet": ("text_column", "id_column", "url_column", "max_document_bytes"),
}

BY_LANGUAGE = "partitions by language"      # its configuration in the manifest


@dataclass(frozen=True)
class Settings:
    """What one run is asked to do; travels to every worker.

    minhash: the family, "sha1" (RedPajama-V2's) or "xxh3".
    paragraphs: which lines go from the documents; None: none. groups, contents: the group of each unit by name, and a
        hash of what decides the lines that the units of a group lose, once that is known (`paragraphs_run`).
    languages, language_model: which documents to keep, and who says what language they are in; not used with
    `read.language` and for cc_net. model: the language model once it is found, see `with_model`.
    subset: hash of what decides which documents of another dataset these are; None: they are read from inputs.
    artefacts: those that are given to feed signals, by name. models: with those that the dataset has, see
    `with_artefacts`.
    for_recipe: the one that models see documents for, `Cascade`; None: they see all documents.
    """

    output: Path
    read: ReadOptions = field(default_factory=ReadOptions)
    minhash: Family = "sha1"
    paragraphs: ParagraphDedup | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    contents: Mapping[str, str] = field(default_factory=dict)
    languages: Languages | None = None      # None: not said, so the main ones
    language_model: str = DEFAULT_MODEL
    model: LanguageModel | None = None
    subset: str | None = None
    artefacts: Mapping[str, Stored] = field(default_factory=dict)
    models: Models = field(default_factory=Models)
    for_recipe: "Recipe | None" = None

    def with_model(self, found: Iterable[tuple[str, Input]], before: Manifest) -> "Settings":
        """The settings with languages and the model, if an input needs them.

        before: of the dataset, where it has begun; what it was made with counts, whether that is here or not.
        UserError if the model is another one, or in a new dataset is not here or lacks a language, or if languages are
        asked for where none is told apart.
        """
        needy = next((source.path for _, source in found if source.format != "ccnet"), None)
        if self.languages is not None and (needy is None or self.read.language is not None):
            reason = "--language says what all of it is in" if needy else (
                "cc_net files are of one language each, by their names; give those that you want, e.g. */de_*.json.gz"
            )
            raise UserError(f"cannot use --languages {self.languages} for this input: {reason}")
        if needy is None or self.read.language is not None:
            return self
        languages = self.languages or Languages()
        used = before.configurations.get(BY_LANGUAGE, {}).get("language_model")
        if used:
            model = find_model(self.language_model, used)
            refuse_other_model(model, used, self.output)
            return replace(self, languages=languages, model=model)
        try:
            model = find_model(self.language_model)
        except UserError as error:
            way = "" if before.units else "\nOr say what all documents are in: --language en"
            raise UserError(f"cannot tell the languages of {needy}: {error}{way}") from error
        labels = model.labels()
        for language in sorted(languages.named):
            if language not in labels:
                check_code(language, "--languages")
                raise unknown_name("language", language, labels)
        return replace(self, languages=languages, model=model)

    def with_artefacts(self, before: Manifest) -> "Settings":
        """The settings with their models: the artefacts given, and those that feed the dataset already.

        before: of the dataset, where it has begun. What it was made with stays with it; an artefact of the same name
        takes its place.
        """
        used = before.configurations.get("quality_signals", {}).get("artefacts", {})
        return replace(self, models=Models(used).with_those(self.artefacts))

    def in_group_of(self, unit: Unit) -> "Settings":
        """The settings of one unit's task, which know of its own group alone: of 90,000 they would weigh megabytes."""
        if self.paragraphs is None:
            return self
        group = self.groups[unit.name]
        known = {group: self.contents[group]} if group in self.contents else {}
        return replace(self, groups={unit.name: group}, contents=known)

    def before_groups(self) -> "Settings":
        """The settings of a task of the first pass, which needs to know nothing of groups or of earlier hashes."""
        asked = replace(self.paragraphs, earlier=()) if self.paragraphs else None
        return replace(self, paragraphs=asked, groups={}, contents={})

    def languages_configuration(self) -> dict[str, Any]:
        """What decides which documents of a unit are kept, and in which partitions, where a model tells languages."""
        return {"languages": str(self.languages), "language_model": str(self.model)}

    def documents_configuration(self, source_format: str) -> dict[str, Any]:
        """What decides the documents that come out of an input of this format, besides its bytes."""
        options = {option: getattr(self.read, option) for option in READ_OPTIONS[source_format]}
        return {**options, "extractor": EXTRACTOR} if source_format == "warc" else options

    def paragraphs_configuration(self) -> dict[str, Any]:
        """What decides, for all documents, which lines they lose; with no paragraph deduplication too."""
        if self.paragraphs is None:
            return {"paragraph_dedup": OFF, "paragraphs_against": None}
        earlier = sorted(known.xxh3 for known in self.paragraphs.earlier)
        against = configuration_hash({"earlier": earlier}) if earlier else None
        return {"paragraph_dedup": str(self.paragraphs), "paragraphs_against": against}

    def hashes_configuration(self, unit: Unit) -> str:
        """What decides the hashes of a unit's lines, besides its bytes."""
        options = self.documents_configuration(unit.inputs[0].format)
        return configuration_hash({**options, "definition": DEFINITION})

    def minhash_configuration(self) -> dict[str, Any]:
        family = {"shingle_words": SHINGLE_WORDS, "permutations": PERMUTATIONS, "seed": SEED}
        return {"minhash_hash": self.minhash, **family}

    def signals_configuration(self) -> dict[str, Any]:
        used = {"artefacts": dict(self.models.identities)} if self.models.identities else {}
        return {"code": code_hash(), **used, **self.recipe_configuration()}

    def recipe_configuration(self) -> dict[str, Any]:
        """What the manifest says of the recipe that models see documents for."""
        if self.cascade is None:
            return {}
        recipe = self.cascade.recipe
        told = {"recipe": recipe.name, "hash": recipe.hash, "rules": list(map(str, recipe.steps))}
        # after an edit a rule means something else, and a list of rules does not say what edits are before it
        told["rule_hashes"] = [] if recipe.edits else [rule.hash for rule in recipe.rules]
        return {"for_recipe": {**told, "columns": list(self.cascade.waiting)}}

    @cached_property
    def signal_columns(self) -> dict[str, str]:
        """The columns of `quality_signals/`, each with the hash of what it is made by, in their order."""
        columns = column_hashes(self.models.fed())
        return columns if self.cascade is None else self.cascade.versions(columns)

    @cached_property
    def cascade(self) -> "Cascade | None":
        """What is spared for `for_recipe`. UserError if that can't be."""
        if self.for_recipe is None:
            return None
        from rpdata.annotate.cascade import Cascade  # with Polars, which most runs do without

        fed = self.models.fed()
        return Cascade.of(self.for_recipe, list(column_hashes(fed)), fed)

    def configuration(self, step: str, unit: Unit) -> str:
        """The hash that the ledger keeps for `step` of `unit`: another hash means that the work must be done again."""
        if step == "documents" and self.subset is not None:
            return self.subset
        if step == "documents":
            languages = self.languages_configuration() if unit.partition is None else {}
            lines = self.contents.get(self.groups[unit.name]) if self.paragraphs else None
            edits = {**self.paragraphs_configuration(), "paragraphs": lines} if self.paragraphs else {}
            return configuration_hash({**self.documents_configuration(unit.inputs[0].format), **languages, **edits})
        if step == "quality_signals":
            return Columns.of(self.signal_columns, {}).configuration
        code = [kernel_hash(), hash_of(Path(inspect.getfile(identity)))]     # of the signature, and of id_int
        return configuration_hash({**self.minhash_configuration(), "code": code})

    def for_unit(self, unit: Unit) -> ReadOptions:
        """The read options with the language that the plan gave the unit, if it did."""
        return replace(self.read, language=None if unit.partition is None else language_of(unit.partition))
