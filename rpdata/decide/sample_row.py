"""A row of RedPajama-V2 (or of a dataset's columns) as conditions read it."""

import json
import math
from collections.abc import Mapping
from typing import Any

from rpdata.errors import UserError

SPANS = {"line_start": 0, "line_end": 1}        # columns of lines that a row of RedPajama-V2 has in every span
OWN = "rpdata_"                                 # how the names of columns begin that no such row has
OF_LINES = "rps_lines_"                         # how the names begin of signals with a span for each line


class SampleRow:
    """One document: a dict with `quality_signals` ({name: [[start, end, score], ...]}, or its JSON), `meta` and
    `doc_id`, or with columns of its own under their names."""

    def __init__(self, sample: Mapping[str, Any]) -> None:
        self._sample = sample
        self._parsed: dict[str, Mapping[str, Any]] = {}

    def number(self, name: str) -> float | None:
        """Of a column with one value for each document; NaN is null."""
        value = self._value(name)
        if isinstance(value, list):
            raise UserError(f"{name} has a value for each line: add them up, col({name!r}).sum()")
        return as_number(name, value)

    def lines(self, name: str) -> list[float | None] | None:
        """Of a column with a value for each line."""
        signals = self._part("quality_signals")
        values = [span[2] for span in of_lines(signals[name])] if name in signals else self._spans(name)
        if values is not None and not isinstance(values, list):
            raise UserError(f"{name} has no value for each line to add up, but {values!r}: leave .sum() away")
        return None if values is None else [as_number(name, value) for value in values]

    def names(self, name: str) -> list[str] | None:
        """Of a column with a list of names for each document."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(one is None or isinstance(one, str) for one in value):
            raise UserError(f"{name} is no list of names, but {value!r}")
        return [one for one in value if one is not None]

    def text(self, name: str) -> str | None:
        """Of a column of text."""
        value = self._value(name)
        if value is not None and not isinstance(value, str):
            raise UserError(f"{name} is no text, but {value!r}: compare it with numbers")
        return value

    def _spans(self, name: str) -> Any:
        """A column of lines that is none of the signals."""
        signals = self._part("quality_signals")
        if name not in SPANS or name in self._sample or not signals:
            return self._value(name)
        for signal, spans in signals.items():
            if signal.startswith(OF_LINES):
                return [span[SPANS[name]] for span in of_lines(spans)]
        raise UserError(f"the row has no line at all: none of its signals begins with {OF_LINES}")

    def _value(self, name: str) -> Any:
        signals = self._part("quality_signals")
        if name in signals:
            spans = signals[name]
            return spans[0][2] if len(spans) == 1 else [span[2] for span in spans]
        for place in (self._sample, self._part("meta")):
            if name in place:
                return place[name]
        if name.startswith(OWN):
            raise UserError(
                f"the row has no `{name}`: rows of RedPajama-V2 have published signals only, and so has the sample of "
                "a dataset. Decide in the dataset, which has that column: rpdata filter OUT --recipe NAME; or ask a "
                "row what can be asked of it, by a recipe such as gopher.published (rpdata recipes)"
            )
        raise UserError(
            f"the row has no `{name}`, neither in quality_signals nor in meta nor as a column. Decide in the dataset, "
            "where it may be: rpdata filter OUT --recipe NAME; or leave the rule away: recipe.without(...)"
        )

    def _part(self, name: str) -> Mapping[str, Any]:
        """A column of JSON, read once."""
        if name not in self._parsed:
            given = self._sample.get(name) or {}
            try:
                read = json.loads(given) if isinstance(given, (str, bytes)) else given
            except ValueError as error:
                raise UserError(f"the row's {name} is no JSON: {error}") from error
            if not isinstance(read, Mapping):
                raise UserError(f"the row's {name} is {type(read).__name__}, not a dict or its JSON")
            self._parsed[name] = read
        return self._parsed[name]


def of_lines(spans: list[list[Any]]) -> list[list[Any]]:
    """The spans of lines; of an empty document, which has none, RedPajama-V2 writes one empty span."""
    return [] if len(spans) == 1 and spans[0][0] == spans[0][1] else spans


def as_number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)):
        raise UserError(f"{name} is no number, but {value!r}: text is compared by .is_in([...])")
    number = float(value)
    return None if math.isnan(number) else number
