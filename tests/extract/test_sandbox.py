"""Pages that hang the parser, crash it or fill the memory cost themselves and nothing else."""

import os
import signal
import subprocess
import sys
import time

import pytest

from rpdata.extract.sandbox import Limits, PageError, PageTooLongError, Request, Sandbox, Text

PAGE = b"<!doctype html><title> A\n title </title><nav>Menu</nav><main><p>" + b"Words of an article. " * 50
HANGS = b"<div>" * 200_000      # the parser takes quadratic time for it
FULL = Request("full")


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(Limits(seconds=2, memory_bytes=400 << 20)) as sandbox:
        yield sandbox


def test_a_page_has_title_and_text(sandbox):
    full = sandbox.extract(FULL, PAGE)
    assert (full.title, full.wrong) == ("A title", None)
    assert full.utf8.startswith(b"Menu\n")
    main = sandbox.extract(Request("main"), PAGE)
    assert main.utf8.startswith(b"Words of an article.")


def test_plain_text_is_taken_as_it_is(sandbox):
    assert sandbox.extract(Request("text"), b"  <b>\r\n\0\xff ") == Text(None, "  <b>\r\n\0ÿ ".encode())


def test_a_page_that_takes_too_long_costs_that_page(sandbox):
    for _ in range(2):
        started = time.monotonic()
        with pytest.raises(PageError, match="takes more than 2 seconds"):
            sandbox.extract(FULL, HANGS)
        assert time.monotonic() - started < 6
        assert sandbox.extract(FULL, PAGE).title == "A title"


def test_a_page_that_needs_too_much_memory_costs_that_page(sandbox):
    for times in (1 << 20, 4 << 20):        # the parser gives up, or is ended
        with pytest.raises(PageError, match="needs more than 400 MiB"):
            sandbox.extract(FULL, b"<p>x" * times)
    assert sandbox.extract(FULL, PAGE).title == "A title"


def test_a_process_that_is_killed_is_replaced(sandbox):
    sandbox.extract(FULL, PAGE)
    os.kill(sandbox._process.pid, signal.SIGKILL)
    with pytest.raises(PageError, match="SIGKILL"):
        sandbox.extract(FULL, PAGE)
    assert sandbox.extract(FULL, PAGE).title == "A title"


def test_pages_over_the_bound_are_told_from_bad_ones(sandbox):
    with pytest.raises(PageTooLongError):
        sandbox.extract(Request("full", bound=100), PAGE)


ABANDON = """
import os, sys, threading
from rpdata.extract.sandbox import Limits, Request, Sandbox
sandbox = Sandbox(Limits(seconds=int(sys.argv[1])))
sandbox.extract(Request("full"), b"x")
print(sandbox._process.pid, flush=True)
threading.Thread(target=sandbox.extract, args=(Request("full"), b"<div>" * 200_000), daemon=True).start()
sys.stdin.read(1)
os.kill(os.getpid(), 9)
"""


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc to see whether a process runs")
def test_no_process_outlives_its_parent_for_long():
    parent = subprocess.Popen(
        [sys.executable, "-c", ABANDON, "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    time.sleep(0.3)
    parent.communicate("x")
    deadline = time.monotonic() + 20
    while running(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not running(pid)
