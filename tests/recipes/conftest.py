"""The recipes that docs/recipes.md writes."""

import re

import pytest


@pytest.fixture(scope="session")
def examples(repository):
    """What the code of the documentation makes, by name."""
    own = {}
    for block in re.findall(r"```python\n(.*?)```", (repository / "docs/recipes.md").read_text("utf-8"), re.DOTALL):
        exec(block, own)
    return own
