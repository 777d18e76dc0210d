"""FineWeb (Penedo et al. 2024): what it adds to Gopher and C4, as far as signals measure it.

Not here: characters in duplicated lines, and lines of less than 30 characters.
"""

from rpdata.decide import col, rule

BASE = "FineWeb (Penedo et al. 2024), 3.3"
C4_FILTERS = "FineWeb (Penedo et al. 2024), 3.5; five sentences: datatrove, C4QualityFilter"
CUSTOM = "FineWeb (Penedo et al. 2024), 3.6"

end_marks_share = col("rps_lines_ending_with_terminal_punctution_mark").sum() / col("ccnet_nlines")

LANGUAGE_SCORE = rule("fineweb.language_score", col("ccnet_language_score") >= 0.65, source=BASE)
SENTENCES = rule("fineweb.sentences", col("rps_doc_num_sentences") >= 5, source=C4_FILTERS)
END_MARKS = rule("fineweb.end_marks", end_marks_share > 0.12, source=CUSTOM)
