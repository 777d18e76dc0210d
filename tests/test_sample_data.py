"""The sample files are what their script makes, and hold every kind of page that the demo promises."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import fasttext
import numpy as np
import pyarrow.parquet as pq
import pytest
import zstandard

BUILT = ("cc_net", "wet", "tables")


def files(folder: Path) -> dict[str, Path]:
    """Every built file below `folder`, by its path from there."""
    return {
        str(path.relative_to(folder)): path
        for name in BUILT
        for path in sorted((folder / name).rglob("*"))
        if path.is_file()
    }


def content(path: Path) -> object:
    """What is in a file, whatever compression library wrote it."""
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
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
    assert sum(path.stat().st_size for path in files(repository / "sample_data").values()) < 1_000_000


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
    assert "Documents by language: en 93, de 33" in done.stdout
    assert "What to try next" in done.stdout
