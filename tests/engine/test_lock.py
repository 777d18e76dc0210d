"""One writer at a time, with real processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rpdata.engine.lock import writer_lock
from rpdata.errors import CannotFinish, UserError

HOLD = """
import sys
from pathlib import Path
from rpdata.engine.lock import writer_lock
with writer_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(root: Path) -> subprocess.Popen[str]:
    """A process that has the lock until its standard input ends."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_writer_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    with holder(tmp_path / "out") as first:
        who = f"another rpdata is writing to .*out: process {first.pid} on {os.uname().nodename}"
        with pytest.raises(UserError, match=who), writer_lock(tmp_path / "out"):
            pytest.fail("two writers")
        first.communicate("")
    with writer_lock(tmp_path / "out"):
        pass


def test_a_holder_that_was_killed_does_not_block(tmp_path: Path) -> None:
    with holder(tmp_path / "out") as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
    with writer_lock(tmp_path / "out"):
        assert f"process {os.getpid()} " in (tmp_path / "out/logs/writer.lock").read_text()


def test_the_lock_is_given_back_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path):
        raise ZeroDivisionError
    with writer_lock(tmp_path):
        pass


def test_an_output_that_cannot_be_written_to_is_reported_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotFinish, match=r"cannot write to .*/file/out: Not a directory"), \
            writer_lock(tmp_path / "file/out"):
        pass
