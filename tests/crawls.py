"""A small crawl to disturb: the sample's WET files, and the same texts as WARC files with HTML pages."""

import html
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from tests.archives import response, write_archive

PATIENT = "RPDATA_FAULTS" in os.environ     # set by `make faults`: more moments, and what takes long
takes_long = pytest.mark.skipif(not PATIENT, reason="takes long: make faults")


def routed(repository: Path) -> list[str]:
    """Options for a run that deals documents out by language: several partitions in a unit."""
    model = repository / "sample_data" / "artefacts" / "languages.bin"
    return ["--snapshot", "2026-34", "--languages", "all", "--language-model", str(model), "--files-per-shard", "2"]


def crawl_of_both(repository: Path, folder: Path, times: int = 1) -> Path:
    """Six WET and six WARC files below `folder`, each of whose pages is there so many times."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted((repository / "sample_data" / "wet").glob("*.wet.gz")):
        (folder / file.name).write_bytes(file.read_bytes() * times)
        write_archive(folder / file.name.replace(".warc.wet.gz", ".warc.gz"), *pages_of(file) * times)
    return folder


def pages_of(wet: Path) -> list[bytes]:
    """WARC records of web pages that show the texts of a WET file."""
    records = []
    with wet.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.conversion):
            title, _, text = record.reader.read().decode().partition("\n")
            paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.splitlines())
            page = f"<!doctype html><html><title>{html.escape(title)}</title><main>{paragraphs}</main></html>"
            records.append(response(page.encode(), WARC_Target_URI=record.headers["WARC-Target-URI"]))
    return records


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return when the condition is true; AssertionError if it does not become so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
