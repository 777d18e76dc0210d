"""A folder of arrays appears whole or not at all, and tells when it is not what was written."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rpdata.engine.arrays import ARRAY_POINTS, Arrays, is_written, write_arrays
from rpdata.engine.commit import sweep
from rpdata.errors import CannotFinish

WRITTEN = {"numbers": np.arange(1000, dtype=np.int64), "none": np.empty((0, 3), np.uint32)}


def test_arrays_and_facts_are_read_back_as_they_were(tmp_path: Path) -> None:
    write_arrays(tmp_path / "stage" / "task", WRITTEN, {"compared": 7})
    there = Arrays(tmp_path / "stage" / "task")
    assert there.facts == {"compared": 7}
    for name, array in WRITTEN.items():
        assert np.array_equal(there[name], array)
        assert (there[name].dtype, there[name].shape) == (array.dtype, array.shape)


def test_what_is_there_already_is_left_as_it_is(tmp_path: Path) -> None:
    write_arrays(tmp_path / "task", WRITTEN)
    before = (tmp_path / "task" / "numbers.npy").stat().st_ino
    write_arrays(tmp_path / "task", {"numbers": np.zeros(3)})
    assert (tmp_path / "task" / "numbers.npy").stat().st_ino == before
    assert [path.name for path in tmp_path.iterdir()] == ["task"]


@pytest.mark.parametrize("point", ARRAY_POINTS)
def test_a_killed_task_leaves_all_of_its_folder_or_nothing_that_counts(tmp_path: Path, point: str) -> None:
    code = f"""
import numpy as np
from pathlib import Path
from rpdata.engine.arrays import write_arrays
write_arrays(Path({str(tmp_path / "task")!r}), {{"numbers": np.arange(1000)}})
"""
    killed = subprocess.run([sys.executable, "-c", code], env={**os.environ, "RPDATA_KILL_AT": point})
    assert killed.returncode == -9
    assert is_written(tmp_path / "task") == (point == "arrays renamed")
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == (["task"] if point == "arrays renamed" else [])
    write_arrays(tmp_path / "task", {"numbers": np.arange(1000)})
    assert np.array_equal(Arrays(tmp_path / "task")["numbers"], np.arange(1000))


def test_a_truncated_array_and_a_missing_one_are_named(tmp_path: Path) -> None:
    write_arrays(tmp_path / "task", WRITTEN)
    path = tmp_path / "task" / "numbers.npy"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(CannotFinish, match=r"numbers\.npy is damaged"):
        Arrays(tmp_path / "task")["numbers"]
    path.unlink()
    with pytest.raises(CannotFinish, match="Delete the folder"):
        Arrays(tmp_path / "task")["numbers"]
    with pytest.raises(CannotFinish, match="gone"):
        Arrays(tmp_path / "other")
