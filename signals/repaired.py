"""What RedPajama-V2 meant to measure, under names of our own: the published values keep their quirks for ever."""

import pyarrow as pa

from rpdata.signals.catalogue import COUNT, signal
from rpdata.signals.content import C4, UT1
from rpdata.signals.importance import SOURCE, TARGETS
from rpdata.signals.model_stats import ModelStats
from rpdata.signals.rounding import rounded_where_known

PER_WORD = """The importance towards {target} over the number of raw words, so that texts of any length compare.

An importance is a sum over the words: a longer text's is further from 0. (The published correction for length compares
code points with mean numbers of words.) Null as the importance is, and for a text without words."""


@signal("rpdata_doc_ldnoobw_words", unit="occurrences", source=C4, type=COUNT, artefact="bad_words")
def bad_words(models: ModelStats) -> pa.Array:
    """Occurrences of the entries of the list among the words, the entries normalised as the words are.

    So entries with capitals, punctuation or accents match as well. 0 for an empty document; null for a language
    without a list.
    """
    return models["bad_words.normalised"]


@signal("rpdata_doc_ut1_categories", unit="names", source=UT1, type=pa.list_(pa.string()), artefact="domains.ut1")
def ut1_categories(models: ModelStats) -> pa.Array:
    """The UT1 categories that list the domain or one that it is part of, in alphabetical order.

    Compared in lower case, without port and leading `www.`. Empty if none does; null for a document without a domain.
    """
    return models["domains.ut1.categories"]


def per_word(key: str, target: str, languages: tuple[str, ...]) -> None:
    """Declare the mean importance towards one target."""
    artefact = f"importance.{key}"

    @signal(
        f"rpdata_doc_{key}_importance_per_word", unit="nats / word", source=SOURCE, languages=languages,
        artefact=artefact, definition=PER_WORD.format(target=target),
    )
    def mean(models: ModelStats) -> pa.Array:
        return rounded_where_known(models[f"{artefact}.per_word"])


for key, target, languages in TARGETS:
    per_word(key, target, languages)
