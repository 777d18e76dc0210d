"""The tour of the README is true: its commands and its Python are run, and give what stands below them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = re.compile(r"\d+\.\d s\b")
LEFT_OUT = "..."
MARK = "--- end of block ---"
SOME_RECORDS_FAILED = 3


@pytest.fixture(scope="module")
def tour(repository: Path) -> list[tuple[str, str]]:
    """The blocks of the section: what language they are in, and what they say."""
    section = (repository / "README.md").read_text("utf-8").partition("\n## Five minutes\n")[2].partition("\n## ")[0]
    return BLOCK.findall(section)


@pytest.fixture(scope="module")
def folder(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a reader is: in the checkout, and with `rpdata` on the path."""
    folder = tmp_path_factory.mktemp("tour")
    (folder / "sample_data").symlink_to(repository / "sample_data")
    command = folder / "bin" / "rpdata"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m rpdata "$@"\n')
    command.chmod(0o755)
    return folder


def run(command: list[str], folder: Path, allowed: tuple[int, ...] = (0,)) -> str:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HF_HOME": str(folder / "hub"), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode in allowed, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def commands(block: str) -> list[tuple[str, str]]:
    """Each command of a console block, with what stands below it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]


def plain(output: str) -> list[str]:
    """Lines without what differs from run to run and from terminal to terminal."""
    return [" ".join(SECONDS.sub("0.0 s", line).split()) for line in output.splitlines() if line.strip()]


def differences(shown: str, output: str) -> list[str]:
    """Shown lines that the output does not have where they stand; `...` stands for any lines."""
    lines = plain(output)
    at = 0
    passing = False
    missing = []
    for line in plain(shown):
        if line == LEFT_OUT:
            passing = True
            continue
        found = next((i for i in range(at, len(lines)) if lines[i] == line), None)
        if found is None or (found != at and not passing):
            missing.append(line)
            continue
        at = found + 1
        passing = False
    return missing if passing or at == len(lines) else [*missing, f"not shown: {lines[at]}"]


def test_the_tour_gives_what_is_shown(tour, folder):
    for command, shown in [step for language, content in tour if language == "console" for step in commands(content)]:
        output = run(["sh", "-c", command], folder, (0, SOME_RECORDS_FAILED))
        assert differences(shown, output) == [], f"{command}\n{output}"
    # the blocks of Python are one session; what each prints ends with a mark
    session = "".join(f"{content}\nprint({MARK!r})\n" for language, content in tour if language == "python")
    printed = run([sys.executable, "-c", session], folder).split(MARK)
    shown = [content for language, content in tour if language == "text"]
    assert len(printed) - 1 == len(shown)
    for expected, output in zip(shown, printed, strict=False):
        assert differences(expected, output) == [], output


def test_the_tour_shows_every_stage(tour):
    steps = [command for language, content in tour if language == "console" for command, _ in commands(content)]
    python = "".join(content for language, content in tour if language == "python")
    verbs = (
        "rpdata compute-signals sample_data/cc_net", "rpdata show", "rpdata dedup", "rpdata filter", "rpdata explain",
        "--deduplicated 0.8 --output kept",
        "--signals", "rpdata status",
    )
    for promised in verbs:
        assert [step for step in steps if promised in step], promised
    for promised in ("pl.col(", "load_dataset(", "MinHashLSH(", "deduplicated="):
        assert promised in python


@pytest.mark.parametrize(
    ("shown", "output", "missing"),
    [
        ("a\nb 1.5 s\n", "a\nb  0.3 s\n", []),
        ("a\n...\nc\n", "a\nb\nc\n", []),
        ("a\nc\n", "a\nb\nc\n", ["c", "not shown: b"]),
        ("a\n", "a\nb\n", ["not shown: b"]),
        ("a\n...\n", "a\nb\n", []),
        ("...\nx\n", "a\n", ["x"]),
    ],
)
def test_what_is_shown_is_compared_line_by_line(shown, output, missing):
    assert differences(shown, output) == missing
