"""Hashes of what the values depend on: they change when it does, and with nothing else."""

import subprocess
import sys

from rpdata.signals import code_hash, column_hashes, fingerprint, lines, schema, stop_words
from rpdata.text import stats


def changed_by(monkeypatch, path):
    """The columns whose hash changes if the content of the file changes."""
    before = column_hashes()
    content = fingerprint.content
    monkeypatch.setattr(fingerprint, "content", lambda p: content(p) + ("*" if str(p) == str(path) else ""))
    monkeypatch.setattr(fingerprint, "kernel_hash", fingerprint.kernel_hash.__wrapped__)
    monkeypatch.setattr(fingerprint, "code_hashes", fingerprint.code_hashes.__wrapped__)
    after = column_hashes()
    return {name for name in before if before[name] != after[name]}


def test_every_computed_column_has_a_hash():
    assert set(column_hashes()) == set(schema().names) - {"doc_id"}


def test_a_change_of_a_family_changes_its_columns_only(monkeypatch):
    of_the_family = {name for name in schema().names if name.startswith("rps_lines_")}
    assert changed_by(monkeypatch, lines.__file__) == of_the_family


def test_an_artefact_changes_the_columns_that_it_feeds_only():
    plain, fed = column_hashes(), column_hashes({"lm": "a", "bad_words": "b"})
    assert {name for name in plain if plain[name] != fed[name]} == {"ccnet_perplexity", "ccnet_bucket"}
    assert set(fed) - set(plain) == {"rps_doc_ldnoobw_words", "rpdata_doc_ldnoobw_words"}
    other = column_hashes({"lm": "a", "bad_words": "c"})
    assert {name for name in fed if fed[name] != other[name]} == set(fed) - set(plain)


def test_a_change_of_a_stop_list_changes_the_stop_word_fraction_only(monkeypatch):
    assert changed_by(monkeypatch, stop_words.PATH) == {"rps_doc_stop_word_fraction"}


def test_a_change_of_the_text_kernels_changes_every_column(monkeypatch):
    assert changed_by(monkeypatch, stats.__file__) == set(column_hashes())


def test_the_hash_is_the_same_in_another_process_and_folder(tmp_path):
    command = [sys.executable, "-c", "from rpdata.signals import code_hash; print(code_hash())"]
    other = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == code_hash()
