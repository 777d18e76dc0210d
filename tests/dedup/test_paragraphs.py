"""Paragraph deduplication, against a direct reading of cc_net's rule."""

import tracemalloc
import unicodedata
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from rpdata.dedup.paragraph_collect import Collector
from rpdata.dedup.paragraph_hashes import HashFile, HashWriter, ranges
from rpdata.dedup.paragraph_lines import hash_lines
from rpdata.dedup.paragraph_merge import Part, duplicates
from rpdata.dedup.paragraph_text import keep_lines
from rpdata.dedup.paragraphs import Duplicates, Editor, Slice
from rpdata.errors import UserError
from rpdata.schema import DOCUMENTS
from tests.dedup import ccnet_rule

EVERY_CODE_POINT = [chr(i) for i in range(0x110000) if not 0xD800 <= i < 0xE000]
NO_MERE_LETTERS = [c for c in EVERY_CODE_POINT if unicodedata.category(c) not in ("Lo", "Co", "Cn")]
CONTEXTS = ["{}", "a{}b", "ΑΣ{}", "ΑΣ{}Β", "{}Σ", "Α{}Σ x", " {} "]

# Few different lines, so that they meet: in a document, in documents of a shard, in shards.
LINES = st.sampled_from(["", " ", "Home", "home ", "1 of 2", "3 of 4", "«Home»", "ΟΔΟΣ", "one", "two", "three", "İ"])
TEXTS = st.one_of(st.lists(LINES, max_size=6).map("\n".join), st.text(max_size=20))
GROUPS = st.lists(st.lists(TEXTS, max_size=5), min_size=1, max_size=4)


@pytest.mark.parametrize("context", [*CONTEXTS, None])
def test_every_code_point_is_hashed_as_cc_net_hashes_it(context):
    if context is None:
        lines = ["".join(EVERY_CODE_POINT[i : i + 64]) for i in range(0, len(EVERY_CODE_POINT), 64)]
    else:
        lines = [context.format(c) for c in NO_MERE_LETTERS]
    texts = ["\n".join(lines[i : i + 5000]) for i in range(0, len(lines), 5000)]
    hashes, first = hash_lines(pa.array(texts))
    expected = [ccnet_rule.line_hash(line) for text in texts for line in text.split("\n")]
    assert first.tolist() == np.cumsum([0, *(text.count("\n") + 1 for text in texts)]).tolist()
    assert np.array_equal(hashes, np.array(expected, np.uint64))


@given(st.lists(st.text(max_size=200), max_size=10))
def test_any_text_is_hashed_as_cc_net_hashes_it(texts):
    hashes, first = hash_lines(pa.array(texts, pa.string()))
    assert [hashes[i:j].tolist() for i, j in pairwise(first)] == [
        [ccnet_rule.line_hash(line) for line in text.split("\n")] for text in texts
    ]


def test_lines_of_any_length_are_hashed_as_cc_net_hashes_them():
    lines = ["x" * length for length in range(300)] + ["ß" * 100_000]
    hashes, _ = hash_lines(pa.array(["\n".join(lines)]))
    assert hashes.tolist() == [ccnet_rule.line_hash(line) for line in lines]


@given(st.lists(TEXTS, max_size=5), st.data())
def test_lines_that_are_kept_are_joined_by_newlines(texts, data):
    lines = [text.split("\n") for text in texts]
    keep = [[data.draw(st.booleans()) for _ in document] for document in lines]
    first = np.cumsum([0, *map(len, lines)])
    flat = np.array([flag for flags in keep for flag in flags], bool)
    kept = keep_lines(pa.array(["", *texts], pa.string())[1:], first, flat)     # and of a slice, too
    assert kept.to_pylist() == [
        "\n".join(line for line, flag in zip(document, flags, strict=True) if flag)
        for document, flags in zip(lines, keep, strict=True)
    ]


def batch_of(texts, **columns):
    rows = len(texts)
    values = {"doc_id": [str(i) for i in range(rows)], "raw_content": texts, **columns}
    arrays = [pa.array(values.get(field.name, [None] * rows), field.type) for field in DOCUMENTS]
    return pa.RecordBatch.from_arrays(arrays, schema=DOCUMENTS)


def collect(shard, path, most):
    """The set of a shard's lines on disk, added two documents at a time."""
    texts = [text for text in shard if text]
    with Collector(path, most) as lines:
        for i in range(0, len(texts), 2):
            lines.add(*hash_lines(pa.array(texts[i : i + 2])))
        lines.write(path)
    return path


