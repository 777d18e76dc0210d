"""The stop lists of RedPajama-V2: stopwords-json 1.2.0 (Apache-2.0) for seven languages, as it is (see ORIGIN.md); and
eight common words of five languages, for Gopher's rule.

Words stay as that package has them, although some can never match: raw words hold no apostrophe, and case counts.
"""

import json
from functools import cache
from pathlib import Path

from rpdata.text import StopLists

PATH = Path(__file__).with_name("stopwords-json.json")
COMMON_PATH = Path(__file__).with_name("common-words.json")
LANGUAGES = ("bg", "de", "en", "es", "fi", "fr", "it")
COMMON_LANGUAGES = ("de", "en", "es", "fr", "it")


@cache
def stop_lists() -> StopLists:
    """The lists by language, hashed for the kernel."""
    return StopLists(stop_words(), StopLists(common_words()))


def stop_words() -> dict[str, list[str]]:
    """The lists by language, as text."""
    return json.loads(PATH.read_text(encoding="utf-8"))


def common_words() -> dict[str, list[str]]:
    """Eight common words of some languages, as text."""
    return json.loads(COMMON_PATH.read_text(encoding="utf-8"))
