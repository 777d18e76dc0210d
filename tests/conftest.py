"""What tests of every folder share: the reference data beside the checkout, and how hard Hypothesis tries."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared"

# A deadline would time the machine, not the code (numba compiles on a first call). `make test` repeats itself;
# `make fuzz` looks for new examples.
settings.register_profile("tests", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=1000)
settings.load_profile("tests")

# What a shell starts in the background ignores Ctrl-C, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Some ways of starting pytest say how wide a terminal is; the commands that tests run have none.
os.environ.pop("COLUMNS", None)


# Modules of few tests that take long: begun first, so that no process is left alone with one at the end.
LONG = {
    "test_compiled.py", "test_dedup_command.py", "test_faults.py", "test_language.py", "test_measure.py",
    "test_models.py", "test_overlay_run.py", "test_paragraphs_run.py", "test_perplexity.py", "test_readme.py",
    "test_repeated_lines.py", "test_sample_data.py", "test_survives_kills.py", "test_survives_stops.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long modules in front; within a module and among the others the order stays."""
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder `shared` beside the checkout, with reference data too large or too foreign for the repository."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the reference data beside the checkout: {SHARED} is not there")
    return SHARED