def deduplicate(group, folder, keep_first, most, bytes_held=1 << 20):
    """All of it in small pieces; for each shard the edited documents."""
    paths = [collect(shard, folder / f"{i}.npy", most) for i, shard in enumerate(group)]
    slices = [[] for _ in group]
    for number, part in enumerate(ranges([HashFile(path) for path in paths], most)):
        for unit, records in enumerate(duplicates(Part((), tuple(paths), part))):
            path = folder / f"{unit}-{number}.npy"
            with HashWriter(path) as out:
                written = out.write(*records)
            slices[unit].append(Slice(path, 0, len(written), xxhash.xxh3_128_hexdigest(written.tobytes())))
    for shard, pieces in zip(group, slices, strict=True):
        editor = Editor(Duplicates(pieces, keep_first, bytes_held))
        batches = [editor.edit(batch_of(shard[:3])), editor.edit(batch_of(shard[3:]))]
        yield editor, [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("keep_first", [False, True])
@pytest.mark.parametrize("most", [1, 3, 1000])
def test_every_document_keeps_the_lines_that_cc_net_keeps(tmp_path_factory, keep_first, most):
    @settings(max_examples=50)
    @given(GROUPS, st.sampled_from([0, 20, 1 << 20]))
    def check(group, bytes_held):
        folder = tmp_path_factory.mktemp("group")
        documents = [[ccnet_rule.document_of(text) for text in shard] for shard in group]
        expected = ccnet_rule.deduplicated(documents, keep_first)
        for shard, kept, (_, rows) in zip(
            group, expected, deduplicate(group, folder, keep_first, most, bytes_held), strict=True
        ):
            assert [row["line_ids"] for row in rows] == [ids for ids in kept if ids]
            texts = [text.split("\n") for text, ids in zip(shard, kept, strict=True) if ids]
            for row, lines in zip(rows, texts, strict=True):
                assert row["raw_content"] == "\n".join(lines[i] for i in row["line_ids"])
                assert (row["nlines"], row["length"]) == (len(row["line_ids"]), len(row["raw_content"]))

    check()


def test_memory_does_not_grow_with_the_number_of_lines(tmp_path):
    """4 million lines that differ, of which half are in both units: 36 MB of records, 4 MB of them at a time."""
    most, at_once, batches = 400_000, 100_000, 20
    random = np.random.default_rng(1)
    shared_hashes = random.integers(1, 1 << 64, (batches, at_once // 2), np.uint64, endpoint=False)
    budget = 50 * most + (8 << 20)       # see RECORDS_AT_ONCE; and batches

    paths = [tmp_path / "0.npy", tmp_path / "1.npy"]
    removed = 0
    tracemalloc.start()
    for path in paths:
        with Collector(path, most) as lines:
            for shared in shared_hashes:
                own = random.integers(1, 1 << 64, at_once // 2, np.uint64, endpoint=False)
                lines.add(np.concatenate([shared, own]), np.array([0, at_once]))
            assert lines.write(path) == (at_once * batches, 0)
    files = [HashFile(path) for path in paths]
    slices = [[], []]
    for number, part in enumerate(ranges(files, most)):
        for unit, records in enumerate(duplicates(Part((), tuple(paths), part))):
            path = tmp_path / f"{unit}-{number}.npy"
            with HashWriter(path) as out:
                written = out.write(*records)
            slices[unit].append(Slice(path, 0, len(written), xxhash.xxh3_128_hexdigest(written.tobytes())))
    duplicate_lines = Duplicates(slices[0], bytes_held=1 << 20)
    for shared in shared_hashes[:3]:
        removed += int(np.count_nonzero(duplicate_lines.to_remove(np.sort(shared))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert removed == 3 * at_once // 2
    assert peak < budget < 8 * 2 * at_once * batches
    assert not list(tmp_path.glob(".*.tmp"))


def test_damaged_duplicates_are_named_and_not_used(tmp_path):
    with HashWriter(tmp_path / "0.npy") as out:
        written = out.write(np.arange(10, dtype=np.uint64), np.zeros(10, np.uint8))
    checksum = xxhash.xxh3_128_hexdigest(written.tobytes())
    data = bytearray((tmp_path / "0.npy").read_bytes())
    data[-5] ^= 1
    (tmp_path / "0.npy").write_bytes(data)
    with pytest.raises(UserError, match=r"0\.npy is damaged"):
        Duplicates([Slice(tmp_path / "0.npy", 0, 10, checksum)])
    (tmp_path / "0.npy").write_bytes(data[:-5])
    with pytest.raises(UserError, match=r"0\.npy is damaged"):
        HashFile(tmp_path / "0.npy")


def test_a_set_on_disk_is_what_cc_net_saves(tmp_path):
    """`FlatHashSet.dump_np`: a structured array of `k` (uint64) and `v` (uint8)."""
    collect(["a\nb", "b\nc"], tmp_path / "0.npy", 1000)
    saved = np.load(tmp_path / "0.npy")
    marks = ccnet_rule.hashes_of([ccnet_rule.document_of(text) for text in ("a\nb", "b\nc")])
    assert {int(k): int(v) for k, v in zip(saved["k"], saved["v"], strict=True)} == marks
    assert saved.dtype == np.dtype([("k", np.uint64), ("v", np.uint8)])
