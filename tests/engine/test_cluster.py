"""Units on real workers: what happens when they, a task, the scheduler or the command die."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_commit import contents, work

from rpdata.engine.cluster import Cluster, advance, existing_cluster, local_cluster
from rpdata.engine.commit import COMMIT_POINTS, sweep
from rpdata.errors import CannotFinish, UserError

HERE = str(Path(__file__).parent)


def task(item: tuple[str, str]) -> str:
    """What the tests have done to a worker; the second part is a folder or unused."""
    action, folder = item
    if action == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "die once" and not Path(folder, "died").exists():
        Path(folder, "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "user error":
        raise UserError("mend this")
    elif action == "disk full":
        raise OSError(28, "No space left on device", "/full/disk")
    elif action == "bug":
        raise ZeroDivisionError("a bug")
    elif action == "hog":
        hog = [bytearray(os.urandom(1 << 20)) * 64 for _ in range(100)]
        time.sleep(60)
        return str(len(hog))
    elif action == "busy":
        Path(folder, f"busy-{os.getpid()}").touch()
        time.sleep(60)
    elif action == "documents":
        for _ in range(10):
            advance(3, 1000)
    return action


def commit_and_die_once(item: tuple[str, Path]) -> int:
    """Commit a unit; the first worker to do so is killed at the commit point."""
    point, folder = item
    os.environ["RPDATA_KILL_AT"] = f"{point}@{folder / 'killed'}"
    work(folder / "out", "new", with_error=False)
    os.environ["RPDATA_KILL_AT"] = ""
    return os.getpid()


def run(workers: Cluster, *actions: str, folder: Path | str = "") -> list[tuple[str, str]]:
    items = ((f"unit-{number}", (action, str(folder))) for number, action in enumerate(actions))
    return sorted(workers.run(task, items))


@pytest.fixture(scope="module")
def workers() -> Iterator[Cluster]:
    with local_cluster(2) as cluster:
        yield cluster


def test_every_unit_is_done_once_and_comes_back_with_its_name(workers: Cluster) -> None:
    assert run(workers, *"abcdefghij") == [(f"unit-{number}", action) for number, action in enumerate("abcdefghij")]


def test_units_are_drawn_only_as_workers_become_free(workers: Cluster) -> None:
    drawn = []

    def items() -> Iterator[tuple[str, tuple[str, str]]]:
        for number in range(20):
            drawn.append(number)
            yield str(number), ("x", "")

    results = workers.run(task, items())
    next(results)
    assert len(drawn) <= 3
    assert len(list(results)) == 19


def test_a_unit_whose_worker_died_is_tried_again(workers: Cluster, tmp_path: Path) -> None:
    assert [action for _, action in run(workers, "a", "die once", "b", folder=tmp_path)] == ["a", "die once", "b"]


def test_a_worker_killed_anywhere_in_a_commit_is_replaced_and_the_unit_is_whole(
    workers: Cluster, tmp_path: Path
) -> None:
    work(tmp_path / "whole", "new", with_error=False)
    for point in COMMIT_POINTS:
        (tmp_path / point).mkdir()
    done = dict(workers.run(commit_and_die_once, ((point, (point, tmp_path / point)) for point in COMMIT_POINTS)))
    assert sorted(done) == sorted(COMMIT_POINTS)
    for point in COMMIT_POINTS:
        assert (tmp_path / point / "killed").exists()
        sweep(tmp_path / point)
        assert contents(tmp_path / point / "out") == contents(tmp_path / "whole")


def test_a_unit_that_always_kills_its_worker_is_named_and_all_others_finish(workers: Cluster) -> None:
    finished = []
    items = [(f"unit-{number}", (action, "")) for number, action in enumerate(["a", "die", "b", "c", "d", "e"])]
    message = r"1 unit\(s\) ended their worker again and again and were left out: unit-1\.\nMost often that is memory"
    with pytest.raises(CannotFinish, match=message):
        finished.extend(workers.run(task, items))
    assert sorted(action for _, action in finished) == ["a", "b", "c", "d", "e"]


def test_units_that_the_user_must_mend_are_named_with_what_to_mend_and_all_others_finish(workers: Cluster) -> None:
    finished = []
    items = [(f"unit-{number}", (action, "")) for number, action in enumerate(["a", "user error", "b", "user error"])]
    message = r"2 unit\(s\) could not be finished; all others are\.\nunit unit-1: mend this\nunit unit-3: mend this"
    with pytest.raises(CannotFinish, match=message):
        finished.extend(workers.run(task, items))
    assert sorted(action for _, action in finished) == ["a", "b"]


def test_a_full_disk_names_the_unit_and_says_that_the_run_can_go_on(workers: Cluster) -> None:
    message = r"unit unit-0: .*No space left on device: '/full/disk'(?s:.*)same command again"
    with pytest.raises(CannotFinish, match=message):
        run(workers, "disk full")


def test_a_bug_keeps_its_type_and_traceback_and_names_the_unit(workers: Cluster) -> None:
    with pytest.raises(ZeroDivisionError, match="a bug") as caught:
        run(workers, "bug")
    assert caught.value.__notes__ == ["in unit unit-0"]
    assert caught.traceback[-1].name == "task"


def test_progress_reaches_the_command(workers: Cluster) -> None:
    told: list[tuple[int, int]] = []
    workers.on_progress(lambda documents, text_bytes: told.append((documents, text_bytes)))
    run(workers, "documents", "documents")
    deadline = time.monotonic() + 10
    while sum(documents for documents, _ in told) < 60 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [sum(parts) for parts in zip(*told, strict=True)] == [60, 20_000]
    assert len(told) < 20       # not one message for each call


def test_outside_of_a_worker_progress_goes_nowhere() -> None:
    assert task(("documents", "")) == "documents"


def test_one_process_can_have_a_cluster_again_and_again(tmp_path: Path) -> None:
    script = tmp_path / "twice.py"
    script.write_text(
        "from test_cluster import *\n"
        "if __name__ == '__main__':\n"
        "    for _ in range(2):\n"
        "        with local_cluster(1) as workers:\n"
        "            print(run(workers, 'a'))\n"
    )
    done = subprocess.run([sys.executable, script], env=environment(), text=True, capture_output=True)
    assert (done.stdout, done.stderr) == ("[('unit-0', 'a')]\n" * 2, "")


def test_a_script_that_starts_itself_in_its_workers_is_told_what_it_lacks(tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text("from test_cluster import *\nwith local_cluster(1) as workers:\n    pass\n")
    done = subprocess.run([sys.executable, script], env=environment(), text=True, capture_output=True, timeout=60)
    assert done.returncode == 1
    said = done.stderr[done.stderr.rindex("CannotFinish") :]
    assert said.startswith("CannotFinish: workers do not start: Nanny failed to start.\nIn a script, the code")
    assert 'below `if __name__ == "__main__":`' in said


def test_a_unit_that_needs_more_memory_than_a_worker_may_use_is_named() -> None:
    with local_cluster(1, memory="500MB") as small, pytest.raises(CannotFinish, match=r"unit-0.*(?s:.*)--memory"):
        run(small, "hog")


def command(*actions: str, folder: Path, scheduler: str = "") -> subprocess.Popen[str]:
    """A process of its own that runs the actions, with all output in one pipe."""
    start = f"existing_cluster({scheduler!r})" if scheduler else "local_cluster(2)"
    code = (
        "from test_cluster import *\n"
        "if __name__ == '__main__':\n"
        f"    with {start} as workers:\n"
        f"        print(run(workers, *{actions!r}, folder={str(folder)!r}))\n"
    )
    script = folder / "command.py"
    script.write_text(code)
    return subprocess.Popen([sys.executable, str(script)], env=environment(), text=True, start_new_session=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": HERE}


def busy_workers(folder: Path, count: int) -> list[int]:
    """The process numbers of workers that are in the middle of a unit."""
    return [int(path.name.partition("-")[2]) for path in wait_for(lambda: list(folder.glob("busy-*")), count)]


def wait_for(look, count: int) -> list[Path]:    # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 60
    while len(found := look()) < count:
        assert time.monotonic() < deadline, "the workers did not start"
        time.sleep(0.02)
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_quiet_run_prints_nothing_of_dask_even_when_workers_die(tmp_path: Path) -> None:
    with command("a", "die once", "b", folder=tmp_path) as process:
        output, _ = process.communicate(timeout=60)
    assert output == "[('unit-0', 'a'), ('unit-1', 'die once'), ('unit-2', 'b')]\n"


@pytest.mark.parametrize("moment", ["starting", "busy"])
def test_interrupting_stops_within_three_seconds_and_leaves_no_process(tmp_path: Path, moment: str) -> None:
    with command("busy", "busy", folder=tmp_path) as process:
        numbers = busy_workers(tmp_path, 2) if moment == "busy" else time.sleep(0.5) or []
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)       # as a terminal does: to the workers, too
        output, _ = process.communicate(timeout=60)
    assert time.monotonic() - began < 3
    assert output.rstrip().endswith("KeyboardInterrupt")
    assert output.count("Traceback") == 1           # of the command itself, which this one does not catch
    assert not any(map(alive, numbers))


def test_workers_end_with_a_command_that_is_killed(tmp_path: Path) -> None:
    with command("busy", "busy", folder=tmp_path) as process:
        numbers = busy_workers(tmp_path, 2)
        process.send_signal(signal.SIGKILL)
        process.wait()
        deadline = time.monotonic() + 3
        while any(map(alive, numbers)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not any(map(alive, numbers))


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[Path, list[subprocess.Popen[bytes]]]]:
    """The scheduler file of an existing cluster, and its processes: the scheduler, then its workers."""
    file = tmp_path / "scheduler.json"

    def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--scheduler-file", str(file), "--no-dashboard"]
        return subprocess.Popen([*command, *arguments], env=environment(), cwd=tmp_path,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    processes = [start("dask_scheduler", "--port", "0", "--host", "127.0.0.1")]
    wait_for(lambda: [file] if file.exists() else [], 1)
    processes.append(start("dask_worker", "--nworkers", "2", "--nthreads", "1"))
    yield file, processes
    for process in processes:
        process.kill()
        process.wait()


def test_an_existing_scheduler_is_used_and_left_running(scheduler: tuple[Path, list[subprocess.Popen[bytes]]]) -> None:
    file, processes = scheduler
    for _ in range(2):
        with existing_cluster(str(file)) as workers:
            assert [action for _, action in run(workers, "a", "b", "c")] == ["a", "b", "c"]
    assert [process.poll() for process in processes] == [None, None]


def test_losing_the_scheduler_is_reported_at_once_and_the_run_can_go_on(
    scheduler: tuple[Path, list[subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    file, processes = scheduler
    with command("busy", "busy", folder=tmp_path, scheduler=str(file)) as process:
        busy_workers(tmp_path, 2)
        processes[0].kill()
        output, _ = process.communicate(timeout=60)
    last = output.rstrip().splitlines()[-2:]
    assert "CannotFinish: the connection to the Dask scheduler broke while unit unit-" in last[0]
    assert last[1] == "Run the same command again: it goes on with what is missing."


def test_a_run_whose_workers_all_left_for_good_does_not_wait_for_ever(
    scheduler: tuple[Path, list[subprocess.Popen[bytes]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, processes = scheduler
    monkeypatch.setattr("rpdata.engine.cluster.WORKERLESS_SECONDS", 1)
    with existing_cluster(str(file)) as workers:
        results = workers.run(task, [("first", ("a", "")), ("second", ("busy", str(tmp_path)))])
        assert next(results) == ("first", "a")
        processes[1].kill()
        with pytest.raises(CannotFinish, match=r"no worker was left for 1 seconds\.\nRun the same command again"):
            next(results)


def test_a_scheduler_that_does_not_answer_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rpdata.engine.cluster.SEARCH_SECONDS", 1)
    message = r"no Dask scheduler answers at tcp://127.0.0.1:9 .*(?s:.*)leave --scheduler out"
    with pytest.raises(UserError, match=message), existing_cluster("tcp://127.0.0.1:9"):
        pass
