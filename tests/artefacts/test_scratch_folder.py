"""Temporary folders of a training go with it, or with the next one into the same output if it was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rpdata.artefacts.kneser_ney import estimate
from rpdata.artefacts.scratch import scratch_folder

TEXT = [b"a b c a b d a c\n" * 2, b"a b c d e f g\nh i j k l"]

WAITS = """
import signal, sys, time
from pathlib import Path
from rpdata.artefacts.kneser_ney import estimate


def text():
    yield b"a b c\\n" * 9
    print("begun", flush=True)
    time.sleep(60)

signal.signal(signal.SIGTERM, signal.default_int_handler)      # as the command does
estimate(text(), Path(sys.argv[1]) / "killed.arpa", discount_fallback=True)
"""


def begun(folder: Path, repository: Path) -> "subprocess.Popen[str]":
    """An estimation that waits for its text."""
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS, folder], cwd=repository, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_killed_training_left_is_gone_after_the_next(number: int, tmp_path: Path, repository: Path) -> None:
    with begun(tmp_path, repository) as other, begun(tmp_path, repository) as process:
        process.send_signal(number)
        process.wait()
        left = len(list(tmp_path.glob(".kneser-ney-*")))
        assert left == (4 if number == signal.SIGKILL else 2)
        estimate(TEXT, tmp_path / "lm.arpa", discount_fallback=True)
        assert len(list(tmp_path.glob(".kneser-ney-*"))) == 2       # of the other, which still works in them
        other.kill()
    estimate(TEXT, tmp_path / "lm.arpa", discount_fallback=True)
    assert [path.name for path in tmp_path.iterdir()] == ["lm.arpa"]


def test_folders_that_are_not_ours_stay(tmp_path: Path) -> None:
    (tmp_path / ".lm-mine").mkdir()
    (tmp_path / ".lm-mine" / "notes").touch()
    with scratch_folder(".lm-", tmp_path) as folder:
        assert folder.parent == tmp_path
    assert os.listdir(tmp_path) == [".lm-mine"]
    assert os.listdir(tmp_path / ".lm-mine") == ["notes"]
