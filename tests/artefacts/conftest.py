"""A small language model, trained once; models as cc_net has them; a cache for a test."""

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


@pytest.fixture
def own_home(monkeypatch, tmp_path) -> Path:
    """A cache of its own for a test, for this process and those that it starts."""
    monkeypatch.setenv("RPDATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def language_models(shared, tmp_path):
    """A folder as cc_net's: a model of pieces, and an n-gram model of them."""
    import sentencepiece

    folder = tmp_path / "data/lm_sp"
    folder.mkdir(parents=True)
    lines = (shared / "golden/lm/text.txt").read_text(encoding="utf-8").splitlines()[:500]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_prefix=str(folder / "xx"), vocab_size=200, minloglevel=2
    )
    (folder / "xx.model").rename(folder / "xx.sp.model")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(folder / "xx.sp.model"))
    words = [processor.id_to_piece(number) for number in range(len(processor))]     # <unk>, <s> and </s> among them
    arpa = [
        f"\\data\\\nngram 1={len(words)}\nngram 2=1\n\n\\1-grams:", *(f"-2\t{word}\t0" for word in words),
        f"\n\\2-grams:\n-1\t<s> {words[-1]}\n\n\\end\\\n",
    ]
    (folder / "xx.arpa.bin").write_text("\n".join(arpa), "utf-8")       # kenlm tells by the content
    return folder
