"""What --workers and --memory mean."""

import pytest

from rpdata.engine.resources import Resources, size
from rpdata.errors import UserError


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1000000", 1_000_000), ("512MiB", 512 << 20), ("8G", 8 << 30), ("8gb", 8 << 30), (" 1.5 KiB ", 1536)],
)
def test_sizes_are_read_as_people_write_them(text: str, expected: int) -> None:
    assert size(text) == expected


@pytest.mark.parametrize("text", ["", "GiB", "3XB", "-1", "1e9", "1,5G"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match="8GiB"):
        size(text)


def test_memory_is_for_all_workers_together() -> None:
    assert Resources.of(4, "8GiB", None).memory_of_a_worker == f"{2 << 30}B"


def test_too_little_memory_for_a_worker_is_refused_before_any_starts() -> None:
    with pytest.raises(UserError, match="512 MiB for each of 4 workers"):
        Resources.of(4, "2GiB", None)
