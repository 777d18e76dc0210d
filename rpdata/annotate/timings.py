"""logs/timings.jsonl: how long each stage of each unit took. The logs are the only files that hold times."""

from pathlib import Path
from types import TracebackType

import orjson

from rpdata.annotate.unit import UnitReport


class Timings:
    """Appends one line for each unit: documents, bytes of text, and wall seconds by stage."""

    def __init__(self, root: Path) -> None:
        self._path = root / "logs" / "timings.jsonl"

    def __enter__(self) -> "Timings":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("ab")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, report: UnitReport) -> None:
        seconds = {stage: round(value, 3) for stage, value in report.seconds.items()}
        counts = {"unit": report.unit, "documents": report.documents, "text_bytes": report.text_bytes}
        self._file.write(orjson.dumps({**counts, "seconds": seconds}) + b"\n")
        self._file.flush()
