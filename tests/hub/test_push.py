"""A push brings the whole dataset to the Hub, the card last, whatever happens on the way."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import File, Hub

from rpdata.dataset import Dataset

KINDS_THAT_GO = {"rpdata.json", "README.md", "documents", "quality_signals", "minhash", "sample", "ledger"}
FEW_FILES_PER_COMMIT = (
    "import rpdata.hub, sys; sys.modules['rpdata.hub.push'].FILES_PER_COMMIT = 4; "
    "from rpdata.__main__ import main; main()"
)


def local(dataset: Path) -> dict[str, bytes]:
    """The files that are to be published, by their paths."""
    paths = [path for path in dataset.rglob("*") if path.is_file()]
    named = {path.relative_to(dataset).as_posix(): path.read_bytes() for path in paths}
    return {name: content for name, content in named.items() if name.split("/")[0] in KINDS_THAT_GO}


def remote(server: Hub, repo: str = "ann/sample") -> dict[str, bytes | None]:
    return {path: file.content for path, file in server.repos[repo].files.items()}


def uploads(server: Hub) -> list[str]:
    return [path for method, path in server.requests if method == "PUT" or "/commit/" in path or "/v1/" in path]


def test_every_file_arrives_the_card_last_and_a_copy_opens_as_the_original(dataset, push, server, tmp_path):
    done = push()
    assert done.returncode == 0, done.stderr
    assert remote(server) == local(dataset)
    changes = server.repos["ann/sample"].commits
    assert changes[0][0] == "rpdata.json"
    assert [change for change in changes if "README.md" in change] == [["README.md"]] == changes[-1:]
    for path, content in remote(server).items():
        copy = tmp_path / "copy" / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(content)
    assert Dataset.open(tmp_path / "copy").status().complete


def test_large_files_go_by_chunks_where_the_library_can_and_not_again(dataset, push, server):
    done = push(HF_HUB_DISABLE_XET="0")
    assert done.returncode == 0, done.stderr
    assert not server.objects
    assert server.chunks
    large = {path: content for path, content in local(dataset).items() if path.endswith(".parquet")}
    files = server.repos["ann/sample"].files
    assert {path: files[path].sha256 for path in large} == \
        {path: hashlib.sha256(content).hexdigest() for path, content in large.items()}
    server.requests.clear()
    told = json.loads(push("--json", HF_HUB_DISABLE_XET="0").stdout)
    assert (told["uploaded"], told["unchanged"]) == (0, len(files))
    assert not uploads(server)


def test_a_changed_dataset_replaces_what_differs_and_removes_what_it_has_no_more(dataset, push, server):
    assert push().returncode == 0
    files = server.repos["ann/sample"].files
    files["documents/2020-01/0000/en_head.parquet"] = File(b"old", 3)
    files["LICENSE"] = File(b"mine", 4)
    card = dataset / "README.md"
    card.write_text(card.read_text("utf-8") + "\nMore of it.\n", "utf-8")
    told = json.loads(push("--json").stdout)
    assert (told["uploaded"], told["removed"]) == (1, 1)
    assert remote(server) == {**local(dataset), "LICENSE": b"mine"}
    assert server.repos["ann/sample"].commits[-1] == ["-documents/2020-01/0000/en_head.parquet", "README.md"]


@pytest.mark.parametrize(("ending", "chunked"), [(signal.SIGKILL, "0"), (signal.SIGINT, "1")])
def test_an_interrupted_push_goes_on_where_it_stopped(dataset, account, server, ending, chunked):
    command = [sys.executable, "-c", FEW_FILES_PER_COMMIT, "push", str(dataset), "--repo", "ann/sample"]
    environment = {**os.environ, **account, "HF_HUB_DISABLE_XET": str(1 - int(chunked))}
    server.allows = 3
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as running:
        assert server.reached.wait(60)
        running.send_signal(ending)
        _, told = running.communicate(timeout=60)
    if ending == signal.SIGINT:
        assert running.returncode == 1
        assert "Run the same command again" in told
    before = set(remote(server))
    assert "rpdata.json" in before
    assert "README.md" not in before
    server.allows = None
    server.gone_on.set()
    again = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert {path: file.size for path, file in server.repos["ann/sample"].files.items()} == \
        {path: len(content) for path, content in local(dataset).items()}
    changed = [path for change in server.repos["ann/sample"].commits for path in change]
    assert len(changed) == len(set(changed))
    assert set(server.stored.values()) <= {1}


@pytest.mark.parametrize(("change", "told"), [("more", "changed"), (None, "was deleted")])
def test_a_file_that_changes_during_the_upload_is_named(dataset, account, server, change, told):
    command = [sys.executable, "-m", "rpdata", "push", str(dataset), "--repo", "ann/sample"]
    server.allows = 1
    with subprocess.Popen(command, env={**os.environ, **account}, stderr=subprocess.PIPE, text=True) as running:
        assert server.reached.wait(60)
        manifest = dataset / "rpdata.json"
        if change:
            manifest.write_text(manifest.read_text() + "\n")
        else:
            manifest.unlink()
        server.allows = None
        server.gone_on.set()
        _, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert f"rpdata.json {told} while it was uploaded" in said


def test_a_server_that_is_unwell_is_asked_again(dataset, push, server):
    server.failing = {
        "whoami": [502], "repos/create": [500], "commit/main": [503, 429, 500], "tree/main": [504],
        "validate-yaml": [500], "PUT /objects": [503, 403],     # an address that has expired
    }
    done = push()
    assert done.returncode == 0, done.stderr
    assert not any(server.failing.values())
    assert remote(server) == local(dataset)


def test_a_server_that_stays_unwell_ends_the_push_and_says_that_it_can_be_repeated(push, server):
    server.failing = {"commit/main": [503] * 6}
    done = push()
    assert done.returncode == 1
    assert "503" in done.stderr
    assert "Run the same command again" in done.stderr
    assert not server.repos["ann/sample"].files


def test_files_that_a_gitignore_there_keeps_out_are_noticed(push, server):
    server.ignored = {"sample/sample.parquet"}
    done = push()
    assert done.returncode == 1
    assert "lacks 1 of" in done.stderr
    assert "sample/sample.parquet" in done.stderr
