"""Tables of others that would give wrong numbers are refused with a sentence."""

import json

import numpy as np
import pyarrow as pa
import pytest

from rpdata.artefacts.domain_table import from_lists, from_reference, write_table
from rpdata.artefacts.domains import SCHEMA, Domains
from rpdata.artefacts.folder import Stored, store
from rpdata.artefacts.importance import algorithm_of, read_counts
from rpdata.errors import UserError


@pytest.mark.parametrize(
    "counts", [np.array([2**63, 2**63, 0, 5], np.uint64), np.array([2**62] * 5), np.array([2**63 + 5, 1], np.uint64)]
)
def test_counts_whose_sum_has_no_place_are_refused(tmp_path, counts):
    np.save(tmp_path / "target.npy", counts)
    with pytest.raises(UserError, match="too large"):
        read_counts(tmp_path / "target.npy")


def test_a_hash_function_that_is_no_name_is_refused(tmp_path):
    artefact = Stored("importance.books.en", "importance", "en", tmp_path, {}, {"hash": ["xxh3"]})
    with pytest.raises(UserError, match="hash function"):
        algorithm_of(artefact)


@pytest.mark.parametrize("number", [2**31, -1, 2**70])
def test_a_number_of_a_set_that_has_no_place_is_refused(tmp_path, number):
    (tmp_path / "numbers").write_text(json.dumps({"a.example": number}))
    (tmp_path / "index").write_text(json.dumps({str(number): ["adult"]}))
    with pytest.raises(UserError, match="numbers"):
        from_reference(tmp_path / "numbers", tmp_path / "index")


def test_categories_that_are_one_string_are_refused(tmp_path):
    (tmp_path / "numbers").write_text('{"a.example": 0}')
    (tmp_path / "index").write_text('{"0": "adult"}')
    with pytest.raises(UserError, match="lists of categories"):
        from_reference(tmp_path / "numbers", tmp_path / "index")


def crafted(folder, *, names, numbers=(0, 0), rows=(0, 0)):
    """A table of two domains with the given columns, and the names that it goes with."""
    folder.mkdir(exist_ok=True)
    files = {"domains.arrow": folder / "domains", "categories.json": folder / "names"}
    table = pa.table([[1, 2], ["a.example", "b.example"], list(numbers), list(rows)], schema=SCHEMA)
    with pa.ipc.new_file(files["domains.arrow"], SCHEMA) as writer:
        writer.write_table(table)
    files["categories.json"].write_text(json.dumps({"names": names}))
    return store(folder / "models", "domains.ut1", "domains", None, files, facts={}, made={})


@pytest.mark.parametrize("names", [-5, None, "adult", ["adult"], [5], [[None, "a"]], [["a"], 7], {"0": ["a"]}])
def test_names_of_categories_that_are_none_are_refused(tmp_path, names):
    with pytest.raises(UserError, match="lists of names of categories"):
        Domains.load(crafted(tmp_path, names=names))


@pytest.mark.parametrize("column", ["numbers", "rows"])
@pytest.mark.parametrize("number", [-2, -(2**31)])
def test_numbers_that_a_table_cannot_have_are_refused(tmp_path, column, number):
    with pytest.raises(UserError, match="does not go with"):
        Domains.load(crafted(tmp_path, names=[["adult"]], **{column: (0, number)}))


def test_a_row_of_names_that_is_not_there_is_refused(tmp_path):
    assert Domains.load(crafted(tmp_path / "a", names=[["adult"]], rows=(0, -1))).names == [["adult"]]
    with pytest.raises(UserError, match="does not go with"):
        Domains.load(crafted(tmp_path / "b", names=[["adult"]], rows=(0, 1)))


def test_a_line_without_a_site_lists_no_page(tmp_path):
    (tmp_path / "adult").write_text("...\n.\nwww.a.example\n")
    files = write_table(from_lists({"adult": tmp_path / "adult"}), tmp_path)
    domains = Domains.load(store(tmp_path / "models", "domains.ut1", "domains", None, files, facts={}, made={}))
    found = domains.categories(pa.array(["", ":80", "a.example", "..."])).to_pylist()
    assert found == [[], [], ["adult"], []]
