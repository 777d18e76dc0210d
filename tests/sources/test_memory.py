"""What the readers hold does not depend on what the files hold."""

import gzip
import json
import subprocess
import sys

import pytest

from tests.archives import response

PEAK = """
import json, resource, sys
from rpdata.engine.plan import plan
from rpdata.ledger import ReadReport
from rpdata.sources import ReadOptions, discover, read
import pyarrow, pandas                          # what reading imports is not what reading holds
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
report = ReadReport()
[unit] = plan([], discover(sys.argv[1:], None), "en")
rows = sum(batch.num_rows for batch in read(unit, ReadOptions(language="en"), report))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
outcome = {"rows": rows, "dropped": report.dropped, "failed": report.failed}
print(json.dumps({"grown_mib": (peak - before) / 1024, **outcome}))
"""


def read_apart(path):
    """Rows, dropped, failed, and by how many MiB the process grew."""
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def line(megabytes, name="raw_content"):
    yield f'{{"{name}": "'.encode()
    for _ in range(megabytes):
        yield b"lorem ipsum " * (1_000_000 // 12)
    yield b'"}\n'


def wet(megabytes, length=None):
    body = b"".join(line(megabytes))
    yield f"WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: {length or len(body)}\r\n\r\n".encode()
    yield body
    yield b"\r\n\r\n"


def warc(megabytes):
    yield response(b"<p>" + b"".join(line(megabytes)))
    yield response(gzip.compress(bytes(megabytes << 20), 1), http=["Content-Encoding: gzip"])


def documents(megabytes):
    for _ in range(megabytes // 4):
        yield from line(4)


@pytest.mark.parametrize(
    ("name", "parts", "outcome"),
    [
        ("2023-06/0000/en_head.json.gz", line(300), {"rows": 0, "dropped": {"too_long": 1}, "failed": 0}),
        ("CC-MAIN-2023-06/a.warc.wet.gz", wet(300), {"rows": 0, "dropped": {"too_long": 1}, "failed": 0}),
        ("CC-MAIN-2023-06/a.warc.wet", wet(300, length=7), {"rows": 0, "dropped": {"too_long": 1}, "failed": 0}),
        ("CC-MAIN-2023-06/a.warc", warc(300), {"rows": 0, "dropped": {"too_long": 2}, "failed": 0}),
        ("2023-06/0000/en_tail.json", documents(300), {"rows": 75, "dropped": {}, "failed": 0}),
    ],
    ids=[
        "a line of 300 MB",
        "a record of 300 MB",
        "a record of unknown length",
        "a page of 300 MB and a bomb",
        "300 MB of documents of 4 MB",
    ],
)
def test_memory_is_bounded(tmp_path, name, parts, outcome):
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wb", compresslevel=1) if name.endswith(".gz") else path.open("wb") as file:
        file.writelines(parts)
    seen = read_apart(path)
    assert seen.pop("grown_mib") < 150
    assert seen == outcome
