"""The pieces of a SentencePiece model as a trie: all that begin at a position of a text, one byte after the other."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rpdata.artefacts.sentencepiece_file import NORMAL, SentencePieceFile
from rpdata.text.arrays import Bytes, Hashes, Ints
from rpdata.text.compiled import EntryPoint, int64, kernel, uint64

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]

ROOT = 0
NONE = -1
MIXER = 0x9E3779B97F4A7C15


class Trie(NamedTuple):
    """A hash table from 1 + (node << 8 | byte) to nodes, and what is known of nodes and pieces."""

    keys: Hashes            # 0: an empty slot
    nodes: Numbers          # of each slot
    piece: Numbers          # of each node: the id of the piece that ends there, or NONE
    scores: Scores          # of each id


def make_trie(model: SentencePieceFile) -> Trie:
    """The trie of the pieces that a text can have."""
    numbers = [i for i, kind in enumerate(model.types) if kind == NORMAL]
    pieces = [model.pieces[i] for i in numbers]
    size = sum(map(len, pieces))
    slots = 64
    while slots < 2 * size:
        slots *= 2
    trie = Trie(
        np.zeros(slots, np.uint64), np.zeros(slots, np.int32), np.full(size + 1, NONE, np.int32),
        np.array(model.scores, np.float32),
    )
    ends = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    fill(trie, np.frombuffer(b"".join(pieces), np.uint8).copy(), ends, np.array(numbers, np.int32))
    return trie


@EntryPoint
def fill(trie: Trie, text: Bytes, ends: Ints, numbers: Numbers) -> None:
    used = 1
    for i in range(numbers.size):
        node = ROOT
        for position in range(ends[i], ends[i + 1]):
            slot = slot_of_child(trie.keys, node, int64(text[position]))
            if trie.keys[slot] == 0:
                trie.keys[slot] = key_of_child(node, int64(text[position]))
                trie.nodes[slot] = used
                used += 1
            node = int64(trie.nodes[slot])
        trie.piece[node] = numbers[i]


@kernel
def key_of_child(node: int, byte: int) -> int:
    return uint64(node << 8 | byte) + uint64(1)


@kernel
def slot_of_child(keys: Hashes, node: int, byte: int) -> int:
    """The slot of the child of a node for a byte, or the empty one where it would be."""
    key = key_of_child(node, byte)
    mask = keys.size - 1
    slot = int64(key * uint64(MIXER) >> uint64(32)) & mask
    while keys[slot] != 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot
