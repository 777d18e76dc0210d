"""Kernels are compiled once, whoever asks first; and again when any of their sources changes."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import rpdata.text.compiled as compiled

PROCESS = """
import time
from rpdata.text.scan import scan_batch
from rpdata.text.warmup import warm_up
seconds = warm_up()
print(scan_batch.loaded, time.process_time())
"""


def start(cache: Path) -> subprocess.Popen[str]:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    return subprocess.Popen([sys.executable, "-c", PROCESS], env=environment, stdout=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> tuple[str, float]:
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    loaded, seconds = output.split()
    return loaded, float(seconds)


def test_of_processes_that_start_together_one_compiles_and_the_others_load(tmp_path):
    results = [result(process) for process in [start(tmp_path) for _ in range(3)]]
    assert sorted(loaded for loaded, _ in results) == ["False", "True", "True"]
    loaded, seconds = result(start(tmp_path))
    assert loaded == "True"
    assert seconds < 5, "loading took as long as compiling"


def test_a_change_in_any_source_of_the_package_is_another_key_of_the_cache(monkeypatch):
    from numba.core.registry import cpu_target

    def key() -> tuple[object, ...]:
        cache = compiled._PackageCache(compiled._alone_in)      # any function that has a file
        return cache._index_key((), cpu_target.target_context.codegen())

    before = key()
    assert key() == before
    monkeypatch.setattr(compiled, "_fingerprint", lambda: "of other sources")
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
