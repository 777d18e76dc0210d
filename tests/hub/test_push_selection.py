"""What goes to the Hub and what does not, told without a network."""

import json

import pytest
from command import rpdata

from rpdata.errors import UserError
from rpdata.hub.push import BYTES_PER_COMMIT, FILES_PER_COMMIT, commits
from rpdata.hub.selection import Going, select


def test_a_dry_run_lists_every_file_with_its_size_and_asks_nobody(dataset, push, server):
    (dataset / "errors").mkdir()
    (dataset / "errors" / "one.jsonl").write_text("{}\n")
    (dataset / "notes.txt").write_text("mine")
    done = push("--dry-run", "--json", HF_TOKEN="")
    assert done.returncode == 0, done.stderr
    assert not server.requests
    told = json.loads(done.stdout)
    sizes = {file["path"]: file["bytes"] for file in told["files"]}
    assert sizes == {path: (dataset / path).stat().st_size for path in sizes}
    assert sum(sizes.values()) == told["bytes"]
    assert {path.split("/")[0] for path in sizes} == {
        "rpdata.json", "README.md", "documents", "quality_signals", "minhash", "sample", "ledger",
    }
    assert list(sizes)[-1] == "README.md"
    assert set(told["stays"]) == {"errors/", "logs/", "notes.txt"}


def test_a_dry_run_shows_sums_and_ends_as_the_push_would(dataset, push, server):
    done = push("--dry-run")
    assert done.returncode == 0
    size = sum(path.stat().st_size for path in (dataset / "documents").rglob("*.parquet"))
    assert ["documents/", "2", f"{size:,}"] in [line.split() for line in done.stdout.splitlines()]
    assert "Stays here: logs/" in done.stdout
    (dataset / "README.md").unlink()
    done = push("--dry-run", "--incomplete")
    assert done.returncode == 4
    assert "it has no README.md" in done.stdout


def test_what_is_no_part_of_the_dataset_stays(dataset):
    (dataset / "documents" / ".en.parquet.0123.tmp").write_bytes(b"torn")
    (dataset / "documents" / "2026-34" / "0000" / "stray.parquet").write_bytes(b"stray")
    (dataset / "sample" / "notes.txt").write_text("mine")
    (dataset / "index").mkdir()
    paths = [file.path for file in select(dataset).files]
    assert not [path for path in paths if "tmp" in path or "stray" in path or "notes" in path]
    assert select(dataset).stays["index/"] == "rpdata dedup makes it anew"


def test_a_damaged_file_is_not_pushed(dataset):
    path = dataset / "minhash" / "2026-34" / "0000" / "en_head.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(UserError, match=r"en_head\.parquet is torn"):
        select(dataset)


def test_a_folder_that_is_no_dataset_is_told_and_left_as_it_is(tmp_path):
    done = rpdata("push", tmp_path, "--repo", "ann/sample")
    assert done.returncode == 2
    assert "is not a dataset" in done.stderr
    assert not list(tmp_path.iterdir())


def test_commits_hold_no_more_than_the_hub_takes_and_keep_the_order():
    files = [Going(str(number), "x", size) for number, size in enumerate([1] * 1100 + [BYTES_PER_COMMIT] * 2 + [7, 7])]
    batches = list(commits(iter(files)))
    assert [file for batch in batches for file in batch] == files
    assert [len(batch) for batch in batches] == [FILES_PER_COMMIT, FILES_PER_COMMIT, 100, 1, 1, 2]
