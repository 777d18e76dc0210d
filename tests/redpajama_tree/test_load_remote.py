"""`rpdata.load_dataset` over a stand-in for the hub, and over a server that lists nothing but partitions."""

import functools
import http.server
import json
import os
import subprocess
import sys
import threading

import pytest
from file_server import serving

import rpdata
from rpdata.errors import CannotFinish, UserError

DE_HEAD = {"snapshots": ["2026-34"], "languages": ["de"], "deduplicated": True}

ASK = """
import json, sys, rpdata
from rpdata.errors import UserError

def answer(repository, asked):
    try:
        rows = rpdata.load_dataset(repository, split="train", **asked)
        return [[row["doc_id"], row["raw_content"]] for row in rows]
    except UserError as error:
        return str(error)

print(json.dumps([answer(*call) for call in json.loads(sys.argv[1])]))
"""


def ask(endpoint, *calls):
    """In a process of its own, as the library reads the hub's address when it is imported."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(calls)], capture_output=True, text=True,
        env={**os.environ, "HF_ENDPOINT": endpoint},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ids_and_texts(place, **asked):
    rows = rpdata.load_dataset(str(place), split="train", streaming=True, **asked)
    return [[row["doc_id"], row["raw_content"]] for row in rows]


@pytest.fixture(scope="module")
def hub(dataset, tree, tmp_path_factory):
    """Three repositories: a dataset of ours, published files, and a sample alone."""
    folder = tmp_path_factory.mktemp("hub") / "somebody"
    (folder / "small").mkdir(parents=True)
    for name, place in (("ours", dataset), ("rp-v2", tree), ("small/sample", tree)):
        (folder / name).symlink_to(place)
    with serving(folder.parent) as server:
        yield server


def test_of_a_repository_only_the_files_asked_for_are_fetched(hub, dataset, tree, tmp_path):
    asked = {**DE_HEAD, "cache_dir": str(tmp_path)}
    stream = {**asked, "streaming": True}
    tail = {"name": "sample", "partition": "tail", "streaming": True}
    ours, theirs, table, sample, no_documents = ask(
        hub.url, ("somebody/ours", stream), ("somebody/rp-v2", stream), ("somebody/rp-v2", asked),
        ("somebody/small", tail), ("somebody/small", stream),
    )
    assert hub.fetched == {
        "somebody/ours/rpdata.json",
        "somebody/ours/documents/2026-34/0000/de_head.parquet",
        "somebody/ours/quality_signals/2026-34/0000/de_head.parquet",
        "somebody/ours/duplicates/2026-34/0000/de_head.parquet",
        "somebody/rp-v2/documents/2026-34/0000/de_head.json.gz",
        "somebody/rp-v2/quality_signals/2026-34/0000/de_head.signals.json.gz",
        "somebody/rp-v2/duplicates/2026-34/0000/de_head.duplicates.parquet",
        "somebody/small/sample/documents/2026-34/0000/en_tail.json.gz",
    }
    assert ours == ids_and_texts(dataset, **DE_HEAD)
    assert theirs == table == ids_and_texts(tree, **DE_HEAD)
    assert sample == ids_and_texts(tree, partition="tail")
    assert "it has neither rpdata.json" in no_documents


def test_a_hub_that_cannot_be_reached_is_told_without_a_traceback():
    (told,) = ask("http://127.0.0.1:9", ("somebody/ours", {"streaming": True}))
    assert "cannot read somebody/ours" in told


def test_what_a_server_lacks_beside_documents_is_told_once_and_ends_no_stream(server, tree, tmp_path):
    asked = {"snapshots": ["2026-34"], "languages": ["en"], "partition": "head_middle"}
    whole = ids_and_texts(tree, **asked)
    for kind in ("quality_signals", "duplicates"):
        (tmp_path / kind).unlink()
    with pytest.warns(UserWarning, match="does not have all files") as warned:
        rows = list(rpdata.load_dataset(server, split="train", streaming=True, **asked))
    assert [[row["doc_id"], row["raw_content"]] for row in rows] == whole
    assert {row["quality_signals"] for row in rows} == {'{"is_duplicate":null}'}
    assert {str(each.message) for each in warned if "does not have" in str(each.message)} == {
        f"{server} does not have all files of duplicates/ that go with its lists: is_duplicate is null where they are "
        "not",
        f"{server} does not have all files of quality_signals/ that go with its lists: documents come without signals "
        "where they are not",
    }
    with pytest.raises(CannotFinish, match=r"404.*(?s:.*)Or load without deduplicated"):
        ids_and_texts(server, deduplicated=True, **asked)


@pytest.fixture
def server(tree, tmp_path):
    """The tree and RedPajama-V2's lists of it, by plain HTTP; listing folders is not offered."""
    (tmp_path / "listings").mkdir()
    for kind in ("documents", "quality_signals", "duplicates"):
        (tmp_path / kind).symlink_to(tree / kind)
    (tmp_path / "listings" / "en-2026-34-head_middle.txt").write_text("2026-34/0000/en_head\n2026-34/0000/en_middle\n")
    (tmp_path / "listings" / "en-2026-34-tail.txt").write_text("2026-34/0000/en_tail\n")
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def list_directory(self, _path):
        self.send_error(403)

    def log_message(self, *_):
        """Quiet."""


def test_a_server_is_asked_by_its_lists(server, tree):
    for partition in ("head_middle", "tail", "all"):
        asked = {"snapshots": ["2026-34"], "languages": ["en"], "partition": partition}
        assert ids_and_texts(server, **asked) == ids_and_texts(tree, **asked)


def test_a_server_needs_to_be_told_the_snapshots(server):
    with pytest.raises(UserError, match="say which snapshots"):
        ids_and_texts(server, languages=["en"])


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"\xff\xfe", b"../0000/en_tail\n", b"en_tail\n"])
def test_a_list_that_is_none_is_told(server, tmp_path, content):
    (tmp_path / "listings" / "en-2026-34-tail.txt").write_bytes(content)
    with pytest.raises(CannotFinish, match=r"listings/en-2026-34-tail.txt is no list of partitions"):
        ids_and_texts(server, snapshots=["2026-34"], languages=["en"], partition="tail")


def test_what_a_server_has_no_list_of_is_told(server):
    with pytest.raises(CannotFinish, match=r"cannot read .*/listings/fr-2026-34-tail.txt: HTTPError: HTTP Error 404"):
        ids_and_texts(server, snapshots=["2026-34"], languages=["fr"], partition="tail")
