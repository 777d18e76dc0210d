"""Ctrl-C at any time: within seconds, with a message, with no process left, and nothing lost. And lack of memory."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.archives import response, warc_record, write_archive
from tests.command import command, contents, rpdata, three_seconds
from tests.crawls import PATIENT, crawl_of_both, routed, takes_long, wait_for

HANGS = b"<div>" * 200_000      # the parser takes quadratic time for it
STOPPED = "rpdata: stopped. Run the same command again: it goes on where it stopped.\n"


def processes_of(process, naming=""):
    """The living processes below another one, itself not counted, whose command lines hold a word."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if child.status() != psutil.STATUS_ZOMBIE and naming in " ".join(child.cmdline()):
                found.append(child)
        except psutil.Error:    # it has just ended
            continue
    return found


def gone(processes):
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_pages_that_hang_the_parser_do_not_outlive_the_command(tmp_path, number):
    """A terminal sends Ctrl-C to all processes at once."""
    crawl = [write_archive(tmp_path / f"{name}.warc.gz", response(HANGS)) for name in "ab"]
    run = command("compute-signals", *crawl, "--snapshot", "s", "--language", "en", "--files-per-shard", 1,
                  "--workers", 2, "--output", tmp_path / "out")
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        wait_for(lambda: [parser.cpu_times().user > 0.6 for parser in processes_of(process, "rpdata.extract.child")]
                 == [True, True])
        left = processes_of(process)
        began = time.monotonic()
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.kill()
        _, errors = process.communicate(timeout=60)
        assert time.monotonic() - began < three_seconds()
        if number == signal.SIGINT:
            assert process.returncode == 1
            assert errors.endswith(STOPPED)
        wait_for(lambda: gone(left), seconds=3)


@takes_long
def test_an_interrupted_run_over_archives_is_continued_to_the_same_bytes(repository, tmp_path):
    crawl = crawl_of_both(repository, tmp_path / "crawl", times=8)
    options = [*routed(repository), "--files-per-shard", 1, "--workers", 2]
    assert rpdata("compute-signals", crawl, *options, "--output", tmp_path / "whole").returncode == 0
    root = tmp_path / "out"
    run = command("compute-signals", crawl, *options, "--output", root)
    with subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        wait_for(lambda: len(list((root / "ledger" / "documents").rglob("*.json"))) > 1)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert time.monotonic() - began < three_seconds()
    assert (process.returncode, "Traceback" in errors) == (1, False), errors
    assert errors.endswith(STOPPED)
    assert not list(root.rglob(".*.tmp"))
    status = rpdata("status", root, "--json")
    assert status.returncode == 3
    assert json.loads(status.stdout)["steps"][0]["missing"]
    assert rpdata("compute-signals", crawl, *options, "--output", root).returncode == 0
    assert contents(root) == contents(tmp_path / "whole")


INTERRUPTED = """
import os, signal, sys
class Interrupter:
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupter())
from rpdata.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["rpdata.cli", "typer", "rpdata.annotate", "rpdata.terminal", "distributed"])
def test_interrupted_while_it_loads_the_command_says_so_as_well(repository, tmp_path, module):
    code = INTERRUPTED.format(module=module)
    arguments = ["compute-signals", repository / "sample_data" / "cc_net", "--output", tmp_path / "out"]
    result = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert (result.returncode, result.stderr[-len(STOPPED) :]) == (1, STOPPED)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("kind", ["wet", "warc"] if PATIENT else ["warc"])
def test_a_unit_that_needs_more_memory_than_there_is_is_named_and_the_others_finish(tmp_path, kind):
    small, large = b"title\n" + b"a word " * 100, b"title\n" + b"a b c d e f g\n" * 3_000_000
    for name, text in (("a", small), ("b", large)):
        record = warc_record(text, "conversion") if kind == "wet" else response(text, "text/plain")
        write_archive(tmp_path / f"{name}.warc.{'wet.' if kind == 'wet' else ''}gz", record)
    run = ["compute-signals", *tmp_path.glob("*.gz"), "--snapshot", "s", "--language", "en", "--files-per-shard", 1,
           "--workers", 1, "--output", tmp_path / "out", "--max-document-bytes", 1 << 27]
    result = rpdata(*run, "--memory", "1GiB")
    assert result.returncode == 1
    assert "were left out: s/0001.\nMost often that is memory: run the same command again with more --memory" \
        in result.stderr
    assert "Traceback" not in result.stderr
    [left_out] = map(json.loads, (tmp_path / "out" / "errors" / "unfinished.jsonl").open())
    assert left_out["unit"] == "s/0001"
    if PATIENT:
        again = rpdata(*run, "--memory", "6GiB", "--json")
        assert (again.returncode, json.loads(again.stdout)["units_done_before"]) == (0, 1), again.stderr
        assert not (tmp_path / "out" / "errors" / "unfinished.jsonl").exists()
