"""Lists of domains: exact lookup as the reference has it, and the repaired one that walks up."""

import json
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from golden import edge_documents, edge_golden
from hypothesis import given
from hypothesis import strategies as st

from rpdata.artefacts.domain_table import REFERENCE_CATEGORIES, from_lists, from_reference, number_of, write_table
from rpdata.artefacts.domains import Domains, site_of
from rpdata.artefacts.folder import load, store
from rpdata.errors import UserError

labels = st.sampled_from(["a", "b", "www", "co", "uk", "B", "é"])
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join)
domains = st.builds("{}{}{}".format, st.sampled_from(["", "u:p@"]), hosts, st.sampled_from(["", ":80", "."]))
lists = st.dictionaries(
    st.sampled_from(["adult", "chat", "porn"]), st.lists(domains, min_size=1, max_size=5), min_size=1
)


def stored(folder, listed):
    files = write_table(listed, folder)
    return store(folder / "models", "domains.ut1", "domains", None, files, facts={}, made={})


def table(folder, of_categories):
    """The table of lists that are given as texts."""
    folder.mkdir(exist_ok=True)
    paths = {}
    for category, listed in of_categories.items():
        paths[category] = folder / category
        paths[category].write_text("\n".join(listed) + "\n", encoding="utf-8")
    return Domains.load(stored(folder, from_lists(paths)))


def suffixes(site):
    parts = site.split(".")
    return {site} | {".".join(parts[i:]) for i in range(len(parts) - 1)}


@given(lists, st.lists(st.none() | domains, max_size=10))
def test_both_lookups_are_the_definitions(tmp_path_factory, of_categories, asked):
    looked_up = table(tmp_path_factory.mktemp("domains"), of_categories)
    known = sorted(REFERENCE_CATEGORIES)
    numbers = {s: n for n, s in enumerate(s for size in (1, 2, 3) for s in combinations(known, size))}
    exact = [tuple(sorted(c for c in of_categories if domain in of_categories[c])) for domain in asked]
    assert looked_up.set_numbers(pa.array(asked, pa.string())).to_pylist() == [numbers.get(s) for s in exact]
    sites = {category: set(map(site_of, listed)) for category, listed in of_categories.items()}
    for domain, found in zip(asked, looked_up.categories(pa.array(asked, pa.string())).to_pylist(), strict=True):
        walk = suffixes(site_of(domain)) if domain is not None else set()
        assert found == (None if domain is None else sorted(name for name in sites if sites[name] & walk))


@given(domains)
def test_a_site_is_its_own_site(domain):
    assert site_of(site_of(domain)) == site_of(domain)


@pytest.mark.parametrize(
    ("domain", "site"),
    [
        ("WWW.Casino.Example:8080", "casino.example"),
        ("user:pw@casino.example.", "casino.example"),
        ("www.com", "www.com"),
        ("www.www.b.com", "b.com"),
        ("wwwx.com", "wwwx.com"),
        ("10.0.0.1:80", "10.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_what_does_not_change_the_site_is_stripped(domain, site):
    assert site_of(domain) == site


def test_parent_domains_count_for_the_repaired_lookup_and_addresses_have_none(tmp_path):
    gambling = ["casino.example", "www.bet.example", "0.1"]
    looked_up = table(tmp_path, {"gambling": gambling, "adult": ["x.casino.example"]})
    asked = ["a.x.casino.example", "casino.example", "nocasino.example", "shop.bet.example", "10.0.0.1", "example", ""]
    both, one = ["adult", "gambling"], ["gambling"]
    assert looked_up.categories(pa.array(asked)).to_pylist() == [both, one, [], one, [], [], []]
    assert looked_up.set_numbers(pa.array(asked)).to_pylist() == [None, 8, None, None, None, None, None]


def test_lookups_equal_the_references(shared, tmp_path):
    folder = shared / "golden/artifacts/bad_urls"
    listed = from_reference(folder / "domain_to_category_id.json", folder / "category_index.json")
    looked_up = Domains.load(stored(tmp_path, listed))
    pairs = [
        (document["source_domain"], golden["quality_signals"]["rps_doc_ut1_blacklist"][0][2])
        for document, golden in zip(edge_documents(), edge_golden(), strict=True)
        if "error" not in golden
    ]
    asked, expected = zip(*pairs, strict=True)
    assert looked_up.set_numbers(pa.array(asked)).to_pylist() == list(expected)
    assert {20, 196, 0} <= set(expected)
    index = json.loads((folder / "category_index.json").read_text())
    assert all(number_of(names, REFERENCE_CATEGORIES) == int(number) for number, names in index.items())


def test_lists_give_what_the_references_files_give(shared, tmp_path):
    folder = shared / "golden/artifacts/bad_urls"
    listed = from_reference(folder / "domain_to_category_id.json", folder / "category_index.json")
    paths = {path.parent.name: path for path in folder.glob("blacklists/*/domains")}
    paths.pop("press")
    ours = Domains.load(stored(tmp_path, from_lists(paths)))
    names = dict(zip(listed.domain.to_pylist(), (listed.sets[of] for of in listed.of), strict=True))
    numbers = dict(zip(listed.domain.to_pylist(), (listed.numbers[of] for of in listed.of), strict=True))
    assert ours.set_numbers(listed.domain).to_pylist() == list(numbers.values())
    assert ours.categories(listed.domain).to_pylist() == [list(of) for of in names.values()]


def test_a_large_list_is_looked_up_without_reading_it_into_memory(tmp_path):
    many = [f"site{number}.example" for number in range(200_000)]
    table(tmp_path, {"adult": many, "chat": many[::2]})
    before = pa.total_allocated_bytes()
    looked_up = Domains.load(load(tmp_path / "models/domains.ut1"))
    asked = pa.array([f"www.{many[7]}", many[8], "nothing.example"] * 400)
    assert looked_up.categories(asked).to_pylist() == [["adult"], ["adult", "chat"], []] * 400
    assert looked_up.set_numbers(asked).to_pylist() == [None, 16, None] * 400
    size = (tmp_path / "models/domains.ut1/domains.arrow").stat().st_size
    assert pa.total_allocated_bytes() - before < 1 << 20 < size


def test_files_that_do_not_go_together_are_refused(tmp_path):
    index, numbers = tmp_path / "index.json", tmp_path / "numbers.json"
    index.write_text('{"0": ["adult"]}')
    for content, complaint in [
        ('{"a.example": 1}', "do not go together"),
        ("{", "cannot be read"),
        ("[]", "not a JSON object"),
        ("{}", "no domains"),
    ]:
        numbers.write_text(content)
        with pytest.raises(UserError, match=complaint):
            from_reference(numbers, index)
    empty = tmp_path / "empty"
    empty.write_text("\n")
    with pytest.raises(UserError, match="no domains"):
        from_lists({"adult": empty})


def test_a_table_that_is_none_is_refused(tmp_path):
    other = pa.table({"domain": np.array(["a"])})
    with pa.ipc.new_file(tmp_path / "other", other.schema) as writer:
        writer.write_table(other)
    (tmp_path / "torn").write_bytes((tmp_path / "other").read_bytes()[:-20])
    (tmp_path / "names").write_text('{"names": []}')
    for name in ("other", "torn"):
        files = {"domains.arrow": tmp_path / name, "categories.json": tmp_path / "names"}
        artefact = store(tmp_path / f"models-{name}", "domains.ut1", "domains", None, files, facts={}, made={})
        with pytest.raises(UserError, match="no table of domains"):
            Domains.load(artefact)
