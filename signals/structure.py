"""How a document is made up of lines and paragraphs, and which of them repeat (Gopher, FineWeb, ROOTS).

A line is what ends in a newline, or the rest after the last one. A *blank* line has only white space, and paragraphs
are what blank lines separate. The length of a line is its code points, white space included, its newline not.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.signals.catalogue import COUNT, signal
from rpdata.signals.rounding import count, ratio, score
from rpdata.text.stats import TextStats

GOPHER = "Gopher (Rae et al. 2021), A1.1"
REPETITION = "Gopher (Rae et al. 2021), table A1; datatrove 0.10.1, GopherRepetitionFilter"
FINEWEB = "FineWeb (Penedo et al. 2024), 3.6; datatrove 0.10.1, FineWebQualityFilter"
ROOTS = "after ROOTS (Laurençon et al. 2022), appendix C: repetition of characters"


@signal("rpdata_doc_nonblank_lines", unit="lines", source=FINEWEB, type=COUNT)
def nonblank_lines(text: TextStats) -> pa.Array:
    """Lines that are not blank; 0 for an empty document."""
    return count(text.nonblank_lines)


@signal("rpdata_doc_mean_line_length", unit="code points / line", source=FINEWEB)
def mean_line_length(text: TextStats) -> pa.Array:
    """Mean length of the lines that are not blank; null when there are none."""
    return ratio(text.nonblank_code_points, text.nonblank_lines)


@signal("rpdata_doc_std_line_length", unit="code points", source=FINEWEB)
def std_line_length(text: TextStats) -> pa.Array:
    """Standard deviation (of a population) of the lengths of the lines that are not blank; null if there are none."""
    return score(text.line_length_deviation, text.nonblank_lines > 0)


@signal("rpdata_doc_frac_short_lines", unit="1", source=FINEWEB)
def frac_short_lines(text: TextStats) -> pa.Array:
    """Lines of at most 30 code points over all lines, blank ones left out; null when there are none."""
    return ratio(text.short_lines, text.nonblank_lines)


@signal("rpdata_doc_frac_lines_end_with_mark", unit="1", source=FINEWEB)
def frac_lines_end_with_mark(text: TextStats) -> pa.Array:
    """Lines that end in a mark of sentences, white space aside, over all lines, blank ones left out; null without any.

    Marks are those of Unicode's Sentence_Terminal: . ! ? and those of other scripts; quotation marks are none.
    """
    return ratio(text.sentence_mark_lines, text.nonblank_lines)


@signal("rpdata_doc_frac_lines_start_with_bullet", unit="1", source=GOPHER)
def frac_lines_start_with_bullet(text: TextStats) -> pa.Array:
    """Lines whose `rps_lines_start_with_bulletpoint` is 1 over all lines, blank ones too; null when there are none."""
    return ratio(text.bullet_lines, np.diff(text.line_offsets))


@signal(
    "rpdata_doc_frac_lines_start_with_bullet_or_dash", unit="1",
    source=f"{GOPHER}; datatrove 0.10.1, GopherQualityFilter",
)
def frac_lines_start_with_bullet_or_dash(text: TextStats) -> pa.Array:
    """Lines that start with • or -, white space aside, over all lines, blank ones too; null when there are none."""
    return ratio(text.bullet_or_dash_lines, np.diff(text.line_offsets))


@signal("rpdata_doc_frac_duplicate_lines", unit="1", source=REPETITION)
def frac_duplicate_lines(text: TextStats) -> pa.Array:
    """Lines equal to one before over all lines, blank ones left out; null when there are none."""
    return ratio(text.duplicate_lines, text.nonblank_lines)


@signal("rpdata_doc_frac_chars_duplicate_lines", unit="1", source=REPETITION)
def frac_chars_duplicate_lines(text: TextStats) -> pa.Array:
    """Length of the lines equal to one before, blank ones left out, over the code points of the text; null if none."""
    return ratio(text.duplicate_line_code_points, text.code_points)


@signal("rpdata_doc_frac_chars_duplicate_nonblank_lines", unit="1", source=FINEWEB)
def frac_chars_duplicate_nonblank_lines(text: TextStats) -> pa.Array:
    """Length of the lines equal to one before over that of all lines, blank ones left out; null if there are none."""
    return ratio(text.duplicate_line_code_points, text.nonblank_code_points)


@signal("rpdata_doc_frac_duplicate_paragraphs", unit="1", source=REPETITION)
def frac_duplicate_paragraphs(text: TextStats) -> pa.Array:
    """Paragraphs equal to one before over all paragraphs; null where no blank line separates any."""
    return where_separated(text, ratio(text.duplicate_paragraphs, text.paragraphs))


@signal("rpdata_doc_frac_chars_duplicate_paragraphs", unit="1", source=REPETITION)
def frac_chars_duplicate_paragraphs(text: TextStats) -> pa.Array:
    """Length of the paragraphs equal to one before over the code points of the text.

    Newlines within a paragraph count, the one at its end does not. Null where no blank line separates any.
    """
    return where_separated(text, ratio(text.duplicate_paragraph_code_points, text.code_points))


@signal("rpdata_doc_frac_non_ascii", unit="1", source="rpdata")
def frac_non_ascii(text: TextStats) -> pa.Array:
    """Code points above U+007F over all code points; null for an empty document."""
    return ratio(text.beyond_ascii, text.code_points)


@signal("rpdata_doc_frac_repeated_characters", unit="1", source=ROOTS)
def frac_repeated_characters(text: TextStats) -> pa.Array:
    """Code points in runs of four or more equal ones (`-----`, `looool`), white space aside, over all; null if empty.

    ROOTS counts 10-grams of characters that come again; a run is the part of that which takes no time to find.
    """
    return ratio(text.in_runs, text.code_points)


def where_separated(text: TextStats, values: pa.Array) -> pa.Array:
    """Null for documents of one paragraph, or none."""
    return pc.if_else(pa.array(text.paragraphs > 1), values, None)
