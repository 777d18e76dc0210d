"""Inputs and models that vanish or change between planning, reading and the next run; names that lead elsewhere.

The command is held still right behind its planning, so that the moment is chosen and not a matter of luck.
"""

import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest

from tests.archives import response, warc_record, write_archive
from tests.command import command, contents, rpdata
from tests.crawls import PATIENT, wait_for

TEXT = b"title\n" + b"The quick brown fox jumps over the lazy dog, and then it sleeps.\n" * 20
OTHER = TEXT.replace(b"fox", b"cat") + b"A further line.\n"


def crawl_in(folder):
    """Three archives, a unit of its own each."""
    folder.mkdir()
    write_archive(folder / "a.warc.gz", response(b"<p>" + TEXT))
    write_archive(folder / "b.warc.wet.gz", warc_record(TEXT, "conversion"))
    write_archive(folder / "c.warc.wet.gz", warc_record(TEXT, "conversion"))
    return folder


def compute(crawl, root, *options):
    return ["compute-signals", crawl, "--snapshot", "s", "--files-per-shard", 1, "--workers", 1, "--quiet",
            *(options or ("--language", "en")), "--output", root]


@pytest.fixture
def crawl(tmp_path):
    return crawl_in(tmp_path / "crawl")


@pytest.fixture
def run(crawl, tmp_path):
    return compute(crawl, tmp_path / "out")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an undisturbed run gives."""
    folder = tmp_path_factory.mktemp("whole")
    result = rpdata(*compute(crawl_in(folder / "crawl"), folder / "out"))
    assert result.returncode == 0, result.stderr
    return folder / "out"


@contextmanager
def planned(run, root):
    """The command, held still when it has planned and before a worker is there; it goes on behind the block."""
    with subprocess.Popen(command(*run), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for((root / "rpdata.json").exists)
        process.send_signal(signal.SIGSTOP)
        assert not list(root.rglob("*.parquet"))
        yield process
        process.send_signal(signal.SIGCONT)
        process.said = process.communicate(timeout=120)[1]


def causes(root):
    return {left["unit"]: left["cause"] for left in map(json.loads, (root / "errors" / "unfinished.jsonl").open())}


@pytest.mark.parametrize("name", ["b.warc.wet.gz", "a.warc.gz"] if PATIENT else ["a.warc.gz"])
def test_an_input_that_vanishes_costs_its_unit_until_it_is_back(crawl, run, whole, tmp_path, name):
    root = tmp_path / "out"
    with planned(run, root) as process:
        (crawl / name).rename(tmp_path / name)
    assert process.returncode == 1
    assert "1 unit(s) could not be finished; all others are." in process.said
    assert f"cannot read {crawl / name}: No such file or directory" in process.said
    assert "Traceback" not in process.said
    [(unit, cause)] = causes(root).items()
    assert str(crawl / name) in cause
    status = json.loads(rpdata("status", root, "--json").stdout)
    assert status["steps"][0]["missing"] == [unit]
    (tmp_path / name).rename(crawl / name)
    assert rpdata(*run).returncode == 0
    assert contents(root) == contents(whole)


def test_an_input_replaced_by_another_file_is_not_taken_for_it(crawl, run, whole, tmp_path):
    root = tmp_path / "out"
    path = crawl / "b.warc.wet.gz"
    old = path.read_bytes()
    with planned(run, root) as process:
        write_archive(path, warc_record(OTHER, "conversion"))
    assert process.returncode == 1
    assert f"b.warc.wet.gz had {len(old):,} bytes when the work was planned" in process.said
    assert "Traceback" not in process.said
    assert len(causes(root)) == 1
    refused = rpdata(*run)
    assert (refused.returncode, "Bring the old file back" in refused.stderr) == (2, True)
    path.write_bytes(old)
    assert rpdata(*run).returncode == 0
    assert contents(root) == contents(whole)


def test_a_model_that_disappears_or_changes_before_the_work_stops_it_and_is_missed_by_the_next_run(
    repository, crawl, tmp_path
):
    model = tmp_path / "languages.bin"
    shutil.copy(repository / "sample_data" / "artefacts" / "languages.bin", model)
    old = model.read_bytes()
    root = tmp_path / "out"
    run = compute(crawl, root, "--language-model", model, "--languages", "all")
    changes = [(lambda: model.write_bytes(old[:-1] + b"\0"), "is damaged or was replaced")]
    if PATIENT:
        changes.append((model.unlink, "No such file or directory"))
    for change, complaint in changes:
        with planned(run, root) as process:
            change()
        assert process.returncode == 1, process.said
        assert f"{model} " in process.said
        assert complaint in process.said
        assert "Bring back the file that it was." in process.said
        assert "Traceback" not in process.said
        assert len(causes(root)) == 3
        if not model.exists():
            missed = rpdata(*run)
            assert (missed.returncode, f"{model} is not a file" in missed.stderr) == (2, True)
        model.write_bytes(old)
        shutil.rmtree(root)
    assert rpdata(*run).returncode == 0
    before = contents(root)
    model.write_bytes(old[:-1] + b"\0")
    next((root / "minhash").rglob("*.parquet")).unlink()
    other = rpdata(*run)
    assert other.returncode == 2
    assert "Text is written once. Use that one" in other.stderr
    model.write_bytes(old)
    assert rpdata(*run).returncode == 0
    assert contents(root) == before


def test_names_and_addresses_that_point_elsewhere_write_nothing_there(tmp_path):
    """`../` in a target URI, in a listing, in a file's name, in a snapshot and in a language."""
    folder = tmp_path / "crawl" / "deep"
    folder.mkdir(parents=True)
    uri = "https://example.com/../../../../etc/passwd"
    records = [warc_record(TEXT, "conversion", WARC_Target_URI=address, WARC_Record_ID="<../../x>")
               for address in (uri, "../../../up", "file:///etc/passwd", "/etc/passwd", "a\0b")]
    write_archive(tmp_path / "crawl" / "..%2f..%2fup.warc.wet.gz", *records)
    (folder / "list").write_text("../..%2f..%2fup.warc.wet.gz\n../deep/../..%2f..%2fup.warc.wet.gz\n")
    before = set(tmp_path.rglob("*"))
    root = tmp_path / "out"
    run = ["compute-signals", f"@{folder / 'list'}", "--output", root, "--language", "en", "--workers", 1]
    result = rpdata(*run, "--snapshot", "s", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["written"] == len(records)
    assert all(path.is_relative_to(root) for path in set(tmp_path.rglob("*")) - before)
    shown = rpdata("show", root, "s/..%2f..%2fup.warc.wet.gz/0")
    assert (shown.returncode, uri in shown.stdout) == (0, True)
    for option, value in (("--snapshot", "../up"), ("--language", "../en")):
        refused = rpdata(*run, "--snapshot", "s", option, value)
        assert (refused.returncode, value in refused.stderr) == (2, True)


def test_two_inputs_of_one_name_are_refused_also_when_the_second_comes_later(crawl, run, tmp_path):
    assert rpdata(*run).returncode == 0
    before = contents(tmp_path / "out")
    (tmp_path / "more").mkdir()
    write_archive(tmp_path / "more" / "b.warc.wet.gz", warc_record(OTHER, "conversion"))
    result = rpdata(run[0], tmp_path / "more", *run[2:])
    assert result.returncode == 2
    assert all(str(folder / "b.warc.wet.gz") in result.stderr for folder in (crawl, tmp_path / "more"))
    assert "--snapshot" in result.stderr
    assert contents(tmp_path / "out") == before


def test_a_folder_of_another_version_or_of_something_else_is_left_alone(run, whole, tmp_path):
    root = tmp_path / "out"
    shutil.copytree(whole, root)
    manifest = json.loads((root / "rpdata.json").read_text())
    for content, named in ((json.dumps({**manifest, "format_version": 99}), "format version 99"),
                           ("{", "rpdata.json cannot be read")):
        (root / "rpdata.json").write_text(content)
        before = contents(root)
        result = rpdata(*run)
        assert (result.returncode, named in result.stderr) == (2, True), result.stderr
        assert "Traceback" not in result.stderr
        assert contents(root) == before
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    result = rpdata(*run[:-1], tmp_path / "notes")
    assert (result.returncode, "mine.txt" in result.stderr) == (2, True)
    assert os.listdir(tmp_path / "notes") == ["mine.txt"]
