"""Does it read like language? (Gopher, Rae et al. 2021, A1.1, and RedPajama-V2, Weber et al. 2024.)

*Raw words* are the tokens of the untouched text, punctuation runs among them; *words* are the normalised ones.
"""

import numpy as np
import pyarrow as pa

from rpdata.signals.catalogue import COUNT, signal
from rpdata.signals.rounding import count, ratio, score
from rpdata.text.stats import TextStats

GOPHER = "Gopher (Rae et al. 2021), A1.1"
REDPAJAMA = "RedPajama-V2 (Weber et al. 2024)"


@signal("rps_doc_frac_all_caps_words", unit="1", source="Pretrainer's Guide (Longpre et al. 2023)")
def frac_all_caps_words(text: TextStats) -> pa.Array:
    """Raw words in capitals (`A1`, `II`) over all raw words; null when there are none."""
    return ratio(text.raw_words_all_caps, text.raw_words)


@signal("rps_doc_frac_lines_end_with_ellipsis", unit="1", source=GOPHER)
def frac_lines_end_with_ellipsis(text: TextStats) -> pa.Array:
    """Lines that end in `...` or U+2026, white space aside, over all lines, empty ones too; null if there are none."""
    return ratio(text.ellipsis_lines, np.diff(text.line_offsets))


@signal("rps_doc_frac_no_alph_words", unit="1", source=GOPHER)
def frac_no_alph_words(text: TextStats) -> pa.Array:
    """Raw words without an ASCII letter over all raw words, so 1 for Greek or Chinese; null when there are none."""
    has_words = text.raw_words > 0
    return score(1 - text.raw_words_with_ascii_letter / np.where(has_words, text.raw_words, 1), has_words)


@signal("rps_doc_frac_unique_words", unit="1", source="Pretrainer's Guide (Longpre et al. 2023)")
def frac_unique_words(text: TextStats) -> pa.Array:
    """Distinct words over all words; null when there are none."""
    return ratio(text.unique_words, text.words)


@signal("rps_doc_mean_word_length", unit="code points / word", source=GOPHER)
def mean_word_length(text: TextStats) -> pa.Array:
    """Mean length of the words, in which an accent is a code point of its own (NFD); null when there are none."""
    return ratio(text.word_code_points, text.words)


@signal("rps_doc_num_sentences", unit="sentences", source="C4 (Raffel et al. 2020), section 2.2", type=COUNT)
def num_sentences(text: TextStats) -> pa.Array:
    r"""Matches of `\b[^.!?]+[.!?]*` in the text: `D.C.` and `3.30` count twice; 0 for an empty document."""
    return count(text.sentences)


@signal("rps_doc_symbol_to_word_ratio", unit="symbols / word", source=GOPHER)
def symbol_to_word_ratio(text: TextStats) -> pa.Array:
    """Occurrences of `#`, `...` and U+2026 over raw words; null when there are none."""
    return ratio(text.symbols, text.raw_words)


@signal("rps_doc_unigram_entropy", unit="nats", source=REDPAJAMA)
def unigram_entropy(text: TextStats) -> pa.Array:
    """Entropy of the frequencies of the words; null when there are none."""
    return score(text.word_entropy, text.words > 0)


@signal("rps_doc_word_count", unit="words", source=GOPHER, type=COUNT, json="int")
def word_count(text: TextStats) -> pa.Array:
    """Number of words; 0 for an empty document."""
    return count(text.words)
