"""Keys: equal where bands or texts are, for every row, by prefix; a segment refuses files that it was not made of."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from build_dataset import Builder
from hypothesis import given
from hypothesis import strategies as st

from rpdata import bands
from rpdata.dedup.index.band_keys import PREFIX_SHIFT, PREFIXES, band_keys
from rpdata.dedup.index.exact_keys import exact_keys
from rpdata.dedup.index.segments import KeysTask, Segment, make_keys, segments_of
from rpdata.errors import UserError
from rpdata.ledger import Ledger


def signatures(rows: int, seed: int) -> pa.Array:
    """Some null, some equal to earlier ones in a part of their values."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 2**32, (rows, 128), np.uint32)
    for row in range(1, rows):
        if row % 3 == 0:
            end = int(rng.integers(1, 129))
            values[row, :end] = values[row - 1, :end]
    return pa.array([None if row % 5 == 4 else values[row].astype(">u4").tobytes() for row in range(rows)])


@pytest.mark.parametrize("threshold", sorted(bands.BANDS))
def test_documents_have_a_key_of_a_band_in_common_exactly_where_their_bands_are_equal(threshold: float) -> None:
    column = signatures(60, seed=1)
    made = band_keys([column[:17], column[17:]], threshold)
    cut = bands.cut(column, threshold).to_pylist()
    for band in range(bands.BANDS[threshold][0]):
        offsets = made["offsets"][band * PREFIXES:(band + 1) * PREFIXES + 1]
        here = slice(int(offsets[0]), int(offsets[-1]))
        keys, rows = made["keys"][here], made["rows"][here]
        assert sorted(rows.tolist()) == [row for row in range(60) if cut[row] is not None]
        for prefix in range(PREFIXES):
            group = slice(int(offsets[prefix] - offsets[0]), int(offsets[prefix + 1] - offsets[0]))
            assert (keys[group] >> np.uint64(PREFIX_SHIFT) == prefix).all()
            assert (np.diff(rows[group].astype(int)) > 0).all()
        for one, key in zip(rows, keys, strict=True):
            for other, other_key in zip(rows, keys, strict=True):
                assert (key == other_key) == (cut[one][band] == cut[other][band])


def key_of(made: dict[str, np.ndarray], row: int) -> list[int] | None:
    at = np.flatnonzero(made["rows"] == row)
    return made["keys"][at[0]].tolist() if len(at) else None


@pytest.mark.hypothesis
@given(st.lists(st.text(max_size=20), max_size=12), st.integers(0, 12))
def test_keys_of_texts_are_their_xxh3(texts: list[str], cut: int) -> None:
    column = pa.array(texts, pa.string())
    made = exact_keys([column[:cut], column[cut:]], "text")
    for row, text in enumerate(texts):
        value = xxhash.xxh3_128_intdigest(text.encode())
        assert key_of(made, row) == [value >> 64, value & (1 << 64) - 1]
    prefixes = made["keys"][:, 0] >> np.uint64(PREFIX_SHIFT) if texts else np.empty(0, np.uint64)
    assert np.array_equal(np.searchsorted(prefixes, np.arange(PREFIXES + 1)), made["offsets"])


def test_normalised_copies_differ_in_case_and_punctuation_only_and_need_words() -> None:
    texts = ["Hello, World!", "hello world", "hello worlds", "!!!", "???", "!!!", ""]
    made = exact_keys([pa.array(texts)], "normalised")
    keys = [key_of(made, row) for row in range(len(texts))]
    assert keys[0] == keys[1] != keys[2]
    assert keys[3] == keys[5] != keys[4]
    assert len({tuple(key or ()) for key in keys}) == 5


def test_a_document_without_a_digest_has_no_payload_key() -> None:
    made = exact_keys([pa.array(["sha1:A", None, "sha1:A"])], "payload")
    assert sorted(made["rows"].tolist()) == [0, 2]
    assert key_of(made, 0) == key_of(made, 2)


def segment_of(root: Path) -> Segment:
    ledger = Ledger(root)
    minhash = {entry.unit: entry for entry in ledger.entries("minhash")}
    (segment,) = segments_of(root, root / "index", list(ledger.entries("documents")), minhash)
    return segment


def test_a_segment_is_named_after_its_files(tmp_path: Path) -> None:
    one, other, changed = (Builder(tmp_path / name) for name in ("one", "other", "changed"))
    for builder in (one, other, changed):
        builder.with_partitions({"2023-06/0000/en_head": 20, "2023-06/0001/en_head": 5})
    table = changed.tables["minhash"]["2023-06/0001/en_head"]
    nothing = pa.nulls(5, pa.binary())
    changed.write("minhash", "2023-06/0001/en_head", table.set_column(2, table.schema.field(2), nothing))
    assert segment_of(one.root).name == segment_of(other.root).name != segment_of(changed.root).name
    assert segment_of(one.root).rows == 25


def test_files_that_changed_or_are_gone_are_refused_by_name(tmp_path: Path) -> None:
    builder = Builder(tmp_path / "out").with_partitions({"2023-06/0000/en_head": 20})
    segment = segment_of(builder.root)
    make_keys(KeysTask(segment, "ids"))
    assert segment.arrays("ids")["ids"].tolist() == list(range(20))
    path = builder.root / "minhash" / "2023-06/0000/en_head.parquet"
    path.write_bytes((Builder(tmp_path / "short").with_partitions({"2023-06/0000/en_head": 7}).root
                      / "minhash" / "2023-06/0000/en_head.parquet").read_bytes())
    with pytest.raises(UserError, match="has 7 rows, and 20 were indexed"):
        make_keys(KeysTask(segment, "keys-0.8"))
    path.unlink()
    with pytest.raises(UserError, match=re.escape("en_head.parquet is gone")):
        make_keys(KeysTask(segment, "keys-0.8"))
