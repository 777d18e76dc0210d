"""Peeled tokens and what is measured of them, in plain Python: slow, obvious, and what the kernels must equal."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from itertools import pairwise

from rpdata.text.peeled import UNITS

STAY = "-/@"
SIGNS_APART = re.compile(r"\.{2,}|.", re.DOTALL)
INNER = re.compile(r"(?P<ellipsis>\.{2,}|…)|(?P<joint>[-/:\u2013\u2014])(?P=joint)*|.", re.DOTALL)
CONTRACTION = re.compile(r"(?:['’](?:s|m|d|re|ve|ll)|n['’]t)$", re.IGNORECASE | re.ASCII)
UNIT = re.compile(r"(?<=[0-9])[a-z]+$", re.IGNORECASE | re.ASCII)


def is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def peel(text: str) -> list[str]:
    return [token for word in text.split() for token in peel_word(word)]


def peel_word(word: str) -> list[str]:
    first = next((i for i, c in enumerate(word) if not is_sign(c)), len(word))
    if first == len(word):
        return peel_signs(word)
    last = max(i for i, c in enumerate(word) if not is_sign(c))
    opening, core, closing = word[:first], word[first : last + 1], word[last + 1 :]

    peeled, opening = from_the_left(SIGNS_APART.findall(opening))
    closing, behind = from_the_right(SIGNS_APART.findall(closing), is_initial(core))
    return [*peeled, *cut("".join([*opening, core, *closing])), *behind]


def peel_signs(word: str) -> list[str]:
    peeled, rest = from_the_left(SIGNS_APART.findall(word))
    rest, behind = from_the_right(rest, initial=False)
    return [*peeled, *(["".join(rest)] if rest else []), *behind]


def from_the_left(signs: list[str]) -> tuple[list[str], list[str]]:
    stays = [i for i, sign in enumerate(signs) if sign in STAY]
    cut = stays[0] if stays else len(signs)
    return signs[:cut], signs[cut:]


def from_the_right(signs: list[str], initial: bool) -> tuple[list[str], list[str]]:
    stays = [i for i, sign in enumerate(signs) if sign in STAY or (initial and i == 0 and sign == ".")]
    cut = stays[-1] + 1 if stays else 0
    return signs[:cut], signs[cut:]


def is_initial(core: str) -> bool:
    return core[-1].isalpha() and not core[-2:-1].isalnum()


def cut(core: str) -> list[str]:
    cuts = {0, len(core)}
    for found in INNER.finditer(core):
        before, behind = core[found.start() - 1 : found.start()], core[found.end() : found.end() + 1]
        joins = found["joint"] and before.isalnum() and behind.isalpha()
        range_of_numbers = found[0] == "-" and re.fullmatch("[0-9]{2}", before + behind)
        icon = unicodedata.category(found[0][0]) == "So"
        if found["ellipsis"] or icon or joins or range_of_numbers:
            cuts |= {found.start(), found.end()}
    places = sorted(cuts)
    return [token for start, end in pairwise(places) for token in cut_end(core[start:end])]


def cut_end(part: str) -> list[str]:
    contraction = CONTRACTION.search(part, 1)
    part, tail = (part[: contraction.start()], [contraction[0]]) if contraction else (part, [])
    unit = UNIT.search(part)
    if unit and unit[0].lower() in UNITS:
        part, tail = part[: unit.start()], [unit[0], *tail]
    return [part, *tail]


def statistics(text: str, common: Collection[str] | None) -> dict[str, int]:
    tokens, words = peel(text), text.split()
    wordlike = [token for token in tokens if not all(map(is_sign, token))]
    return {
        "hashes": text.count("#"),
        "ellipses": text.count("...") + text.count("…"),
        "newlines": text.count("\n"),
        "spaced_words": len(words),
        "spaced_words_with_letter": sum(any(map(str.isalpha, word)) for word in words),
        "tokens": len(tokens),
        "tokens_with_letter": sum(any(map(str.isalpha, token)) for token in tokens),
        "wordlike_tokens": len(wordlike),
        "wordlike_token_code_points": sum(map(len, wordlike)),
        "common_words": len(set(tokens).intersection(common or [])),
        "has_common_words": common is not None,
        **{f"top_token_ngram_code_points[{n}]": top_ngram(tokens, n) for n in (2, 3, 4)},
        **{f"token_ngram_again_code_points[{n}]": ngrams_again(tokens, n) for n in range(5, 11)},
    }


def top_ngram(tokens: list[str], n: int) -> int:
    counts = Counter(" ".join(tokens[i : i + n]) for i in range(len(tokens) - n + 1))
    return max((len(ngram) * count for ngram, count in counts.most_common(1)), default=0)


def ngrams_again(tokens: list[str], n: int) -> int:
    read, code_points, i = set(), 0, 0
    while i + n <= len(tokens):
        ngram = tuple(tokens[i : i + n])
        if ngram in read:
            code_points += sum(map(len, ngram))
            i += n
        else:
            read.add(ngram)
            i += 1
    return code_points
