"""A dataset of ours, and the same documents as RedPajama-V2 publishes them: made by the commands."""

import shutil
from pathlib import Path

import pytest

from tests.command import rpdata


@pytest.fixture(scope="session")
def crawl(repository, tmp_path_factory) -> Path:
    """cc_net files of two snapshots; one record is torn, and some documents are copies."""
    folder = tmp_path_factory.mktemp("crawl")
    sample = repository / "sample_data" / "cc_net" / "2026-34" / "0000"
    for name in ("en_head", "en_middle", "en_tail", "de_head"):
        place(sample / f"{name}.json.gz", folder / "2026-34" / "0000")
    place(sample / "de_middle.json.gz", folder / "2023-06" / "0003")
    return folder


def place(file: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / file.name)


@pytest.fixture(scope="session")
def dataset(crawl, tmp_path_factory) -> Path:
    """The crawl, annotated and deduplicated."""
    output = tmp_path_factory.mktemp("annotated") / "out"
    run("compute-signals", crawl, "--output", output)
    run("dedup", output, "--fuzzy", "none")
    return output


@pytest.fixture(scope="session")
def tree(crawl, dataset, tmp_path_factory) -> Path:
    """The same as RedPajama-V2's files: all four kinds for head and middle, documents alone for the tail."""
    folder = tmp_path_factory.mktemp("published") / "rp-v2"
    run("export", dataset, "--format", "redpajama", "--output", folder)
    shutil.copytree(crawl, folder / "documents")
    for path in [*folder.rglob("*_tail.*.json.gz"), *folder.rglob("*_tail.*.parquet")]:
        path.unlink()
    return folder


def run(*arguments) -> None:
    done = rpdata(*arguments, "--quiet", "--workers", "1")
    assert done.returncode in (0, 3), done.stderr       # 3: the sample has a record that is no document
