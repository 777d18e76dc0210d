"""Signals of one's own: functions of a Document, or of the statistics of a batch of texts."""

import numpy as np

from rpdata.signals import COUNT, Document, TextStats, signal


@signal("question_marks", unit="marks", type=COUNT)
def question_marks(document: Document) -> int:
    """Question marks in the text."""
    return document.raw_content.count("?")


@signal("words_per_line", unit="words / line")
def words_per_line(text: TextStats):
    """Words over lines, empty ones too; 0 for an empty document."""
    return text.words / np.maximum(np.diff(text.line_offsets), 1)


@signal("longest_word", unit="code points", type=COUNT)
def longest_word(document: Document) -> int:
    """Length of the longest word. It raises where there is none: that costs this one value, and is reported."""
    return max(len(word) for word in document.raw_content.split())
