"""What an artefact's columns are known by is all the code that decides them; what the input says of a page stands."""

import ast
import importlib
from pathlib import Path

import pyarrow as pa
import pytest

from rpdata.annotate.models import Models
from rpdata.annotate.scorers import KINDS
from rpdata.artefacts.folder import Stored, load, store
from rpdata.errors import UserError

OF_FILES = {"rpdata.artefacts.folder", "rpdata.artefacts.store", "rpdata.artefacts.registry"}   # not of their meaning
PACKAGE = "rpdata.artefacts"


def mentioned(module: str) -> set[str]:
    """The modules of the package that a module imports."""
    tree = ast.parse(Path(importlib.import_module(module).__file__).read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            found |= {f"{PACKAGE}.{name.name}" for name in node.names}
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith(f"{PACKAGE}."):
            found.add(node.module)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_module_that_a_kind_is_read_by_is_among_those_that_are_hashed(kind):
    listed = {module.__name__ for module in KINDS[kind].modules}
    for module in listed:
        assert mentioned(module) - OF_FILES <= listed, module


@pytest.mark.parametrize("with_cutoffs", [True, False])
def test_a_bucket_that_the_input_tells_stands_without_a_perplexity(repository, tmp_path, with_cutoffs):
    sample = load(repository / "sample_data" / "artefacts" / "models" / "lm.en")
    files = {name: sample.folder / name for name in sample.files if with_cutoffs or name != "cutoffs.json"}
    model = store(tmp_path, "lm.en", "lm", "en", files, facts=sample.facts, made={})
    pages = pa.record_batch(
        {
            "raw_content": ["A plain text about a river."] * 4,
            "perplexity": pa.array([None, None, None, 1e9]),
            "bucket": ["head", "all", None, None],
        }
    )
    said = Models().with_those({"lm.en": model}).ask(pages, ["en"] * 4, ["ccnet_perplexity", "ccnet_bucket"], {})
    first, computed, also, told = said["lm.bucket"].to_pylist()
    assert (first, told) == ("head", None)
    assert computed == also
    assert (computed is not None) == with_cutoffs
    assert said["lm"].null_count == 0


def test_importances_that_do_not_go_together_are_refused_before_a_unit_meets_them(tmp_path):
    names = {"importance.books.en": "xxh3", "importance.wikipedia.en": "siphash13-seed42"}
    mixed = {
        name: Stored(name, "importance", "en", tmp_path, {}, {"hash": algorithm, "buckets": 4})
        for name, algorithm in names.items()
    }
    with pytest.raises(UserError, match="can't be used together"):
        Models().with_those(mixed)
