"""Where in its text a document fails a rule: the lines that a line signal names, repeated n-grams, signs and phrases.

It points at the text, and decides nothing. What a rule asks of the document as a whole (its length, a classifier's
score) is nowhere in particular.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rpdata.text.lines import BULLETS

BULLET_SIGNS = tuple(map(chr, BULLETS))
END_MARKS = '.!?"\u201d\u2026'
SHORT = 30                  # code points
NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, order=True)
class Span:
    """A part of a line, from `start` to before `end`, in code points. line: its number, from 0."""

    line: int
    start: int
    end: int


@dataclass(frozen=True)
class Word:
    """As it is compared, and where it stands."""

    text: str
    place: Span


def whole(number: int, line: str) -> Span:
    return Span(number, 0, len(line))


def normalised_words(lines: Sequence[str]) -> list[Word]:
    """As repetition signals compare them: without ASCII punctuation, lower case, NFD, cut at white space."""
    found = []
    for number, line in enumerate(lines):
        for match in re.finditer(r"\S+", line):
            text = unicodedata.normalize("NFD", match[0].translate(NO_PUNCTUATION).lower())
            if text:
                found.append(Word(text, Span(number, *match.span())))
    return found


def repeated_ngrams(lines: Sequence[str], order: int) -> Iterator[Span]:
    """Every word of an n-gram that the text has twice or more."""
    words = normalised_words(lines)
    grams = [tuple(word.text for word in words[at:at + order]) for at in range(len(words) - order + 1)]
    times = Counter(grams)
    inside = {at + step for at, gram in enumerate(grams) if times[gram] > 1 for step in range(order)}
    yield from joined(words, inside)


def top_ngram(lines: Sequence[str], order: int) -> Iterator[Span]:
    """Every word of the most frequent n-gram, the first one if several are; nothing if none occurs twice."""
    words = normalised_words(lines)
    grams = [tuple(word.text for word in words[at:at + order]) for at in range(len(words) - order + 1)]
    top = Counter(grams).most_common(1)
    if top and top[0][1] > 1:
        yield from joined(words, {at + step for at, gram in enumerate(grams) if gram == top[0][0]
                                  for step in range(order)})


def joined(words: Sequence[Word], inside: set[int]) -> Iterator[Span]:
    """Those words; neighbours in a line as one span."""
    chosen = sorted(inside)
    for _, run in groupby(enumerate(chosen), key=lambda each: (each[1] - each[0], words[each[1]].place.line)):
        at = [place for _, place in run]
        yield Span(words[at[0]].place.line, words[at[0]].place.start, words[at[-1]].place.end)


def repeated_lines(lines: Sequence[str], _order: int) -> Iterator[Span]:
    """Lines that the text has twice or more, blank ones aside."""
    times = Counter(line.strip() for line in lines)
    yield from (whole(n, line) for n, line in enumerate(lines) if line.strip() and times[line.strip()] > 1)


def lines_that(test: Callable[[str], bool]) -> "Finder":
    """Of lines that are not blank, those that pass a test."""
    def find(lines: Sequence[str], _order: int) -> Iterator[Span]:
        yield from (whole(n, line) for n, line in enumerate(lines) if line.strip() and test(line.strip()))

    return find


def matches(pattern: str) -> "Finder":
    """What a regular expression finds, in any case."""
    compiled = re.compile(pattern, re.IGNORECASE)

    def find(lines: Sequence[str], _order: int) -> Iterator[Span]:
        for number, line in enumerate(lines):
            yield from (Span(number, *found.span()) for found in compiled.finditer(line))

    return find


def words_without_letters(lines: Sequence[str], _order: int) -> Iterator[Span]:
    for number, line in enumerate(lines):
        for found in re.finditer(r"\S+", line):
            if not any(sign.isalpha() for sign in found[0]):
                yield Span(number, *found.span())


Finder = Callable[[Sequence[str], int], Iterator[Span]]

# The column that a rule reads -> what to show; the number in its name, if any, is the order of the n-gram.
FINDERS: list[tuple[re.Pattern[str], Finder]] = [
    (re.compile(pattern), finder) for pattern, finder in (
        (r"frac_chars_(?:dupe|repeated)_(\d+)gram", repeated_ngrams),
        (r"frac_chars_top_(\d+)gram", top_ngram),
        (r"duplicate(?:_nonblank)?_(?:lines|paragraphs)", repeated_lines),
        (r"with_ellipsis", lines_that(lambda line: line.endswith(("...", "\u2026")))),
        (r"with_bullet_or_dash", lines_that(lambda line: line.startswith((*BULLET_SIGNS, "-", "*")))),
        (r"with_bullet|bullet_lines|bulletpoint", lines_that(lambda line: line.startswith(BULLET_SIGNS))),
        (r"end_with_mark|end_mark", lines_that(lambda line: not line.endswith(tuple(END_MARKS)))),
        (r"short_lines", lines_that(lambda line: len(line) <= SHORT)),
        (r"curly_bracket", matches(r"[{}]")),
        (r"lorem_ipsum", matches(r"lorem\s+ipsum")),
        (r"javascript", matches(r"javascript")),
        (r"symbol_to_word|hashes|ellipses", matches(r"#|\.\.\.|\u2026")),
        (r"alph", words_without_letters),
    )
]


def evidence(
    columns: Sequence[str], lines: Sequence[str], of_lines: Mapping[str, Sequence[float | None]]
) -> list[Span]:
    """What in the text speaks against a document that fails a rule over these columns; ascending.

    of_lines: the line signals among the columns, aligned with `lines`: of a flag, the lines that have it are shown.
    """
    found: set[Span] = set()
    for name in columns:
        if name in of_lines:
            found.update(flagged(lines, of_lines[name]))
            continue
        for pattern, finder in FINDERS:
            match = pattern.search(name)
            if match:
                found.update(finder(lines, int(match[1]) if match.groups() else 0))
                break
    return sorted(found)


def flagged(lines: Sequence[str], values: Sequence[float | None]) -> Iterator[Span]:
    """The lines with a flag; none for a number that is no flag."""
    if all(value in (0, 1, None) for value in values):
        pairs = zip(lines, values, strict=False)
        yield from (whole(number, line) for number, (line, value) in enumerate(pairs) if value)
