"""A disk that is full or can't be written to: what stands in the way is named, and the next run completes the work.

Where mounting works (root) the disks are small file systems in memory. Elsewhere a file may not grow beyond a limit
of the process, and permissions keep the command out, which root would not notice.
"""

import ctypes
import os
import resource
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import command, contents, rpdata
from tests.crawls import PATIENT, crawl_of_both, routed, takes_long

IS_ROOT = os.geteuid() == 0
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


@pytest.fixture(scope="module")
def crawl(repository, tmp_path_factory):
    return crawl_of_both(repository, tmp_path_factory.mktemp("crawl"))


@pytest.fixture(scope="module")
def run(repository, crawl):
    return ["compute-signals", crawl, *routed(repository), "--workers", 2, "--output"]


@pytest.fixture(scope="module")
def whole(run, tmp_path_factory):
    root = tmp_path_factory.mktemp("whole") / "out"
    assert rpdata(*run, root).returncode == 0
    return root


@contextmanager
def disk(folder: Path, options: str):
    """A file system in memory. Skips the test where mounting is not allowed."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"needs to mount a file system: {mounted.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def refused(result, *named):
    """It could not finish, and says all of this."""
    assert result.returncode == 1, result.stderr
    assert "Traceback" not in result.stderr
    assert all(name in result.stderr for name in named), result.stderr


@pytest.mark.parametrize("size", ["50k", "200k", "400k", "600k"] if PATIENT else ["600k"])
def test_a_full_disk_is_named_with_the_file_and_once_there_is_room_the_work_goes_on(run, whole, tmp_path, size):
    """From the first files to a disk that has room for some units."""
    with disk(tmp_path / "disk", f"size={size}") as small:
        refused(rpdata(*run, small / "out"), "No space left on device", str(small / "out"), "same command again")
        assert not list(small.rglob(".*.tmp"))
        remount(small, "size=20m")
        assert rpdata(*run, small / "out").returncode == 0
        assert contents(small / "out") == contents(whole)


@takes_long
def test_a_disk_too_small_for_the_views_alone_is_told_and_the_units_are_kept(run, whole, tmp_path):
    used = sum(-(-path.stat().st_size // 4096) * 4 for path in whole.rglob("*") if path.is_file() and
               "sample" not in path.parts)
    with disk(tmp_path / "disk", f"size={used + 40}k") as small:
        refused(rpdata(*run, small / "out"), "No space left on device", "sample.parquet", "same command again")
        remount(small, "size=20m")
        again = rpdata(*run, small / "out")
        assert "nothing was left to do" in again.stdout
        assert contents(small / "out") == contents(whole)


@pytest.mark.skipif(IS_ROOT and not PATIENT, reason="root has mounted a full disk; both: make faults")
def test_a_file_that_may_not_grow_is_named_by_its_unit(run, whole, tmp_path):
    """A quota, where nothing can be mounted."""
    limited = subprocess.run(
        command(*run, tmp_path / "out"), capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 10, 16 << 10)),
    )
    refused(limited, "unit 2026-34/", "File too large", str(tmp_path / "out"), "same command again")
    assert rpdata(*run, tmp_path / "out").returncode == 0
    assert contents(tmp_path / "out") == contents(whole)


@pytest.mark.parametrize("options", ["size=4k", "size=100k,nr_inodes=3"] if PATIENT else ["size=100k,nr_inodes=3"])
def test_no_room_for_temporary_files_is_told_or_done_without(run, whole, tmp_path, options):
    with disk(tmp_path / "tmp", options) as small:
        result = rpdata(*run, tmp_path / "out", TMPDIR=str(small))
    if result.returncode:
        refused(result, "No space left on device", str(small), "TMPDIR", "same command again")
    if result.returncode == 0 or (PATIENT and rpdata(*run, tmp_path / "out").returncode == 0):
        assert contents(tmp_path / "out") == contents(whole)


@pytest.mark.skipif(not IS_ROOT, reason="root alone can mount a disk that can't be written to; see the next test")
def test_a_disk_that_can_not_be_written_to_is_refused_and_can_be_read(run, whole, tmp_path):
    with disk(tmp_path / "disk", "size=20m") as mounted:
        shutil.copytree(whole, mounted / "out")
        remount(mounted, "ro")
        refused(rpdata(*run, mounted / "out"), "Read-only file system", str(mounted / "out"), "--output")
        refused(rpdata(*run, mounted / "new"), "Read-only file system", str(mounted / "new"), "--output")
        refused(rpdata("export", whole, "--output", mounted / "export"), "Read-only file system", "--output")
        assert rpdata("status", mounted / "out").returncode == 0


def test_a_folder_that_may_not_be_written_to_is_refused_before_work(run, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    result = subprocess.run(command(*run, locked / "out"), capture_output=True, text=True,
                            preexec_fn=heed_permissions if IS_ROOT else None)
    refused(result, "Permission denied", str(locked / "out"), "--output")


def heed_permissions() -> None:
    """Take from the program that root starts next what lets it write everywhere."""
    if ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE):
        raise OSError("prctl")


def test_an_export_to_a_full_disk_names_it_and_can_be_done_again(whole, tmp_path):
    assert rpdata("export", whole, "--output", tmp_path / "whole").returncode == 0
    with disk(tmp_path / "disk", "size=60k") as small:
        refused(rpdata("export", whole, "--output", small / "out"), "No space left on device", str(small / "out"))
        remount(small, "size=20m")
        assert rpdata("export", whole, "--output", small / "out").returncode == 0
        assert contents(small / "out") == contents(tmp_path / "whole")


def test_an_artefact_that_does_not_fit_is_told(repository, tmp_path):
    model = repository / "sample_data" / "artefacts" / "languages.bin"
    with disk(tmp_path / "disk", "size=60k") as small:
        result = rpdata("artefacts", "pull", "lid.176.ftz", "--from", model, RPDATA_HOME=str(small))
        refused(result, "No space left on device", str(small), "same command again")
