"""What the words say: boilerplate, stop words, bad words, listed domains (C4, Gopher, RefinedWeb)."""

import pyarrow as pa
import pyarrow.compute as pc

from rpdata.signals.catalogue import COUNT, signal
from rpdata.signals.model_stats import ModelStats
from rpdata.signals.rounding import ratio
from rpdata.signals.stop_words import LANGUAGES
from rpdata.text.stats import TextStats

C4 = "C4 (Raffel et al. 2020), section 2.2"
UT1 = "RefinedWeb (Penedo et al. 2023), section 3.1; UT1 (Université Toulouse Capitole)"


@signal("rps_doc_curly_bracket", unit="1", source=C4)
def curly_bracket(text: TextStats) -> pa.Array:
    """Occurrences of { and } over the code points of the text; 0 for an empty one."""
    return ratio(text.curly_brackets, text.code_points, empty=0.0)


@signal(
    "rps_doc_ldnoobw_words",
    unit="occurrences",
    source=C4,
    type=COUNT,
    languages=("de", "en", "es", "fr", "it"),
    artefact="bad_words",
)
def ldnoobw_words(models: ModelStats) -> pa.Array:
    """Occurrences of the entries of the List of Dirty, Naughty, Obscene and Otherwise Bad Words among the words.

    Overlapping ones all count. Entries with capitals, punctuation or composed accents never match normalised words.
    0 for an empty document and for a language without a list.
    """
    return models["bad_words"].fill_null(0)


@signal("rps_doc_lorem_ipsum", unit="1", source=C4)
def lorem_ipsum(text: TextStats) -> pa.Array:
    """Occurrences of "lorem ipsum" in the normalised text over its code points; 0 for an empty one."""
    return ratio(text.lorem_ipsums, text.normalised_code_points, empty=0.0)


@signal(
    "rps_doc_stop_word_fraction", unit="1", source="Gopher (Rae et al. 2021), A1.1; RedPajama-V2", languages=LANGUAGES
)
def stop_word_fraction(text: TextStats) -> pa.Array:
    """Raw words that are stop words over all raw words, which runs of punctuation are too; case counts: `The` is none.

    0 for an empty document; null for a language without a list.
    """
    return pc.if_else(pa.array(text.has_stop_list), ratio(text.raw_stop_words, text.raw_words, empty=0.0), None)


@signal(
    "rps_doc_ut1_blacklist",
    unit="number of a set of categories",
    source=UT1,
    type=COUNT,
    artefact="domains.ut1",
    json="int",
)
def ut1_blacklist(models: ModelStats) -> pa.Array:
    """Number of the set of UT1 categories (adult, gambling, phishing, ...) that list the domain exactly as written.

    Null if none does; 0 is the number of a set like any other.
    """
    return models["domains.ut1"]
