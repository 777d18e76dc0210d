"""Numbers that JSON has no digits for."""

import math
from typing import Any


def with_infinities(value: Any) -> Any:
    """JSON values, in which infinite numbers are the strings "Infinity" and "-Infinity", as JavaScript and Python read
    them (`float("-Infinity")`). Without, they would be null, which says that nothing is known."""
    if isinstance(value, dict):
        return {key: with_infinities(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_infinities(each) for each in value]
    if isinstance(value, float) and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value
