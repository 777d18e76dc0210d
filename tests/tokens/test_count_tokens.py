"""Counts of tokens: what the tokenizer itself says of each text, beside the documents, and in the waterfall."""

import json
import shutil
import sys
from pathlib import Path
from unittest import mock

import pyarrow.parquet as pq
import pytest
from command import rpdata
from dedup.annotated import annotated, here
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, col, rule
from rpdata.decide.overlay import decide_unit, tasks_of
from rpdata.decide.waterfall import TOKEN, Tally
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.show import find_document
from rpdata.tokens.run import TokensSummary, count_tokens

TEXTS = {
    "2023-06/0000/de_head": ["Ein kurzer Satz.", "", "ä😀 " * 30],
    "2023-06/0000/en_head": [f"{number} mills at the end of the lane were sold. " * number for number in range(12)],
    "2023-14/0000/en_tail": ["the end of the lane"],
}
ONE = Resources.of(1, None, None)
LONG = Recipe("long", rule("long", col("length") >= 100))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tokens")


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Path:
    """Of bytes and what stands often together; as it was saved for training, it cuts texts off and fills them up."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=alphabet, show_progress=False)
    made.train_from_iterator([text for texts in TEXTS.values() for text in texts], trainer)
    made.enable_truncation(3)
    made.enable_padding(length=50)
    made.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


@pytest.fixture(scope="module")
def ran(folder: Path, tokenizer: Path) -> tuple[Path, dict]:
    """A dataset whose tokens the command counted, and what it told."""
    root = annotated(folder / "out", folder / "crawl", TEXTS)
    run = rpdata("count-tokens", root, "--tokenizer", folder, "--workers", 1, "--json")
    assert run.returncode == 0, run.stderr
    return root, json.loads(run.stdout)


@pytest.fixture
def root(ran: tuple[Path, dict], tmp_path: Path) -> Path:
    return Path(shutil.copytree(ran[0], tmp_path / "out"))


def counting(root: Path, tokenizer: Path, name: str | None = None) -> TokensSummary:
    with mock.patch("rpdata.annotate.work.start", here):
        return count_tokens(root, tokenizer, name, resources=ONE)


def slow_counts(tokenizer: Path) -> dict[str, list[int]]:
    """Partition -> tokens of its documents, one text after the other."""
    made = Tokenizer.from_file(str(tokenizer))
    made.no_truncation()
    made.no_padding()
    return {part: [len(made.encode(text, add_special_tokens=False).ids) for text in texts]
            for part, texts in TEXTS.items()}


def counts_of(root: Path, overlay: str = "tokens") -> dict[str, list[int]]:
    files = {part: pq.read_table(root / overlay / f"{part}.parquet") for part in TEXTS}
    return {part: table.column(1).to_pylist() for part, table in files.items()}


def test_every_text_is_counted_whole(ran, tokenizer):
    root, told = ran
    expected = slow_counts(tokenizer)
    assert counts_of(root) == expected
    assert max(expected["2023-06/0000/en_head"]) > 50
    assert (told["documents"], told["tokens"]) == (16, sum(map(sum, expected.values())))
    assert told["languages"]["de"]["tokens"] == sum(expected["2023-06/0000/de_head"])
    status = Dataset.open(root).status()
    assert status.complete
    assert "tokens" in [step.step for step in status.steps]
    shown = find_document(root, "2023-06/0000/en_head.json.gz/3")
    assert [(each.value, each.unit) for each in shown.signals if each.name == "tokens"] == \
        [(expected["2023-06/0000/en_head"][3], "tokens")]
    assert "| `tokens/` | its tokens, by `tokenizer.json`" in (root / "README.md").read_text()


def test_texts_are_counted_alike_in_slices_of_any_size(root, tokenizer, monkeypatch):
    before = counts_of(root)
    monkeypatch.setattr("rpdata.tokens.tokenizer.BYTES_AT_ONCE", 100)
    counting(root, tokenizer, "again")
    assert counts_of(root, "tokens-again") == before


def test_what_is_counted_is_left_alone_and_new_documents_are_added(root, tokenizer, tmp_path):
    times = {path: path.stat().st_mtime_ns for path in (root / "tokens").rglob("*.parquet")}
    assert counting(root, tokenizer).units_done_before == 3
    assert {path: path.stat().st_mtime_ns for path in times} == times
    annotated(root, tmp_path / "crawl", {"2023-14/0001/en_head": ["the lane"]})
    summary = counting(root, tokenizer)
    assert (summary.units, summary.units_done_before, summary.documents) == (4, 3, 17)


def test_a_second_tokenizer_has_an_overlay_of_its_own(root, tokenizer, tmp_path):
    made = Tokenizer(models.WordLevel({"[UNK]": 0, "the": 1}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.save(str(tmp_path / "words.json"))
    before = counts_of(root)
    with pytest.raises(UserError, match=r"tokens/ has the tokens of another tokenizer \(tokenizer.json, 300 tokens\)"):
        counting(root, tmp_path / "words.json")
    counting(root, tmp_path / "words.json", "words")
    assert counts_of(root) == before
    assert counts_of(root, "tokens-words") == {part: [len(text.split()) for text in texts]
                                               for part, texts in TEXTS.items()}
    assert {"tokens", "tokens_words"} <= set(Dataset.open(root).scan().collect_schema().names())


def test_the_waterfall_has_the_tokens_where_all_documents_have_them_counted(root, tokenizer):
    tokens = slow_counts(tokenizer)
    kept = sum(
        count for part, texts in TEXTS.items() for count, text in zip(tokens[part], texts, strict=True)
        if len(text) >= 100
    )
    tasks = tasks_of(Dataset.open(root), LONG)
    tally = sum(map(decide_unit, tasks), Tally.empty(LONG, tasks[0].tokens))
    assert tally.counted == "tokens"
    assert tally.whole.kept[TOKEN] == kept > 0
    assert tally.whole.read[TOKEN] == sum(map(sum, tokens.values()))
    told = tally.as_dict()
    assert told["tokens"] == {"counted": "tokens", "of_lines_by_characters": False}
    assert told["rules"][0]["in_order"]["tokens"] == told["read"]["tokens"] - kept
    assert told["snapshots"]["2023-14"]["read"]["tokens"] == tokens["2023-14/0000/en_tail"][0]
    (root / "ledger" / "tokens" / "2023-14/0000/en_tail.json").unlink()
    assert {task.tokens for task in tasks_of(Dataset.open(root), LONG)} == {None}


@pytest.mark.parametrize(
    ("file", "name", "message"),
    [
        ("nothing.json", None, r"no such file: .*nothing.json. --tokenizer wants the tokenizer.json"),
        ("torn.json", None, r"torn.json is no tokenizer.json of the library tokenizers: EOF"),
        ("tokenizer.json", "gpt-2", r"counts cannot be called 'gpt-2'.*--name gpt2"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_written(root, tokenizer, tmp_path, file, name, message):
    (tmp_path / "torn.json").write_bytes(tokenizer.read_bytes()[:50])
    shutil.copy(tokenizer, tmp_path / "tokenizer.json")
    before = sorted(root.rglob("*"))
    with pytest.raises(UserError, match=message):
        counting(root, tmp_path / file, name)
    assert sorted(root.rglob("*")) == before


def test_without_the_library_it_is_said_how_to_install_it(root, tokenizer, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    other = shutil.copy(tokenizer, tmp_path / "other.json")     # what was read before is known
    with pytest.raises(UserError, match=r"`tokenizers` is not installed. Install it: pip install 'rpdata\[tokens\]'"):
        counting(root, Path(other), "other")
