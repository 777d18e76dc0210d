"""Reading one file the way the engine does, and files to read."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from rpdata.engine.plan import plan
from rpdata.ledger import ReadReport
from rpdata.sources import ReadOptions, discover, read


class Reading(NamedTuple):
    """What came of reading: the documents as dicts, and the report."""

    rows: list[dict[str, Any]]
    report: ReadReport

    @property
    def ids(self) -> list[str]:
        return [row["doc_id"] for row in self.rows]

    @property
    def texts(self) -> list[str]:
        return [row["raw_content"] for row in self.rows]

    @property
    def causes(self) -> list[str]:
        return [error["cause"] for error in self.report.errors]

    def balances(self) -> bool:
        return self.report.read == len(self.rows) + sum(self.report.dropped.values()) + self.report.failed


def read_all(*paths: Path, snapshot: str | None = None, **options: Any) -> Reading:
    found = discover([str(path) for path in paths], snapshot)
    rows: list[dict[str, Any]] = []
    report = ReadReport()
    for unit in plan([], found, options.get("language")):
        for batch in read(unit, ReadOptions(**options), report):
            assert batch.num_rows
            batch.validate(full=True)
            rows += batch.to_pylist()
    return Reading(rows, report)


@pytest.fixture(scope="session")
def read_files() -> Callable[..., Reading]:
    """Reads files as one run would: (*paths, snapshot=None, **ReadOptions) -> Reading."""
    return read_all


@pytest.fixture
def ccnet_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes the lines of a cc_net file: objects, or bytes as they are."""

    def write(*lines: dict[str, Any] | bytes, place: str = "2023-06/0000/en_head.json.gz") -> Path:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        data = b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path

    return write
