"""Rows of equal keys are found, and what is too large is cut."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.dedup.pairs.buckets import Buckets, group, with_a_new_one
from rpdata.dedup.pairs.cut import cut, mixed

# Few keys, so that many are equal; with words that two keys share, so that half a key is not enough
WORDS = st.sampled_from([0, 1, 2, 1 << 20, 1 << 63, (1 << 64) - 1])


def lists(buckets: Buckets) -> list[list[int]]:
    return [part.tolist() for part in np.split(buckets.members, buckets.offsets[1:-1])] if len(buckets.members) else []


def slow_groups(keys: list) -> list[list[int]]:
    rows = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return [members for members in rows.values() if len(members) > 1]


@given(st.lists(WORDS, max_size=60))
def test_rows_of_equal_keys_are_together_in_order_of_their_first(keys):
    numbers = np.arange(len(keys), dtype=np.int64) * 7
    assert lists(group(np.array(keys, np.uint64), numbers)) == slow_groups(keys)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=60))
def test_keys_of_128_bits_are_equal_only_if_both_words_are(keys):
    numbers = np.arange(len(keys), dtype=np.int64)
    assert lists(group(np.array(keys, np.uint64).reshape(-1, 2), numbers)) == slow_groups(keys)


def test_many_rows_make_the_same_buckets_as_a_dictionary():
    keys = np.random.default_rng(5).integers(0, 30_000, 50_000).astype(np.uint64) << np.uint64(40)
    assert lists(group(keys, np.arange(len(keys)))) == slow_groups(keys.tolist())


def test_buckets_do_not_depend_on_how_rows_were_partitioned_by_their_keys():
    keys = np.random.default_rng(6).integers(0, 2**64, 500, np.uint64)[np.random.default_rng(7).integers(0, 500, 2000)]
    numbers = np.arange(len(keys), dtype=np.int64)
    whole = lists(group(keys, numbers))
    pieces = []
    for prefix in range(16):
        rows = np.flatnonzero(keys >> np.uint64(60) == prefix)
        pieces += [rows[members].tolist() for members in lists(group(keys[rows], numbers[rows]))]
    assert sorted(pieces) == whole


def test_arrays_that_are_mapped_from_files_are_grouped_like_others(tmp_path):
    keys = np.array([5, 6, 5], np.uint64)
    np.save(tmp_path / "keys.npy", keys)
    mapped = np.load(tmp_path / "keys.npy", mmap_mode="r")
    for same in (keys, mapped, keys[::-1], np.repeat(keys, 2)[::2]):
        assert lists(group(same, np.arange(3))) == [[0, 2]]


@pytest.mark.parametrize("numbers", [[0, 2, 1], [0, 1, 1]])
def test_numbers_that_do_not_ascend_are_refused(numbers):
    with pytest.raises(ValueError, match="ascend"):
        group(np.zeros(3, np.uint64), np.array(numbers))


def two_buckets(large: int) -> tuple[Buckets, np.ndarray]:
    """Rows 0, 1 and 2 are one bucket, the rest another."""
    buckets = Buckets(np.array([0, 3, 3 + large]), np.arange(3 + large))
    return buckets, np.random.default_rng(8).integers(0, 2**64, 3 + large, np.uint64)


def test_a_bucket_within_the_limit_is_left_whole():
    buckets, id_ints = two_buckets(64)
    whole, oversized = cut(buckets, id_ints, 0, 64)
    assert lists(whole) == lists(buckets)
    assert oversized == (0, 0, 0)


def test_a_bucket_above_the_limit_is_cut_by_the_hash_of_document_and_band():
    buckets, id_ints = two_buckets(1000)
    pieces, oversized = cut(buckets, id_ints, 3, 128)
    assert oversized == (1, 1000, 1000)
    numbers = (mixed(id_ints, 3) >> np.uint64(61)).tolist()         # 1000 / 8 = 125
    expected = defaultdict(list)
    for row in range(3, 1003):
        expected[numbers[row]].append(row)
    assert sorted(lists(pieces)) == sorted([[0, 1, 2], *(part for part in expected.values() if len(part) > 1)])
    assert [part[0] for part in lists(pieces)] == sorted(part[0] for part in lists(pieces))
    assert max(map(len, expected.values())) < 2 * 128


def test_in_other_bands_other_documents_part():
    """Of 999 that may stay with document 3, each of three bands keeps an eighth: all three, about two."""
    buckets, id_ints = two_buckets(1000)
    with_it = [set(part) for band in range(3) for part in lists(cut(buckets, id_ints, band, 128)[0]) if 3 in part]
    assert [90 < len(part) < 160 for part in with_it] == [True] * 3
    assert len(set.intersection(*with_it)) < 10


def test_the_pieces_of_a_bucket_depend_on_no_number():
    """The same documents, numbered otherwise, are parted alike: as when an older snapshot is in the index too."""
    buckets, id_ints = two_buckets(1000)
    order = np.concatenate([np.arange(3), 3 + np.random.default_rng(9).permutation(1000)])
    pieces = {frozenset(id_ints[part].tolist()) for part in lists(cut(buckets, id_ints, 1, 100)[0])}
    others = {frozenset(id_ints[order][part].tolist()) for part in lists(cut(buckets, id_ints[order], 1, 100)[0])}
    assert pieces == others


def test_a_piece_of_one_document_is_no_bucket():
    buckets = Buckets(np.array([0, 3]), np.arange(3))
    ids = np.random.default_rng(1).integers(0, 2**64, 3, np.uint64)
    pieces, oversized = cut(buckets, ids, 0, 1)
    assert oversized == (1, 3, 3)
    assert all(len(part) > 1 for part in lists(pieces))


@given(st.lists(st.integers(0, 6), max_size=30), st.integers(0, 31))
def test_buckets_with_a_new_one_are_those_with_a_number_from_there_on(keys, known):
    numbers = np.arange(0, 2 * len(keys), 2)
    buckets = group(np.array(keys, np.uint64), numbers)
    chosen = with_a_new_one(buckets, numbers, known)
    assert lists(chosen) == [part for part in lists(buckets) if (numbers[part] >= known).any()]
