"""Documents with planted near-duplicates, as crawls have them, of which it is known what was done to each.

Every text is made of words drawn at random, so two documents have no 13 words in a row in common but by design.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

SHINGLE_WORDS = 13
VOCABULARY = 20_000
TEMPLATE_MEMBERS = 24
QUOTED_WORDS = 60
CHAIN_LENGTH = 5
CHAIN_STEPS = (0.75, 0.85, 0.92, 0.95)      # similarity of neighbours

Ids = np.ndarray        # of words, int64: what a document says before it is written down


@dataclass(frozen=True)
class Counts:
    """How many of each kind to plant.

    unrelated: documents that are like no other. edited: pairs of a document and a copy with some words changed,
    inserted or removed, at similarities from 0.5 to 1. templates: groups of TEMPLATE_MEMBERS documents that differ in
    one number. quotations: documents with a passage of another. translations: pairs of a document and the same in
    words of another vocabulary. chains: CHAIN_LENGTH documents, each a copy of the one before it that is edited
    in another place each time, so that the first and the last are far apart.
    """

    unrelated: int = 100
    edited: int = 100
    templates: int = 4
    quotations: int = 20
    translations: int = 20
    chains: int = 12


@dataclass(frozen=True)
class Planted:
    """Texts in random order; `kinds` says of each what it was planted as."""

    texts: list[str]
    kinds: list[str]


def plant(counts: Counts, seed: int = 42) -> Planted:
    """The corpus of these counts; the same for the same seed."""
    rng = np.random.default_rng(seed)
    made = list(_all(counts, rng))
    order = rng.permutation(len(made))
    return Planted([made[number][1] for number in order], [made[number][0] for number in order])


def plant_pairs(number: int, least: float, lengths: tuple[int, int] = (150, 600), seed: int = 42) -> list[str]:
    """Texts of pairs that have nothing to do with each other: a document, and a copy that ends in other words.

    Similarities are spread evenly from `least` to 1; `lengths`: in words, from and up to.
    """
    rng = np.random.default_rng(seed)
    vocabulary = _vocabulary(VOCABULARY, rng)
    texts = []
    for similarity in rng.uniform(least, 1, number):
        words = _words(rng, *lengths)
        copy = _with_block_changed(words, similarity, 1.0, rng)
        texts += [written(vocabulary[words], rng), written(vocabulary[copy], rng)]
    return texts


def _all(counts: Counts, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    vocabulary = _vocabulary(VOCABULARY, rng)
    foreign = _vocabulary(VOCABULARY, rng)

    def text(words: Ids, of: np.ndarray = vocabulary) -> str:
        return written(of[words], rng)

    for _ in range(counts.unrelated):
        yield "unrelated", text(_words(rng))
    for _ in range(counts.edited):
        words = _words(rng)
        yield "edited", text(words)
        yield "edited", text(edited(words, rng.uniform(0.5, 1.0), rng))
    for _ in range(counts.templates):
        words = [vocabulary[word] for word in _words(rng, 60, 400)]
        place = int(rng.integers(len(words)))
        for member in range(TEMPLATE_MEMBERS):
            yield "template", written([*words[:place], str(1000 + member), *words[place + 1:]], rng)
    for _ in range(counts.quotations):
        words = _words(rng)
        begins = int(rng.integers(len(words) - QUOTED_WORDS))
        own = _words(rng)
        yield "quotation", text(words)
        yield "quotation", text(np.concatenate([own[:50], words[begins:begins + QUOTED_WORDS], own[50:]]))
    for _ in range(counts.translations):
        words = _words(rng)
        yield "translation", text(words)
        yield "translation", text(words, foreign)
    for number in range(counts.chains):
        words = _words(rng, 300, 600)
        for link in range(CHAIN_LENGTH):
            yield "chain", text(words)
            words = _with_block_changed(words, CHAIN_STEPS[number % len(CHAIN_STEPS)], link / CHAIN_LENGTH, rng)


def edited(words: Ids, similarity: float, rng: np.random.Generator) -> Ids:
    """A copy of which about that share of shingles is common: a block changed, or words here and there."""
    if rng.random() < 0.5:
        return _with_block_changed(words, similarity, rng.random(), rng)
    result = words.copy()
    for _ in range(int(_to_lose(words, similarity) // SHINGLE_WORDS)):
        place = int(rng.integers(len(result)))
        edit = rng.integers(3)
        if edit == 0:
            result[place] = rng.integers(VOCABULARY)
        elif edit == 1:
            result = np.insert(result, place, rng.integers(VOCABULARY))
        else:
            result = np.delete(result, place)
    return result


def _with_block_changed(words: Ids, similarity: float, where: float, rng: np.random.Generator) -> Ids:
    """`where`: from 0, the block begins the document, to 1, it ends it."""
    lost = _to_lose(words, similarity)
    at_an_end = where in (0.0, 1.0)
    length = int(max(0, round(lost if at_an_end else lost - SHINGLE_WORDS + 1)))
    start = round(where * (len(words) - length))
    result = words.copy()
    result[start:start + length] = rng.integers(VOCABULARY, size=length)
    return result


def _to_lose(words: Ids, similarity: float) -> float:
    """Shingles that have to be replaced: of n, (n - lost) / (n + lost) is the similarity."""
    return (len(words) - SHINGLE_WORDS + 1) * (1 - similarity) / (1 + similarity)


def _words(rng: np.random.Generator, least: int = 150, most: int = 600) -> Ids:
    """Frequent ones and rare ones."""
    return (VOCABULARY * rng.random(int(rng.integers(least, most))) ** 3).astype(np.int64)


def _vocabulary(size: int, rng: np.random.Generator) -> np.ndarray:
    letters = np.array(list("aaabcdeeeefghiiijklmnooopqrstttuuvwxyzäéñ"))
    return np.array(["".join(rng.choice(letters, int(length))) for length in rng.integers(2, 11, size)], object)


def written(words: Ids | list[str], rng: np.random.Generator) -> str:
    """Sentences and paragraphs, cut elsewhere each time: the words are the same, the text is not."""
    sentences, start = [], 0
    for length in rng.integers(6, 25, len(words)):
        sentence = " ".join(words[start:start + length])
        if not sentence:
            break
        sentences.append(sentence[0].upper() + sentence[1:] + ("." if rng.random() < 0.8 else ".\n"))
        start += length
    return " ".join(sentences)
