"""What C4's rules ask of each line (Raffel et al. 2020, section 2.2, and what became of them in code).

*White-space words* are what `str.split` gives: the text as it is, punctuation and all.
"""

import pyarrow as pa

from rpdata.signals.catalogue import COUNT, FLAG, signal
from rpdata.signals.rounding import count, flag
from rpdata.text.stats import TextStats

C4 = "C4 (Raffel et al. 2020), section 2.2"
CODE = "C4's code, TFDS text/c4_utils.py"
DATATROVE = "datatrove 0.10.1, C4QualityFilter"


@signal("rpdata_lines_sentences", unit="sentences", source=f"{C4}; {DATATROVE}", type=COUNT, per_line=True)
def sentences(text: TextStats) -> pa.Array:
    """Sentences of the line: stretches with a letter or digit between ends of sentences.

    A sentence ends at . ! or ? (closing punctuation may follow) before white space, at any mark of Unicode's
    Sentence_Terminal beyond ASCII, and with the line. No end is a full stop beside another one, or behind a single
    ASCII letter (`U.S.`, initials). Citation marks ([1], [edit], [citation needed]) are punctuation, all of them.
    """
    return count(text.lines.sentences)


@signal("rpdata_lines_whitespace_words", unit="words", source=C4, type=COUNT, per_line=True)
def whitespace_words(text: TextStats) -> pa.Array:
    """What white space separates in the line as it is; 0 in a blank line."""
    return count(text.lines.whitespace_words)


@signal("rpdata_lines_longest_word", unit="code points", source=CODE, type=COUNT, per_line=True)
def longest_word(text: TextStats) -> pa.Array:
    """Length of the longest of what white space separates in the line; 0 in a blank line."""
    return count(text.lines.longest_word)


@signal("rpdata_lines_end_mark", unit="0 or 1", source=f"{C4}; {DATATROVE}", type=FLAG, per_line=True)
def end_mark(text: TextStats) -> pa.Array:
    """Whether the line ends in . ! ? " or ' and not in `...`, white space and citation marks at its end aside.

    Citation marks are [1] (any or no ASCII digits), [edit] and [citation needed]. Curly quotes are no end marks.
    """
    return flag(text.lines.ends_with_mark_or_quote)


@signal("rpdata_lines_javascript", unit="0 or 1", source=C4, type=FLAG, per_line=True)
def javascript(text: TextStats) -> pa.Array:
    """Whether `javascript` stands in the line, ASCII letters in any case, as part of a longer word too."""
    return flag(text.lines.has_javascript)


@signal("rpdata_lines_policy", unit="0 or 1", source=CODE, type=FLAG, per_line=True)
def policy(text: TextStats) -> pa.Array:
    """Whether one of these stands in the line, ASCII letters in any case, as part of longer words too.

    `terms of use`, `privacy policy`, `cookie policy`, `uses cookies`, `use of cookies`, `use cookies`.
    """
    return flag(text.lines.has_policy)


@signal("rpdata_lines_curly_brackets", unit="occurrences", source=C4, type=COUNT, per_line=True)
def curly_brackets(text: TextStats) -> pa.Array:
    """Occurrences of the left curly bracket in the line."""
    return count(text.lines.left_braces)


@signal("rpdata_lines_lorem_ipsum", unit="0 or 1", source=C4, type=FLAG, per_line=True)
def lorem_ipsum(text: TextStats) -> pa.Array:
    """Whether `lorem ipsum` stands in the line as it is, ASCII letters in any case, as part of longer words too."""
    return flag(text.lines.has_lorem_ipsum)
