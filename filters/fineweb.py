"""FineWeb (Penedo et al. 2024): what it adds to Gopher and C4.

Its own rules come last in the pipeline; here they see the page as it was before C4's edits.
"""

from rpdata.decide import all_of, col, rule

BASE = "FineWeb (Penedo et al. 2024), 3.3"
CUSTOM = "FineWeb (Penedo et al. 2024), 3.6"

LANGUAGE_SCORE = rule("fineweb.language_score", col("ccnet_language_score") >= 0.65, source=BASE)

END_MARKS = rule("fineweb.end_marks", col("rpdata_doc_frac_lines_end_with_mark").before_edits() > 0.12, source=CUSTOM)
DUPLICATE_LINES = rule(
    "fineweb.duplicate_line_characters", col("rpdata_doc_frac_chars_duplicate_nonblank_lines").before_edits() < 0.1,
    source=CUSTOM,
)
SHORT_LINES = rule("fineweb.short_lines", col("rpdata_doc_frac_short_lines").before_edits() < 0.67, source=CUSTOM)

custom = all_of(END_MARKS, DUPLICATE_LINES, SHORT_LINES)
