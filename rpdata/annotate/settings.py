"""The options of an annotation, and which of them decide what a step writes."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rpdata.engine.plan import Unit
from rpdata.ledger import configuration_hash
from rpdata.signals import code_hash
from rpdata.sources import ReadOptions
from rpdata.text.minhash import PERMUTATIONS, SEED, SHINGLE_WORDS

STEPS = ("documents", "quality_signals", "minhash")   # in the order of their ledger entries

# The options of `documents/` that matter to each input format; a cc_net record is taken as it is.
READ_OPTIONS = {
    "ccnet": ("max_document_bytes",),
    "wet": ("min_chars", "max_document_bytes"),
    "jsonl": ("text_column", "id_column", "url_column", "max_document_bytes"),
    "parquet": ("text_column", "id_column", "url_column", "max_document_bytes"),
}


@dataclass(frozen=True)
class Settings:
    """What one run is asked to do; travels to every worker.

    minhash: the family, "sha1" (RedPajama-V2's) or "xxh3".
    """

    output: Path
    read: ReadOptions = field(default_factory=ReadOptions)
    minhash: str = "sha1"

    def documents_configuration(self, source_format: str) -> dict[str, Any]:
        """What decides the documents that come out of an input of this format, besides its bytes."""
        return {option: getattr(self.read, option) for option in READ_OPTIONS[source_format]}

    def minhash_configuration(self) -> dict[str, Any]:
        family = {"shingle_words": SHINGLE_WORDS, "permutations": PERMUTATIONS, "seed": SEED}
        return {"minhash_hash": self.minhash, **family}

    def signals_configuration(self) -> dict[str, Any]:
        return {"code": code_hash()}

    def configuration(self, step: str, unit: Unit) -> str:
        """The hash that the ledger keeps for `step` of `unit`: another hash means that the work must be done again."""
        if step == "documents":
            return configuration_hash(self.documents_configuration(unit.inputs[0].format))
        return configuration_hash(
            self.signals_configuration() if step == "quality_signals" else self.minhash_configuration()
        )

    def for_unit(self, unit: Unit) -> ReadOptions:
        """The read options with the language that the plan gave the unit."""
        return replace(self.read, language=language_of(unit))


def language_of(unit: Unit) -> str:
    """The language of the unit's one partition: `en` for `en_head` and `en_all`."""
    return unit.partition.rpartition("_")[0]
