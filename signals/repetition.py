"""Repetition (Gopher, Rae et al. 2021, A1.1 and table A1).

All work on normalised words; characters are code points, and the spaces between words do not count.
"""

import pyarrow as pa

from rpdata.signals.catalogue import signal
from rpdata.signals.rounding import ratio
from rpdata.text.stats import TextStats

SOURCE = "Gopher (Rae et al. 2021), table A1"

for n in (10, 5, 6, 7, 8, 9):   # RedPajama-V2's keys are sorted as text

    @signal(f"rps_doc_frac_chars_dupe_{n}grams", unit="1", source=SOURCE)
    def duplicate_ngrams(text: TextStats, n: int = n) -> pa.Array:
        """Characters of the words under a word n-gram that occurs at least twice, over all characters.

        Every word counts once, and the first occurrence counts too. 0 if no such n-gram occurs twice.
        """
        return ratio(text.duplicate_ngram_code_points[n], text.word_code_points, empty=0.0)


for n in (2, 3, 4):

    @signal(f"rps_doc_frac_chars_top_{n}gram", unit="1", source=SOURCE)
    def top_ngram(text: TextStats, n: int = n) -> pa.Array:
        """Characters of the most frequent word n-gram (on ties the first one) times its count, over all characters.

        0 if no n-gram occurs twice. Overlapping occurrences all count, so that it can exceed 1.
        """
        return ratio(text.top_ngram_code_points[n], text.word_code_points, empty=0.0)
