"""Reading an ARPA file the slow way, for comparison."""

from pathlib import Path

Model = list[dict[tuple[str, ...], tuple[float, float]]]


def read_arpa(path: Path) -> Model:
    """For each order, from 1: log10 of the probability and of the back-off of each n-gram."""
    orders: Model = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.endswith("-grams:"):
            orders.append({})
        elif "\t" in line:
            probability, words, *weight = line.split("\t")
            gram = tuple(words.split(" "))
            assert gram not in orders[-1], f"{gram} is there twice"
            assert len(gram) == len(orders)
            orders[-1][gram] = (float(probability), float(weight[0]) if weight else 0.0)
    return orders
