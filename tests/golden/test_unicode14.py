"""On a Python with newer Unicode data the goldens are compared but for documents with changed code points."""

import unicodedata

import numpy as np
import pytest

from golden import unicode14
from golden.unicode14 import changed_code_points, known, properties

TEXT = "The Ελληνικός “text”, ½ 七 é ꟲ."


def test_on_the_python_of_the_goldens_no_code_point_has_changed():
    if unicodedata.unidata_version != unicode14.VERSION:
        pytest.skip(f"this Python has Unicode {unicodedata.unidata_version}")
    assert all(properties(chr(i)) == known()[i] for i in range(0x3000))
    assert changed_code_points(TEXT) == []


def test_on_a_newer_python_a_text_with_a_changed_code_point_is_named(monkeypatch):
    if unicodedata.unidata_version != unicode14.VERSION:
        pytest.skip(f"this Python has Unicode {unicodedata.unidata_version}")
    newer = np.array(known())
    newer[ord("½")] += 1
    monkeypatch.setattr(unicode14, "VERSION", "13.0.0")
    assert changed_code_points(TEXT) == []
    monkeypatch.setattr(unicode14, "known", lambda: newer)
    assert changed_code_points(TEXT) == ["U+00BD"]
    assert changed_code_points("the rest") == []
