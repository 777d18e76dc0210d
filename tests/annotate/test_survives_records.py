"""Archives full of what the web really holds, through a whole unit of work: each record ends as it should, and memory
does not depend on what is in them."""

import gzip
import json
import subprocess
import sys
from hashlib import sha256

import brotli
import pytest

from tests.archives import response, warc_record, write_archive

LINES = [f"The fox saw {sha256(bytes([n])).hexdigest()[:20]} jump, and fünf Boxkämpfer slept.\n" for n in range(60)]
TEXT = "".join(LINES)
HUGE = 200_000_000
GROWN_MIB = 400             # a unit of usual documents takes about as much

WORKER = """
import json, resource, sys
from pathlib import Path
from rpdata.annotate import Settings
from rpdata.annotate.unit import annotate_unit
from rpdata.engine.plan import plan
from rpdata.sources import ReadOptions, discover
from rpdata.text.warmup import warm_up
warm_up()
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
before = peak()
for unit in plan([], discover(sys.argv[2:], "s"), "en"):
    annotate_unit(unit, Settings(Path(sys.argv[1]), ReadOptions(language="en")))
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({"grown_mib": peak() - before, "children_mib": children}))
"""


def annotate(root, *archives):
    """The unit's work in a process of its own, as a worker does it; by how much it grew."""
    done = subprocess.run([sys.executable, "-c", WORKER, str(root), *map(str, archives)], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def outcome(root):
    """The entry of `documents`, and what errors/ says: record -> cause."""
    [entry] = [json.loads(path.read_bytes()) for path in (root / "ledger" / "documents").rglob("*.json")]
    lines = [json.loads(line) for path in (root / "errors").rglob("*.jsonl") for line in path.open()]
    assert entry["read"] == entry["written"] + sum(entry["dropped"].values()) + entry["failed"]
    return entry, {line["record"]: line["cause"] for line in lines}


def wet(text, **headers):
    return warc_record(text, "conversion", "text/plain", **headers)


@pytest.mark.parametrize("kind", ["wet", "warc"])
def test_a_record_of_200_mb_costs_itself_and_no_memory(tmp_path, kind):
    words = b"<p>" + (b"lorem ipsum dolor " * 58_254)[: 1 << 20]
    good, huge = (wet(b"t\n" + TEXT.encode()), wet(words * 200)) if kind == "wet" else (
        response(TEXT.encode()), response(words * 200))
    path = tmp_path / f"a.warc.{'wet.gz' if kind == 'wet' else 'gz'}"
    path.write_bytes(b"".join(gzip.compress(part, 1) for part in (good, huge, good)))
    assert len(huge) >= HUGE
    memory = annotate(tmp_path / "out", path)
    entry, _ = outcome(tmp_path / "out")
    assert (entry["written"], entry["dropped"]) == (2, {"too_long": 1})
    assert memory["grown_mib"] < GROWN_MIB
    assert memory["children_mib"] < GROWN_MIB


def test_each_odd_text_of_a_wet_file_ends_as_it_should(tmp_path):
    text = TEXT.encode()
    good = wet(b"t\n" + text)
    torn = gzip.compress(good, mtime=0)
    path = write_archive(
        tmp_path / "a.warc.wet.gz",
        good,
        wet(b"t\n" + text.replace(b"fox", b"\0\0\0")),
        wet(b"t\n" + text + b"\xff\xfe\xc3" + text),
        wet(b"\0" * 2000),
        wet(b""),
        wet(b"t\n" + text, Content_Length=7),
        wet(b"t\n" + text, Content_Length=10**15),
        wet(b"t\n" + text, Content_Length=None),
        good,
    )
    path.write_bytes(path.read_bytes() + torn[: len(torn) // 2])
    annotate(tmp_path / "out", path)
    entry, causes = outcome(tmp_path / "out")
    assert (entry["written"], entry["dropped"], entry["failed"]) == (7, {"too_short": 2}, 1)
    assert sorted(causes, key=str) == [5, 6, 7, 9, None]
    assert "Content-Length is 7, but" in causes[5]
    assert "the file ends in the middle of a gzip member" in causes[None]
    assert "cut off after" in causes[9]


def test_each_odd_page_of_a_warc_file_ends_as_it_should(tmp_path):
    page = f"<p>{TEXT}</p>".encode()
    bomb = gzip.compress(bytes(64 << 20), mtime=0), brotli.compress(bytes(64 << 20), quality=1)
    path = write_archive(
        tmp_path / "a.warc.gz",
        response(page),
        response(f"<p>{TEXT}</p>".encode("latin-1"), "text/html; charset=utf-8"),
        response(page.replace(b"fox", b"\0")),
        response(bomb[0], http=["Content-Encoding: gzip"]),
        response(bomb[1], http=["Content-Encoding: br"]),
        response(gzip.compress(page, mtime=0)[:-30], http=["Content-Encoding: gzip"]),
        response(b""),
        response(page, Content_Length=7),
        response(page),
    )
    memory = annotate(tmp_path / "out", path)
    entry, causes = outcome(tmp_path / "out")
    assert (entry["written"], entry["dropped"].get("too_long")) == (6, 2), (entry, causes)
    assert "gzip encoding breaks off" in causes[5]
    assert "Content-Length is 7" in causes[7]
    assert memory["grown_mib"] < GROWN_MIB
    assert memory["children_mib"] < GROWN_MIB
