"""The statistics of a batch of texts: arrays with a row for each document or line. Signals are formulas over them.

Words of this file: *raw words* are WordPunct tokens of the untouched text (punctuation runs count); *words* are the
normalised ones (ASCII punctuation deleted, lower case, NFD, split on white space). Lengths are code points.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LineStats:
    """One row for each raw line (a piece that ends in a newline, or the last one without); int32 but where said."""

    start: npt.NDArray[np.int32]                      # code points of the document before it
    end: npt.NDArray[np.int32]                        # ... and before what follows it: its newline is its own
    words: npt.NDArray[np.int32]                      # normalised words
    javascript_words: npt.NDArray[np.int32]           # normalised words equal to `javascript`
    numeric_code_points: npt.NDArray[np.int32]        # str.isnumeric, of the normalised line
    normalised_code_points: npt.NDArray[np.int32]     # length of the normalised line, single spaces included
    uppercase_code_points: npt.NDArray[np.int32]      # str.isupper, of the raw line
    ends_with_terminal_mark: npt.NDArray[np.int8]     # . ! ? or U+201D after rstrip
    starts_with_bullet: npt.NDArray[np.int8]          # one of the ten bullets after lstrip
    sentences: npt.NDArray[np.int32]                  # see `sentences.mark_sentences`
    whitespace_words: npt.NDArray[np.int32]           # str.split
    longest_word: npt.NDArray[np.int32]               # code points of the longest of those; 0 if there are none
    left_braces: npt.NDArray[np.int32]
    ends_with_mark_or_quote: npt.NDArray[np.int8]     # . ! ? " or ', no ellipsis; white space and citations aside
    has_javascript: npt.NDArray[np.int8]              # as part of a word too, ASCII letters in any case, as the others
    has_policy: npt.NDArray[np.int8]                  # one of `needles.POLICY_PHRASES`
    has_lorem_ipsum: npt.NDArray[np.int8]


@dataclass(frozen=True)
class TextStats:
    """One row for each document; int64 but where said."""

    code_points: Ints
    curly_brackets: Ints
    hashes: Ints                                      # '#'
    ellipses: Ints                                    # non-overlapping '...', U+2026
    newlines: Ints
    spaced_words: Ints                                # cut at white space and nowhere else
    spaced_words_with_letter: Ints                    # str.isalpha of any character
    tokens: Ints                                      # peeled tokens (see `peeled`)
    tokens_with_letter: Ints
    wordlike_tokens: Ints                             # those that are not of signs alone
    wordlike_token_code_points: Ints
    common_words: Ints                                # different ones of the language's list, among the tokens
    has_common_words: npt.NDArray[np.bool_]           # whether the document's language has a list of common words
    sentences: Ints                                   # matches of \\b[^.!?]+[.!?]*
    raw_words: Ints
    raw_words_all_caps: Ints                          # str.isupper
    raw_words_with_ascii_letter: Ints
    raw_stop_words: Ints                              # raw words in the language's stop list, case-sensitive
    has_stop_list: npt.NDArray[np.bool_]              # whether the document's language has a stop list
    words: Ints
    word_code_points: Ints                            # spaces excluded
    unique_words: Ints
    word_entropy: npt.NDArray[np.float64]             # nats; 0 where there are no words
    lorem_ipsums: Ints                                # non-overlapping 'lorem ipsum' in the normalised text
    ellipsis_lines: Ints                              # raw lines that end in '...' or U+2026 after rstrip
    top_ngram_code_points: dict[int, Ints]            # n = 2, 3, 4: its code points times its count; 0 if that is 1
    duplicate_ngram_code_points: dict[int, Ints]      # n = 5 .. 10: of words under an n-gram that occurs twice or more
    top_token_ngram_code_points: dict[int, Ints]      # n = 2, 3, 4: its code points, blanks too, times its count
    token_ngram_again_code_points: dict[int, Ints]    # n = 5 .. 10: of those read before, the first left out
    beyond_ascii: Ints                                # code points above U+007F
    in_runs: Ints                                     # code points in runs of four or more equal ones, no white space
    nonblank_lines: Ints                              # with more than white space
    nonblank_code_points: Ints                        # of those lines, newlines aside
    line_length_deviation: npt.NDArray[np.float64]    # standard deviation of their code points; 0 where there are none
    short_lines: Ints                                 # those of at most 30 code points
    sentence_mark_lines: Ints                         # those that end in one of SENTENCE_MARKS after rstrip
    bullet_lines: Ints                                # lines with `starts_with_bullet`
    bullet_or_dash_lines: Ints                        # raw lines that start with U+2022 or '-' after lstrip
    duplicate_lines: Ints                             # nonblank lines equal to one before, newlines aside
    duplicate_line_code_points: Ints                  # of those, newlines aside
    paragraphs: Ints                                  # what blank lines separate
    duplicate_paragraphs: Ints                        # equal to one before, newlines at their ends aside
    duplicate_paragraph_code_points: Ints             # of those, the newlines within them included
    line_offsets: Ints                                # documents + 1: document i has the lines from line_offsets[i] on
    lines: LineStats

    @property
    def documents(self) -> int:
        return len(self.code_points)

    @property
    def symbols(self) -> Ints:
        """'#', non-overlapping '...', U+2026."""
        return self.hashes + self.ellipses

    @property
    def normalised_code_points(self) -> Ints:
        """Length of the normalised text: its words and the single spaces between them."""
        return self.word_code_points + np.maximum(self.words - 1, 0)

    def read_only(self) -> "TextStats":
        """The same, protected: a formula that changed a statistic would change what those after it see."""
        for part in (self, self.lines):
            for field in fields(part):
                column = getattr(part, field.name)
                for array in column.values() if isinstance(column, dict) else [column]:
                    if isinstance(array, np.ndarray):
                        array.flags.writeable = False
        return self

    def document(self, row: int) -> "TextStats":
        """The statistics of one document of the batch, as a batch of its own; views, not copies."""
        first, last = self.line_offsets[row : row + 2]
        lines = LineStats(**{field.name: getattr(self.lines, field.name)[first:last] for field in fields(LineStats)})
        columns: dict[str, Any] = {}
        for field in fields(self):
            column = getattr(self, field.name)
            if isinstance(column, dict):
                columns[field.name] = {order: part[row : row + 1] for order, part in column.items()}
            elif field.name not in ("line_offsets", "lines"):
                columns[field.name] = column[row : row + 1]
        return TextStats(**columns, line_offsets=np.array([0, last - first], np.int64), lines=lines)
