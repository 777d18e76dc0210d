"""Any bytes, and files with bytes changed, under the name of any format: read to the end, every record counted."""

import gzip
import io
from contextlib import nullcontext
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from rpdata.extract.sandbox import Limits, Sandbox
from rpdata.sources import pages
from tests.fuzz.seeds import LINES, WARC, WET


def parquet() -> bytes:
    out = io.BytesIO()
    table = pa.table({"text": ["a", None, "\u00e4" * 99] * 9, "length": [1, 2, None] * 9})
    pq.write_table(table, out, row_group_size=5)
    return out.getvalue()


FILES = {
    "2023-06/0000/en_head.json.gz": [LINES],
    "a.jsonl": [LINES],
    "a.parquet": [parquet()],
    "a.warc.wet.gz": WET,
    "a.warc.gz": WARC,
}
PACKED = [bytes, gzip.compress, zstandard.ZstdCompressor().compress]
EDITS = st.lists(st.tuples(st.integers(0), st.integers(0, 60), st.binary(max_size=20)), max_size=4)


def edited(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for at, removed, inserted in edits:
        at %= len(data) + 1
        data = data[:at] + inserted + data[at + removed :]
    return data


@pytest.fixture(scope="module", autouse=True)
def _one_sandbox():
    """For all examples: starting one for each file takes longer than the rest."""
    with Sandbox(Limits()) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "Sandbox", lambda limits: nullcontext(sandbox))
        yield


@pytest.fixture(scope="module")
def read_bytes(read_files, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")

    def read(name: str, data: bytes) -> None:
        path: Path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        ours = {} if name.startswith("2023") else {"snapshot": "s", "language": "en"}
        reading = read_files(path, min_chars=0, **ours)
        assert reading.balances()
        assert len(set(reading.ids)) == len(reading.ids)
        assert reading.report.inputs[0]["bytes"] == len(data)

    return read


@pytest.mark.parametrize("name", FILES)
@given(data=st.binary(max_size=2000))
def test_any_bytes_are_read_to_the_end(read_bytes, name, data):
    read_bytes(name, data)


@pytest.mark.parametrize("name", FILES)
@given(pack=st.sampled_from(PACKED), before=EDITS, after=EDITS)
def test_damaged_files_are_read_to_the_end(read_bytes, name, pack, before, after):
    plain = edited(b"\0\xff\0".join(FILES[name]), before).split(b"\0\xff\0")
    read_bytes(name, edited(b"".join(map(pack, plain)), after))
