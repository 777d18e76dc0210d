"""One value for each line, for filters that drop lines (C4, Raffel et al. 2020; RefinedWeb, Penedo et al. 2023).

A line is what ends in a newline, or the rest after the last one; an empty document has none.
"""

import numpy as np
import pyarrow as pa

from rpdata.signals.catalogue import COUNT, FLAG, signal
from rpdata.signals.rounding import count, flag, ratio
from rpdata.text.stats import TextStats

C4 = "C4 (Raffel et al. 2020), section 2.2"
GOPHER = "Gopher (Rae et al. 2021), A1.1"
REFINED_WEB = "RefinedWeb (Penedo et al. 2023), appendix G.2"


@signal("rps_lines_ending_with_terminal_punctution_mark", unit="0 or 1", source=C4, type=FLAG, per_line=True)
def ending_with_terminal_punctuation_mark(text: TextStats) -> pa.Array:
    """Whether the line ends in . ! ? or U+201D, white space aside (no ASCII quote). (Misspelt as published.)"""
    return flag(text.lines.ends_with_terminal_mark)


@signal("rps_lines_javascript_counts", unit="occurrences", source=C4, type=COUNT, per_line=True)
def javascript_counts(text: TextStats) -> pa.Array:
    """Words of the normalised line that are `javascript`."""
    return count(text.lines.javascript_words)


@signal("rps_lines_num_words", unit="words", source=C4, type=COUNT, per_line=True, json="int")
def num_words(text: TextStats) -> pa.Array:
    """Words of the normalised line."""
    return count(text.lines.words)


@signal("rps_lines_numerical_chars_fraction", unit="1", source=REFINED_WEB, per_line=True)
def numerical_chars_fraction(text: TextStats) -> pa.Array:
    """Numeric code points (½, ² and 七 are) over all code points of the normalised line; 0 if that is empty."""
    return ratio(text.lines.numeric_code_points, text.lines.normalised_code_points, empty=0.0)


@signal("rps_lines_start_with_bulletpoint", unit="0 or 1", source=GOPHER, type=FLAG, per_line=True)
def start_with_bulletpoint(text: TextStats) -> pa.Array:
    """Whether the line starts, white space aside, with one of • ‣ ▶ ◀ ◦ ■ □ ▪ ▫ –; ASCII - and * are none.

    For an empty document RedPajama-V2 writes one empty span with null, and so does the export; here the list is empty.
    """
    return flag(text.lines.starts_with_bullet)


@signal("rps_lines_uppercase_letter_fraction", unit="1", source=REFINED_WEB, per_line=True)
def uppercase_letter_fraction(text: TextStats) -> pa.Array:
    """Capital letters over all code points of the line, its newline included."""
    return ratio(text.lines.uppercase_code_points, np.subtract(text.lines.end, text.lines.start), empty=0.0)
