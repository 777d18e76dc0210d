"""The dataset card: what the Hub reads of it, and what it says of signals and of how they were made."""

from dataclasses import replace

import pytest
import yaml

from rpdata.engine.plan import Input, Unit
from rpdata.ledger import Entry, PartitionFile
from rpdata.manifest import Manifest
from rpdata.report.card import about_minhash, size
from rpdata.report.card_head import head, is_crawl, size_category
from rpdata.report.card_made import made_section
from rpdata.report.card_signals import signals_section
from rpdata.signals import CATALOGUE

PUBLISHED = [signal.name for signal in CATALOGUE.values() if signal.published]


def source(name, kind):
    return Input(f"/crawl/{name}", name, kind, 1000)


def signals_of(name, rows, columns, inputs=()):
    file = PartitionFile(rows, "", "", 0)
    return Entry("quality_signals", name, "", {name: file}, rows, inputs=inputs, columns=dict.fromkeys(columns, "1"))


def why_not(section):
    """Signal -> why it is not computed."""
    rows = [row.strip("| ").split(" | ") for row in section.partition("for all documents | why |")[2].splitlines()[2:]]
    return {name.strip("`"): why for names, why in rows for name in names.split(", ")}


def test_codes_of_languages_stay_strings_and_shared_partitions_have_none():
    told = yaml.safe_load(head("x", {"no": 1, "de": 2, "other": 3, "ceb": 4}, {"documents": "d/*"}, []))
    assert told["language"] == ["ceb", "de", "no"]
    assert told["configs"] == [{"config_name": "documents", "data_files": "d/*", "default": True}]


@pytest.mark.parametrize(
    ("inputs", "licence"),
    [
        ([source("en_head.json.gz", "ccnet"), source("CC-MAIN-2023-1-00000.warc.wet.gz", "wet")], "other"),
        ([source("CC-MAIN-2023-1-00000.warc.gz", "warc"), source("mine.warc.gz", "warc")], "unknown"),
        ([source("books.jsonl", "jsonl")], "unknown"),
        ([], "unknown"),
    ],
)
def test_no_licence_is_made_up(inputs, licence):
    told = yaml.safe_load(head("x", {"en": 1}, {}, inputs))
    assert told["license"] == licence
    assert ("license_link" in told) == is_crawl(inputs) == (licence == "other")


@pytest.mark.parametrize(("documents", "name"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**12, "n>1T")])
def test_the_size_is_one_of_the_hubs_classes(documents, name):
    assert size_category(documents) == name


def test_every_signal_is_computed_or_it_is_said_why_not():
    bare = [name for name, signal in CATALOGUE.items() if signal.artefact in (None, "lm")]
    section = signals_section([signals_of("a", 3, bare), signals_of("b", 2, bare[1:])], imported=False)
    why = why_not(section)
    assert set(why) == set(CATALOGUE) - set(bare[1:])
    assert why["rps_doc_ml_palm_score"] == "needs `classifier.palm`, which was not given"
    assert why[bare[0]].startswith("only for 3 of 5 documents")
    assert f"{len(bare) - 1} of {len(CATALOGUE)} signals are computed" in section
    assert all(f"`{name}`" in section.partition("| not computed")[0] for name in bare[1:])


def test_what_one_recipe_alone_had_computed_is_not_passed_off_as_computed():
    entry = signals_of("a", 3, ["rps_doc_word_count"])
    section = signals_section([replace(entry, columns={"rps_doc_word_count": "1@recipe"})], imported=False)
    assert why_not(section)["rps_doc_word_count"].startswith("only for documents that one recipe")


def test_signals_of_an_imported_tail_are_nulls_and_told_as_such():
    entries = [signals_of("en_head", 3, PUBLISHED, [{"name": "x"}]), signals_of("en_tail", 2, PUBLISHED)]
    section = signals_section(entries, imported=True)
    assert f"0 of {len(CATALOGUE)} signals are published for all documents" in section
    why = why_not(section)
    assert why["rps_doc_word_count"].startswith("only for 3 of 5 documents: the files that were published")
    assert why["rpdata_doc_tokens"] == "RedPajama-V2 does not have it"


def test_how_it_was_made_counts_a_file_once_and_shows_the_options_of_each_step():
    large = source("books.jsonl", "jsonl")
    units = [Unit("2023-06", f"000{number}", "en_all", (large,)) for number in range(2)]
    manifest = Manifest(units, {"minhash": {"minhash_hash": "sha1", "seed": 42, "signals": {"x": 1}}})
    section = made_section(manifest)
    assert "| JSON lines | 1 | 1,000 |" in section
    assert "| minhash | minhash_hash `sha1`, seed `42` |" in section
    assert "imported" not in section


def test_a_signature_is_null_for_short_texts_or_where_none_was_published():
    manifest = Manifest([], {"minhash": {"minhash_hash": "sha1"}})
    assert about_minhash(manifest).endswith("null below 13 words")
    manifest.replace("quality_signals", {"imported": "redpajama"})
    assert "null where none was published" in about_minhash(manifest)


def test_a_manifest_that_does_not_tell_of_signatures_has_a_card_all_the_same():
    assert about_minhash(Manifest([], {})).startswith("128 MinHash values of its word 13-grams, as 512 bytes")


@pytest.mark.parametrize(("count", "shown"), [(999, "999 B"), (1000, "1.0 kB"), (12_340_000, "12.3 MB")])
def test_sizes_are_read_by_people(count, shown):
    assert size(count) == shown
