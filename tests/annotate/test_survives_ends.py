"""How verbs end: what is missing shows in the exit status, a closed pipe is no failure, locks are not everywhere."""

import json
import os
import subprocess
import sys

import pytest
import typer

from rpdata.verbs import Verbs
from tests.command import command, rpdata


@pytest.fixture(scope="module")
def dataset(repository, tmp_path_factory):
    root = tmp_path_factory.mktemp("ends") / "out"
    crawl = sorted((repository / "sample_data" / "cc_net").rglob("de_*"))
    assert rpdata("compute-signals", *crawl, "--output", root, "--workers", 1).returncode == 0
    return root


def test_what_is_missing_shows_in_the_exit_status_of_status_and_export(dataset, tmp_path):
    assert rpdata("status", dataset).returncode == 0
    entry = next((dataset / "ledger" / "minhash").rglob("*.json"))
    kept = entry.read_bytes()
    entry.unlink()
    try:
        status, export = rpdata("status", dataset), rpdata("export", dataset, "--output", tmp_path / "export")
        assert (status.returncode, export.returncode) == (3, 3)
        assert "minhash, missing: 2026-34/0000/de_" in status.stdout
        assert "Not exported: 1 units" in export.stdout
    finally:
        entry.write_bytes(kept)
    lost = json.loads(kept)
    entry.write_text(json.dumps({**lost, "read": lost["read"] + 1}))
    try:
        unbalanced = rpdata("status", dataset)
        assert (unbalanced.returncode, "NO" in unbalanced.stdout) == (3, True)
    finally:
        entry.write_bytes(kept)


@pytest.mark.parametrize("verb", [["signals", "list"], ["signals", "list", "--json"], ["status", "--json"]])
def test_a_reader_that_has_seen_enough_is_no_failure(dataset, verb):
    reading, writing = os.pipe()
    os.close(reading)
    arguments = [*verb, dataset] if verb[0] == "status" else verb
    try:
        result = subprocess.run(command(*arguments), stdout=writing, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (0, "")


def test_without_any_standard_output_the_work_is_done_all_the_same(repository, tmp_path):
    run = command("compute-signals", next((repository / "sample_data" / "cc_net").rglob("de_head*")), "--output",
                  tmp_path / "out", "--workers", 1)
    result = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *run], stderr=subprocess.PIPE, text=True)
    assert (result.returncode, "Traceback" in result.stderr) == (0, False), result.stderr


WITHOUT_LOCKS = """
import errno, fcntl, os
def flock(*_):
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))
fcntl.flock = flock
from rpdata.__main__ import main
main()
"""


def test_a_file_system_without_locks_is_worked_on_with_a_warning(repository, tmp_path):
    crawl = next((repository / "sample_data" / "cc_net").rglob("de_head*"))
    run = ["compute-signals", crawl, "--output", tmp_path / "out", "--workers", 1]
    result = subprocess.run([sys.executable, "-c", WITHOUT_LOCKS, *map(str, run)], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert f"the file system of {tmp_path / 'out'} knows no locks (No locks available)" in result.stderr
    model = repository / "sample_data" / "artefacts" / "languages.bin"
    pull = ["artefacts", "pull", "lid.176.ftz", "--from", model]
    refused = subprocess.run([sys.executable, "-c", WITHOUT_LOCKS, *map(str, pull)], capture_output=True, text=True,
                             env={**os.environ, "RPDATA_HOME": str(tmp_path / "home")})
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert "that is not lid.176.ftz" in refused.stderr      # and not: No locks available


def test_another_pipe_than_standard_output_that_breaks_is_a_failure():
    app = typer.Typer(cls=Verbs)

    @app.command()
    def work() -> None:
        raise BrokenPipeError

    @app.command()
    def other() -> None: ...

    with pytest.raises(BrokenPipeError):
        app(["work"], standalone_mode=False)
