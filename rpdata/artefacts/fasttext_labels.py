"""From the mean of a text's rows to its best label, with each of fastText's losses.

Every number is rounded to 32 bits where the library rounds it, so that the same label is best: what is added to
probabilities, and which of two equal ones counts, are its ways, too.
"""

import math
from typing import NamedTuple

import numpy as np

from rpdata.artefacts.fasttext_file import HIERARCHICAL_SOFTMAX, SOFTMAX
from rpdata.text.arrays import Counts, Floats32
from rpdata.text.compiled import borrowing_kernel, float32, float64, int64

ADDED = 1e-5                # to every probability, before its logarithm
STEPS, LARGEST = 512, 8     # of the table of the logistic function: it goes from -LARGEST to LARGEST


class Labels(NamedTuple):
    """The output: what a text's mean is compared with."""

    loss: int
    rows: Floats32          # (labels, dimensions); with hierarchical softmax of inner nodes, label i in vain
    norms: Floats32         # of each row
    children: Counts        # with hierarchical softmax: left and right of each inner node; the root is the last one
    logistic: Floats32      # (STEPS + 1,)


class Outcome(NamedTuple):
    """Room for what is known of each label, and for nodes to be visited with their scores."""

    output: Floats32
    nodes: Counts
    scores: Floats32


def make_outcome(labels: int) -> Outcome:
    """For so many labels."""
    return Outcome(np.empty(labels, np.float32), np.empty(labels + 2, np.int32), np.empty(labels + 2, np.float32))


def logistic_table() -> Floats32:
    """1 / (1 + exp(-x)) for STEPS + 1 values from -LARGEST to LARGEST."""
    x = (np.arange(STEPS + 1) * 2 * LARGEST).astype(np.float32) / np.float32(STEPS) - np.float32(LARGEST)
    return (1.0 / (np.float32(1.0) + np.exp(-x)).astype(np.float64)).astype(np.float32)


def label_tree(counts: list[int]) -> Counts:
    """Huffman's tree over labels (most frequent first) as the library builds it: two children for each inner node.

    Label i is node i, inner node j is node labels + j.
    """
    labels = len(counts)
    sizes = counts + [10**15] * (labels - 1)
    children = np.zeros(2 * (labels - 1), np.int32)
    leaf, node = labels - 1, labels
    for inner in range(labels - 1):
        total = 0
        for side in range(2):
            if leaf >= 0 and sizes[leaf] < sizes[node]:
                child, leaf = leaf, leaf - 1
            else:
                child, node = node, node + 1
            children[2 * inner + side] = child
            total += sizes[child]
        sizes[labels + inner] = total
    return children


@borrowing_kernel
def best_label(mean: Floats32, labels: Labels, outcome: Outcome) -> tuple[int, float]:
    """The best label and its probability, with what the library adds; -1 and 0 if there is none."""
    if labels.loss == HIERARCHICAL_SOFTMAX:
        best, score = best_leaf(mean, labels, outcome)
    else:
        output = outcome.output
        for i in range(output.size):
            output[i] = dot(mean, labels, i)
            if not math.isfinite(output[i]):
                return -1, float32(0)
        if labels.loss == SOFTMAX:
            softmax(output)
        else:
            for i in range(output.size):
                output[i] = logistic(output[i], labels.logistic)
        best, score = -1, float32(0)
        for i in range(output.size):
            candidate = logarithm(output[i])
            if best < 0 or candidate >= score:
                best, score = i, candidate
    return best, (float32(math.exp(score)) if best >= 0 else float32(0))


@borrowing_kernel
def dot(mean: Floats32, labels: Labels, row: int) -> float:
    """The product of the mean and a row of the output, added up from the first dimension to the last."""
    total = float32(0)
    for j in range(labels.rows.shape[1]):
        total += labels.rows[row, j] * mean[j]
    return total * labels.norms[row]


@borrowing_kernel
def logarithm(probability: float) -> float:
    """Of what is a little more."""
    return float32(math.log(probability + ADDED))


@borrowing_kernel
def softmax(output: Floats32) -> None:
    """Make probabilities of products; the library takes the exponential in 64 bits."""
    largest = output[0]
    for i in range(output.size):
        largest = max(largest, output[i])
    total = float32(0)
    for i in range(output.size):
        output[i] = math.exp(float64(output[i] - largest))
        total += output[i]
    for i in range(output.size):
        output[i] /= total


@borrowing_kernel
def logistic(x: float, table: Floats32) -> float:
    """1 / (1 + exp(-x)), out of the table."""
    if x < -LARGEST:
        return float32(0)
    if x > LARGEST:
        return float32(1)
    step = (x + float32(LARGEST)) * float32(STEPS) / float32(LARGEST) / float32(2)
    return table[int64(step)]


@borrowing_kernel
def best_leaf(mean: Floats32, labels: Labels, outcome: Outcome) -> tuple[int, float]:
    """The leaf with the highest score, and that, by a search that leaves out what can't be better; -1 if all are tiny.

    Left before right. Scores are logarithms.
    """
    count = labels.children.size // 2 + 1
    nodes, scores = outcome.nodes, outcome.scores
    nodes[0], scores[0] = 2 * count - 2, float32(0)
    waiting = 1
    best, highest = -1, float32(math.log(ADDED))
    while waiting > 0:
        waiting -= 1
        node, score = int64(nodes[waiting]), scores[waiting]
        if score < highest:
            continue
        if node < count:
            best, highest = node, score
            continue
        inner = node - count
        product = dot(mean, labels, inner)
        if math.isnan(product):
            return -1, float32(0)
        right = float32(1.0 / (float32(1) + float32(math.exp(-product))))
        left = float32(1.0 - right)
        nodes[waiting], scores[waiting] = labels.children[2 * inner + 1], score + logarithm(right)
        nodes[waiting + 1], scores[waiting + 1] = labels.children[2 * inner], score + logarithm(left)
        waiting += 2
    return best, highest
