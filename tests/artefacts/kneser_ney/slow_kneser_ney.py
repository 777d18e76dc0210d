"""Interpolated modified Kneser-Ney as its papers write it, with a dictionary for everything."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log10

from tests.artefacts.kneser_ney.arpa_file import Model

Gram = tuple[str, ...]
FALLBACK = {0: 0.0, 1: 0.5, 2: 1.0, 3: 1.5}


def slow_model(
    sentences: Sequence[Sequence[str]], order: int, prune: Sequence[int], vocabulary: set[str] | None
) -> Model:
    """log10 of the probabilities and back-offs of each order; discounts fall back where they are not defined."""
    actual: list[Counter[Gram]] = [Counter() for _ in range(order + 1)]
    for sentence in sentences:
        words = ["<s>", *sentence, "</s>"]
        for k in range(1, order + 1):
            for end in range(max(k, 2), len(words) + 1):
                actual[k][tuple(words[end - k : end])] += 1

    adjusted: list[dict[Gram, int]] = [dict(counts) for counts in actual]
    for k in range(1, order):
        before = defaultdict(set)
        for gram in actual[k + 1]:
            before[gram[1:]].add(gram[0])
        adjusted[k] = {gram: n if gram[0] == "<s>" else len(before[gram]) for gram, n in actual[k].items()}
    adjusted[1] |= {("<unk>",): 0, ("<s>",): 0}

    def is_kept(gram: Gram) -> bool:
        if gram in (("<unk>",), ("<s>",), ("</s>",)):
            return True
        known = vocabulary is None or all(word in vocabulary | {"<s>", "</s>"} for word in gram)
        return known and actual[len(gram)][gram] > prune[len(gram) - 1]

    kept = [{gram for gram in counts if is_kept(gram)} for counts in adjusted]
    probability: dict[Gram, float] = {}
    weight: dict[Gram, float] = {}
    for k in range(1, order + 1):
        off = discounts(list(adjusted[k].values()))
        followers = defaultdict(list)
        for gram in adjusted[k]:
            followers[gram[:-1]].append(gram)
        for context, grams in followers.items():
            total = sum(adjusted[k][gram] for gram in grams)
            free = sum(off[min(adjusted[k][gram], 3)] if gram in kept[k] else adjusted[k][gram] for gram in grams)
            weight[context] = free / total
            for gram in grams:
                count = adjusted[k][gram]
                lower = probability[gram[1:]] if k > 1 else 1 / (len(kept[1]) - 1)
                probability[gram] = (count - off[min(count, 3)]) / total + weight[context] * lower
        probability["<s>",] = 1.0
    return [
        {
            gram: (logarithm(probability[gram]), logarithm(weight.get(gram, 1.0)) if k < order else 0.0)
            for gram in kept[k]
        }
        for k in range(1, order + 1)
    ]


def logarithm(value: float) -> float:
    """To base 10; -99 for 0."""
    return log10(value) if value > 0 else -99.0


def discounts(counts: list[int]) -> dict[int, float]:
    """Of the counts 0, 1, 2, and 3 or more."""
    n = Counter(counts)
    if not n[1] or not n[2] or not n[3]:
        return FALLBACK
    y = n[1] / (n[1] + 2 * n[2])
    found = {i: i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3)}
    return {0: 0.0, **found} if all(0 <= found[i] <= i for i in found) else FALLBACK


def score(model: Model, words: Sequence[str]) -> float:
    """log10 of the probability of a sentence and its end."""
    known = [word if (word,) in model[0] else "<unk>" for word in words]
    text = ("<s>", *known, "</s>")
    return sum(log_probability(model, text[max(0, end - len(model) + 1) : end + 1]) for end in range(1, len(text)))


def log_probability(model: Model, gram: Gram) -> float:
    """log10 of the probability of the last word behind the others, by back-off."""
    if gram in model[len(gram) - 1]:
        return model[len(gram) - 1][gram][0]
    _, weight = model[len(gram) - 2].get(gram[:-1], (0.0, 0.0))
    return weight + log_probability(model, gram[1:])
