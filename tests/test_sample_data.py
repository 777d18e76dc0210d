"""The sample files are what their script makes, and hold every kind of page that the demo promises."""

import gzip
import json
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import fasttext
import numpy as np
import pyarrow.parquet as pq
import pytest
import zstandard
from command import rpdata

from rpdata.engine.plan import plan
from rpdata.ledger import Ledger, ReadReport
from rpdata.sources import ReadOptions, discover, read

BUILT = ("cc_net", "wet", "warc", "damaged", "tables")


def files(folder: Path) -> dict[str, Path]:
    """Every built file below `folder`, by its path from there."""
    return {
        str(path.relative_to(folder)): path
        for name in BUILT
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    }


def members(data: bytes) -> Iterator[bytes]:
    """What is in each gzip member; the last may be torn."""
    while data:
        member = zlib.decompressobj(wbits=31)
        yield member.decompress(data)
        data = member.unused_data


def content(path: Path) -> object:
    """What is in a file, whatever compression library wrote it."""
    if path.suffix == ".gz":
        return b"".join(members(path.read_bytes()))
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).readall()
    return pq.read_table(path)


@pytest.fixture(scope="module")
def built(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders that the script built."""
    folders = [tmp_path_factory.mktemp("sample"), tmp_path_factory.mktemp("sample")]
    for folder in folders:
        subprocess.run([sys.executable, repository / "sample_data" / "build.py", folder], check=True)
    return folders


def test_building_twice_gives_the_same_bytes(built: list[Path]) -> None:
    first, second = ({name: path.read_bytes() for name, path in files(folder).items()} for folder in built)
    assert first == second


def test_the_files_in_the_repository_are_what_the_script_builds(repository: Path, built: list[Path]) -> None:
    here, there = files(repository / "sample_data"), files(built[0])
    assert sorted(here) == sorted(there)
    for name, path in here.items():
        assert content(path) == content(there[name]), name


def test_the_sample_is_small(repository: Path) -> None:
    assert sum(path.stat().st_size for path in files(repository / "sample_data").values()) < 700_000


def test_every_page_is_in_both_forms(repository: Path) -> None:
    sample = repository / "sample_data"
    urls: Counter[str] = Counter()
    broken = 0
    for path in sorted((sample / "cc_net").rglob("*.json.gz")):
        for line in gzip.decompress(path.read_bytes()).split(b"\n")[:-1]:
            try:
                urls[json.loads(line)["url"]] += 1
            except json.JSONDecodeError:
                broken += 1
    wet = b"".join(gzip.decompress(path.read_bytes()) for path in sorted((sample / "wet").glob("*.wet.gz")))
    in_wet = [line.split()[1].decode() for line in wet.split(b"\r\n") if line.startswith(b"WARC-Target-URI: ")]
    assert broken == 1
    assert len(urls) == urls.total() > 200
    assert sorted(urls) == sorted(in_wet)


class Archives(NamedTuple):
    pages: dict[str, tuple[str, str]]       # title and text by address
    report: ReadReport


@pytest.fixture(scope="module")
def archives(repository: Path) -> dict[str, Archives]:
    """What is in the WET files, and in the WARC files as main content and as full text."""
    found = {}
    for name, folder in (("wet", "wet"), ("main", "warc"), ("full", "warc")):
        inputs = discover([str(repository / "sample_data" / folder)], "2026-34")
        options = ReadOptions(language="en", min_chars=0, extract="full" if name == "full" else "main")
        report = ReadReport()
        rows = [
            row
            for unit in plan([], inputs, "en")
            for batch in read(unit, options, report)
            for row in batch.to_pylist()
        ]
        found[name] = Archives({row["url"]: (row["title"], row["raw_content"]) for row in rows}, report)
    return found


def kinds(urls: Iterable[str]) -> Counter[str]:
    """How many pages there are of each kind, which the addresses name."""
    return Counter(urlsplit(url).netloc.rpartition("-")[2].removesuffix(".example") for url in urls)


def test_the_main_content_of_a_page_is_its_text(archives):
    """Apart from a NUL, a star alone on its line, and white space: at the ends of lines and before a <pre>."""
    wet, main = archives["wet"].pages, archives["main"].pages
    assert len(wet) == 210
    assert wet.keys() == main.keys()
    assert kinds(url for url in wet if wet[url] != main[url]) == {"code": 5, "odd": 5, "shop": 8, "spam": 16}
    for url, (_, text) in wet.items():
        assert main[url][1].split() == text.replace("\n★\n", "\n").replace("\0", "").split(), url


def test_the_full_text_of_a_page_has_what_stands_around_it(archives):
    def with_footer(name: str) -> set[str]:
        return {url for url, (_, text) in archives[name].pages.items() if text.endswith("• Back to top")}

    english = {url for url in archives["full"].pages if "/en/" in url}
    assert not with_footer("wet")
    assert not with_footer("main")
    assert with_footer("full") >= {url for url in english if kinds([url]) != {"code": 1}}


def test_the_pages_come_in_many_charsets_and_encodings(repository: Path) -> None:
    web = b"".join(content(path) for path in sorted((repository / "sample_data" / "warc").iterdir()))
    named = Counter(re.findall(rb'charset="?([\w-]+)', web))
    for charset in (b"iso-8859-1", b"windows-1252", b"iso-8859-7", b"shift_jis", b"windows-1251", b"gb18030"):
        assert named[charset] > 0, charset
    assert web.count(b"\r\n\r\n\xff\xfe<\0") > 0
    for header in (b"Content-Encoding: gzip", b"Content-Encoding: br", b"Transfer-Encoding: chunked"):
        assert web.count(header) > 2, header


def test_records_without_a_page_are_dropped_by_reason(archives):
    for report in (archives["main"].report, archives["full"].report):
        assert report.read == 218
        assert report.dropped == {"http_status": 2, "not_response": 4, "not_text": 1, "revisit": 1}
        assert report.errors == []


def test_the_damaged_shard_loses_exactly_what_is_damaged(repository: Path, tmp_path: Path) -> None:
    model = repository / "sample_data" / "artefacts" / "languages.bin"
    options = ["--snapshot", "2026-34", "--languages", "en", "--language-model", model, "--output", tmp_path]
    run = rpdata("compute-signals", repository / "sample_data" / "damaged", *options)
    assert run.returncode == 3, run.stderr
    (entry,) = Ledger(tmp_path).entries("documents")
    assert entry.dropped == {"language": 2, "not_conversion": 1, "too_short": 2}
    assert (entry.read, entry.written, entry.failed) == (13, 6, 2)
    errors = [json.loads(line) for line in (tmp_path / "errors/documents/2026-34/0000.jsonl").open()]
    assert [(error["record"], error["cause"].partition(";")[0]) for error in errors] == [
        (3, "Content-Length is 1,200, but 1,330 bytes are there"),
        (7, "no Content-Length, but 1,050 bytes are there"),
        (None, "the file ends in the middle of a gzip member"),
        (12, "cut off after 511 of 799 bytes"),
        (None, "32 bytes between records belong to none"),
    ]


def test_training_the_language_model_twice_gives_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    """fastText 0.9.3 reads memory that it did not clear; the script has it cleared."""
    models = [tmp_path / "first.bin", tmp_path / "second.bin"]
    for model in models:
        subprocess.run([sys.executable, repository / "sample_data" / "train_language_model.py", model], check=True)
    assert models[0].read_bytes() == models[1].read_bytes()
    assert np.isfinite(fasttext.load_model(str(models[0])).get_input_matrix()).all()
    kept = repository / "sample_data" / "artefacts" / "languages.bin"
    assert kept.stat().st_size < 300_000
    for path in (models[0], kept):      # of another machine, so that only what it is for can be compared
        model = fasttext.load_model(str(path))
        for language in [name.removeprefix("__label__") for name in model.get_labels()]:
            text = (repository / "sample_data" / "texts" / f"{language}.txt").read_text("utf-8").replace("\n", "")
            ((score, label),) = model.f.predict(text + "\n", 1, 0.0, "strict")
            assert (label, score > 0.9) == (f"__label__{language}", True)


def test_the_demo_says_what_was_found(repository: Path, tmp_path: Path) -> None:
    command = [sys.executable, repository / "sample_data" / "demo.py", tmp_path / "demo"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    for promise in (
        "documents: 211 read = 210 written + 0 dropped + 1 failed",
        "Documents by language: en 93, de 33",
        "en_tail.json.gz/1, longest_word: ValueError",
        "Copies: 10 documents; similarity 0.8: 21 of 210",
        "en_all 76, es_all 23, fr_all 23, it_all 21, other_all 13 (ar, el,",
        "documents: 13 read = 6 written + 5 dropped (language 2, not_conversion 1, too_short 2) + 2 failed",
        "record 7: no Content-Length",
        "What to try next",
    ):
        assert promise in done.stdout
    beside = [line.split("  ") for line in done.stdout.splitlines() if line.startswith(("I was fifty", "  • Home"))]
    assert [[part for part in parts if part] for parts in beside] == [
        ["• Home"],
        ["I was fifty-three when I bought a se...", "I was fifty-three when I bought a se..."],
    ]
    assert len(done.stdout.splitlines()) < 90      # two screens
