"""Kernels are compiled once, whoever asks first; again when any of their sources changes; and always run."""

import fcntl
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numba
import pytest

import rpdata.text.compiled as compiled

PROCESS = "from tests.text.test_compiled import call; print(call())"


def start(cache: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    return subprocess.Popen([sys.executable, "-c", PROCESS], env=environment, stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return output.strip()


def test_of_processes_that_start_together_one_compiles_and_the_others_load(tmp_path):
    results = [result(process) for process in [start(tmp_path) for _ in range(3)]]
    assert sorted(results) == ["False", "True", "True"]
    assert result(start(tmp_path)) == "True"


@pytest.fixture
def kept(tmp_path, monkeypatch) -> Path:
    """The file that `twice` is kept in, compiled and whole."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    assert call() is False
    assert call() is True
    [file] = tmp_path.glob("**/*.kernel")
    return file


def call() -> bool:
    """Call `twice` as a new process would, and say whether it was loaded."""
    double = compiled.EntryPoint(twice)
    assert double(2) == 4
    return double.loaded


@pytest.mark.parametrize("damage", [lambda b: b"", lambda b: b[:20], lambda b: b[:-1], lambda b: b[:-1] + b"\0\1"])
def test_a_torn_file_is_compiled_anew_and_replaced(kept, damage):
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert call() is False
    assert call() is True


def test_what_is_kept_is_loaded_while_another_process_has_the_lock(kept):
    with ThreadPoolExecutor(1) as threads, open(kept.parent / "kernels.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert threads.submit(call).result(timeout=60) is True


def test_without_room_to_keep_kernels_they_run_and_nothing_is_left_behind(kept, caplog):
    kept.unlink()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        assert call() is False
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    [message] = caplog.messages
    assert "compiled kernels cannot be kept" in message
    assert "File too large" in message
    assert {path.name for path in kept.parent.iterdir()} == {"kernels.lock"}


def test_without_a_lock_kernels_run(kept, caplog):
    kept.unlink()
    (kept.parent / "kernels.lock").unlink()
    (kept.parent / "kernels.lock").mkdir()
    assert call() is False
    assert "Is a directory" in caplog.text


def test_without_a_folder_kernels_run(caplog):
    names: dict[str, Callable[[int], int]] = {}
    exec("def of_no_file(x): return x + x", names)
    assert compiled.EntryPoint(names["of_no_file"])(2) == 4
    assert "cannot cache function" in caplog.text


def test_a_change_in_any_source_of_the_package_is_another_key_of_the_cache(monkeypatch):
    from numba.core.registry import cpu_target

    def key() -> tuple[object, ...]:
        cache = compiled._PackageCache(compiled._alone_in)      # any function that has a file
        return cache._index_key((), cpu_target.target_context.codegen())

    before = key()
    assert key() == before
    monkeypatch.setattr(compiled, "_fingerprint", lambda folder: "of other sources")
    assert key() != before


def test_a_type_that_was_not_compiled_is_refused_and_not_compiled_in_secret():
    double = compiled.EntryPoint(twice)
    assert double(2) == 4
    with pytest.raises(TypeError, match="No matching definition"):
        double("2")


def test_threads_may_be_the_first_to_call_at_the_same_time():
    double = compiled.EntryPoint(twice)
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(double, range(32))) == list(range(0, 64, 2))


def twice(x):
    return x + x
