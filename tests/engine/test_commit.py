"""A unit's files appear together or not at all, wherever the process is killed."""

import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from rpdata.engine.commit import COMMIT_POINTS, Commit, sweep, write_atomically
from rpdata.ledger import Entry, Ledger, PartitionFile, hash_of

UNIT = "2023-06/0000/en_head"


def work(root: Path, content: str, with_error: bool) -> None:
    """Two files with a ledger entry each, and an error."""
    with Commit(root) as output:
        for step in ("documents", "minhash"):
            file = output.file(f"{step}/{UNIT}.parquet")
            file.write_text(f"{step} {content}")
            described = PartitionFile(1, "", hash_of(file), file.stat().st_size)
            output.record(Entry(step, UNIT, content, {UNIT: described}, read=1))
        output.errors("documents", UNIT, [{"file": "a", "record": 1, "cause": "no"}] if with_error else [])


def in_a_process(root: Path, content: str, with_error: bool, kill_at: str = "") -> int:
    """`work` in a process of its own, killed at a commit point; its exit status."""
    code = f"from test_commit import Path, work; work(Path({str(root)!r}), {content!r}, {with_error})"
    environment = {**os.environ, "RPDATA_KILL_AT": kill_at, "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.run([sys.executable, "-c", code], env=environment).returncode


def contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*")) if path.is_file()}


def is_consistent(root: Path) -> bool:
    """Every entry speaks of the file that lies there."""
    for entry in Ledger(root).entries():
        content = (root / entry.step / f"{entry.unit}.parquet").read_text()
        if content != f"{entry.step} {entry.configuration}":
            return False
    return True


def test_a_commit_leaves_its_files_its_errors_and_its_entries_and_nothing_else(tmp_path: Path) -> None:
    work(tmp_path, "new", with_error=True)
    assert sorted(contents(tmp_path)) == sorted([
        f"documents/{UNIT}.parquet", f"minhash/{UNIT}.parquet", f"errors/documents/{UNIT}.jsonl",
        f"ledger/documents/{UNIT}.json", f"ledger/minhash/{UNIT}.json",
    ])
    assert (tmp_path / f"errors/documents/{UNIT}.jsonl").read_text() == '{"cause": "no", "file": "a", "record": 1}\n'


def test_errors_of_an_earlier_try_are_gone_when_there_are_none_any_more(tmp_path: Path) -> None:
    work(tmp_path, "old", with_error=True)
    work(tmp_path, "new", with_error=False)
    assert not (tmp_path / f"errors/documents/{UNIT}.jsonl").exists()


def test_an_exception_changes_nothing_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    work(tmp_path, "old", with_error=True)
    before = contents(tmp_path)

    def fail() -> None:
        with Commit(tmp_path) as output:
            output.file(f"documents/{UNIT}.parquet").write_text("half")
            output.errors("documents", UNIT, [])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("point", COMMIT_POINTS)
@pytest.mark.parametrize("before", ["", "old"])
def test_killed_anywhere_and_run_again_gives_the_same_bytes(tmp_path: Path, point: str, before: str) -> None:
    work(tmp_path / "whole", "new", with_error=False)
    torn = tmp_path / "torn"
    if before:
        work(torn, before, with_error=True)
    assert in_a_process(torn, "new", False, kill_at=point) == -signal.SIGKILL
    sweep(torn)
    assert is_consistent(torn)
    done = [Ledger(torn).done(step, UNIT, "new") for step in ("documents", "minhash")]
    assert done == {"one entry written": [True, False], "entries written": [True, True]}.get(point, [False, False])
    work(torn, "new", with_error=False)
    assert contents(torn) == contents(tmp_path / "whole")


def test_a_kill_point_with_a_file_kills_only_the_first_process_that_passes(tmp_path: Path) -> None:
    once = f"files renamed@{tmp_path / 'once'}"
    assert in_a_process(tmp_path / "out", "new", False, kill_at=once) == -signal.SIGKILL
    assert in_a_process(tmp_path / "out", "new", False, kill_at=once) == 0


def test_sweep_removes_what_killed_runs_left_and_nothing_else(tmp_path: Path) -> None:
    work(tmp_path, "new", with_error=True)
    whole = contents(tmp_path)
    for point in COMMIT_POINTS[:3]:
        in_a_process(tmp_path, "newer", False, kill_at=point)
    assert len(contents(tmp_path)) > len(whole)
    (tmp_path / "documents" / ".notes.tmp").write_text("of somebody else")
    assert sweep(tmp_path) > 0
    (tmp_path / "documents" / ".notes.tmp").unlink()    # or this raises
    assert contents(tmp_path) == whole


def test_work_that_was_done_before_is_left_as_it_stands(tmp_path: Path) -> None:
    work(tmp_path, "new", with_error=False)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    work(tmp_path, "new", with_error=False)
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()} == before


def test_two_workers_that_do_one_unit_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    with Commit(tmp_path) as first, Commit(tmp_path) as second:
        one, other = first.file("documents/a.parquet"), second.file("documents/a.parquet")
        assert one != other
        one.write_text("same")
        other.write_text("same")
    assert contents(tmp_path) == {"documents/a.parquet": sha256(b"same").hexdigest()}


def test_an_atomic_write_that_fails_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "folder/file"
    write_atomically(path, b"old")
    with pytest.raises(TypeError):
        write_atomically(path, None)    # type: ignore[arg-type]
    assert contents(tmp_path) == {"folder/file": sha256(b"old").hexdigest()}
