"""A small language model, trained once."""

import json
import tomllib
from pathlib import Path

import pytest

from rpdata.artefacts.train_lm import Trained, train

OPTIONS = {"vocabulary": 700, "order": 3}


def sentences(path: Path) -> list[str]:
    """The sentences of a text of the sample, more or less."""
    lines = path.read_text("utf-8").split("\n")
    return [part + "." for line in lines for part in line.strip("# ").split(". ") if part]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory, repository) -> Path:
    """A few hundred English documents of one sentence."""
    path = tmp_path_factory.mktemp("corpus") / "en.jsonl"
    documents = sentences(repository / "sample_data" / "texts" / "en.txt")
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in documents), "utf-8")
    return path


@pytest.fixture(scope="session")
def boilerplate(repository) -> list[str]:
    words = tomllib.loads((repository / "sample_data" / "texts" / "en.toml").read_text("utf-8"))
    return [" | ".join(value) for value in words.values() if isinstance(value, list)]


@pytest.fixture(scope="session")
def trained(tmp_path_factory, corpus) -> Trained:
    return train("en", [corpus], tmp_path_factory.mktemp("models"), **OPTIONS)
