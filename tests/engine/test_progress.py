"""What is seen of a run: a bar on a terminal, lines elsewhere, nothing if nothing is wanted."""

import io
import re

import pytest

from rpdata.engine import progress
from rpdata.engine.progress import Progress, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time in seconds; a test moves it."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_lines_come_at_most_every_ten_seconds_and_once_at_the_end(clock: list[float]) -> None:
    stream = io.StringIO()
    with Progress(2, 1000, stream=stream) as shown:
        for second in range(1, 26):
            clock[0] = second
            shown.advance(100, 1_000_000)
        shown.unit_done(500)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("rpdata: 0 of 2 units, 1,000 documents, 100 documents/s, 1.0 MB/s")
    assert lines[-1] == "rpdata: 1 of 2 units, 2,500 documents, 100 documents/s, 1.0 MB/s, 25 s left"


def test_nothing_is_printed_when_nothing_is_wanted() -> None:
    stream = Terminal()
    with Progress(1, 1000, silent=True, stream=stream) as shown:
        shown.advance(1, 1)
        shown.unit_done(1000)
    assert stream.getvalue() == ""


def test_a_terminal_of_80_columns_gets_a_bar_with_everything_in_it(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    clock[0] = 1
    stream = Terminal()
    with Progress(30, 1000, stream=stream, dashboard="http://127.0.0.1:8787/status") as shown:
        clock[0] = 101
        shown.advance(1_928_700, 17_360_000_000)
        shown.unit_done(345)
    assert "http://127.0.0.1:8787/status" in stream.getvalue()
    assert re.search(r"━━.* 1/30 units, 19,287 documents/s, 173.6 MB/s, 3 min 10 s left", stream.getvalue())


def test_a_quiet_terminal_gets_lines() -> None:
    stream = Terminal()
    with Progress(1, 1000, quiet=True, stream=stream):
        pass
    assert stream.getvalue().startswith("rpdata: 0 of 1 units")
    assert "\x1b" not in stream.getvalue()


def test_the_time_left_learns_from_units_that_are_done(clock: list[float]) -> None:
    shown = Progress(4, 4000, silent=True)
    clock[0] = 10
    shown.advance(10, 10_000)
    shown.unit_done(1000)
    assert shown.fraction == pytest.approx(0.25)
    shown.advance(5, 5_000)
    assert shown.fraction == pytest.approx(0.375)
    for _ in range(3):
        shown.unit_done(1000)
    assert shown.fraction == 1


@pytest.mark.parametrize(("seconds", "text"), [
    (0.4, "0 s"),
    (59.4, "59 s"), (60, "1 min 00 s"), (3599, "59 min 59 s"), (3600, "1 h 00 min"), (93_784, "26 h 03 min"),
])
def test_durations_have_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_work_goes_on_when_nobody_reads_its_progress_any_more(clock: list[float]) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    with Progress(2, 1000, stream=Gone()) as shown:
        clock[0] = 11
        shown.unit_done(500)
        assert shown.units_done == 1
