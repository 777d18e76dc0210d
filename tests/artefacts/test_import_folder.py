"""What others made becomes a collection of ours, and what is wrong with it is told."""

import shutil
import tempfile

import numpy as np
import pytest

from rpdata.artefacts.check import check_loads
from rpdata.artefacts.folder import collected
from rpdata.artefacts.import_folder import import_folder
from rpdata.errors import UserError
from rpdata.terminal_artefacts import print_import

ENGLISH = ["bad_words.en", "classifier.wikiref.en", "importance.books.en", "importance.openwebtext.en"]


@pytest.fixture
def reference(shared, tmp_path):
    """A copy of the reference's folder that a test may spoil; one language is enough."""
    folder = tmp_path / "artifacts-1"
    shutil.copytree(shared / "golden/artifacts", folder, copy_function=shutil.copyfile)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    for language in ("de", "es", "fr", "it"):
        (folder / f"bad_words/{language}.txt").unlink()
        shutil.rmtree(folder / f"classifiers/{language}")
        shutil.rmtree(folder / f"dsir/{language}")
    return folder


def names(report):
    return sorted(artefact.name for artefact in report.stored)


def test_a_folder_of_the_reference_becomes_a_collection(shared, tmp_path):
    report = import_folder(shared / "golden/artifacts", tmp_path / "models")
    collection = collected(tmp_path / "models")
    assert names(report) == list(collection)
    assert len(collection) == 18
    assert set(ENGLISH) < set(collection)
    assert report.absent == ["classifier.palm.en"]
    assert not report.damaged
    for artefact in collection.values():
        artefact.verify()
        check_loads(artefact)


def test_importing_twice_changes_nothing(reference, tmp_path):
    first, again = (import_folder(reference, tmp_path / "models") for _ in range(2))
    assert [artefact.sha256 for artefact in first.stored] == [artefact.sha256 for artefact in again.stored]
    assert len(first.stored) == len(collected(tmp_path / "models")) == 6


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def remove(path):
    path.unlink()


def other_dimension(path):
    np.save(path, np.ones(5000, np.int64))


def other_language(path):
    path.rename(path.with_name(path.name.replace(".en.", ".de.")))


def not_counts(path):
    np.save(path, np.array(["a"], object), allow_pickle=True)


@pytest.mark.parametrize(
    ("spoil", "file", "damaged", "complaint"),
    [
        (cut, "dsir/en/books.en.10000.counts.npy", "importance.books.en", "no whole array"),
        (not_counts, "dsir/en/books.en.10000.counts.npy", "importance.books.en", "no whole array"),
        (other_dimension, "dsir/en/books.en.10000.counts.npy", "importance.books.en", "5000 buckets"),
        (other_language, "dsir/en/books.en.10000.counts.npy", "importance.books.en", "does not say en"),
        (remove, "dsir/en/books.en.lambda.npy", "importance.books.en", "books.en.lambda.npy is no whole array"),
        (cut, "dsir/en/books.en.lambda.npy", "importance.books.en", "books.en.lambda.npy is no whole array"),
        (other_dimension, "dsir/en/books.en.lambda.npy", "importance.books.en", "mean number of words of books"),
        (other_dimension, "dsir/en/ccnet.en.10000.counts.npy", "importance.books.en", "5000 buckets"),
        (remove, "dsir/en/ccnet.en.10000.counts.npy", "importance.books.en", "no source"),
        (cut, "classifiers/en/wikiref.model.bin", "classifier.wikiref.en", "not a whole one"),
        (remove, "bad_urls/category_index.json", "domains.ut1", "cannot be read"),
        (cut, "bad_urls/category_index.json", "domains.ut1", "cannot be read"),
    ],
)
def test_what_is_damaged_is_told_and_keeps_nothing_else_out(reference, tmp_path, spoil, file, damaged, complaint):
    spoil(reference / file)
    report = import_folder(reference, tmp_path / "models")
    assert complaint in report.damaged[damaged]
    assert damaged not in names(report)
    assert len(report.stored) + len(report.damaged) == 6
    assert names(report) == list(collected(tmp_path / "models"))


def no_numbers(path):
    np.save(path, np.float64("nan"))


@pytest.mark.parametrize(
    ("spoil", "file", "damaged", "told"),
    [
        (cut, "classifiers/en/wikiref.model.bin", "classifier.wikiref.en", "{}/classifiers/en/wikiref.model.bin"),
        (cut, "dsir/en/ccnet.en.10000.counts.npy", "importance.books.en", "{}/dsir/en/ccnet.en.10000.counts.npy"),
        (no_numbers, "dsir/en/books.en.lambda.npy", "importance.books.en", "means.json (made of dsir/en/books"),
    ],
)
def test_a_complaint_names_the_files_of_the_user(reference, tmp_path, spoil, file, damaged, told):
    spoil(reference / file)
    complaint = import_folder(reference, tmp_path / "models").damaged[damaged]
    assert told.format(reference) in complaint
    assert tempfile.gettempdir() not in complaint.replace(str(reference), "")


def test_lists_of_domains_alone_are_enough(reference, tmp_path):
    for name in ("domain_to_category_id.json", "category_index.json"):
        (reference / "bad_urls" / name).unlink()
    report = import_folder(reference, tmp_path / "models")
    (domains,) = [artefact for artefact in report.stored if artefact.kind == "domains"]
    assert domains.made["left out"] == "press"


def test_files_that_nothing_is_made_of_are_named(reference, tmp_path, capsys):
    before = import_folder(reference, tmp_path / "before")
    more = ["bad_words/README.txt", "classifiers/en/fasttext-wiki.bin", "dsir/notes"]
    for name in more:
        (reference / name).write_text("content")
    report = import_folder(reference, tmp_path / "models")
    assert sorted(set(report.ignored) - set(before.ignored)) == more
    assert "bad_urls/blacklists/press/domains" in report.ignored
    assert (names(report), report.damaged, report.absent) == (names(before), {}, before.absent)
    print_import(report, as_json=False)
    told = " ".join(capsys.readouterr().out.split())
    assert all(name in told for name in more)


def test_what_a_folder_lacks_is_told(reference, tmp_path):
    (reference / "bad_words/en.txt").unlink()
    shutil.rmtree(reference / "bad_urls")
    report = import_folder(reference, tmp_path / "models")
    assert report.absent == ["domains.ut1", "bad_words.en", "classifier.palm.en"]


def test_language_models_of_cc_net_go_with_their_cutoffs(language_models, tmp_path):
    (tmp_path / "data/cutoff.csv").write_text("percentile,xx\n30,340\n60,520.5\n")
    report = import_folder(language_models, tmp_path / "models")
    assert (names(report), report.absent, report.damaged) == (["lm.xx"], [], {})
    assert report.stored[0].file("cutoffs.json").read_text() == '{"head": 340.0, "middle": 520.5}\n'


def test_cutoffs_that_are_out_of_order_cost_the_buckets_of_their_language_alone(language_models, tmp_path):
    for suffix in (".sp.model", ".arpa.bin"):
        shutil.copyfile(language_models / f"xx{suffix}", language_models / f"yy{suffix}")
    (language_models / "cutoff.csv").write_text("percentile,xx,yy\n30,9,340\n60,3,520.5\n")
    report = import_folder(language_models, tmp_path / "models")
    assert (names(report), report.damaged) == (["lm.xx", "lm.yy"], {})
    assert [sorted(artefact.files) for artefact in report.stored] == [
        ["lm.bin", "sp.model"], ["cutoffs.json", "lm.bin", "sp.model"]
    ]
    (told,) = report.absent
    assert told.startswith("cutoffs of xx in cutoff.csv (")
    assert "9.0, 3.0" in told


def test_language_models_that_are_not_whole_are_told(language_models, tmp_path):
    shutil.copyfile(language_models / "xx.sp.model", language_models / "yy.sp.model")
    cut(language_models / "xx.sp.model")
    report = import_folder(language_models, tmp_path / "models")
    assert "not a whole one" in report.damaged["lm.xx"]
    assert "yy.arpa.bin is not there" in report.damaged["lm.yy"]
    assert report.absent[0].startswith("cutoff.csv")


def test_a_folder_of_something_else_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(UserError, match="no folder of artefacts that can be imported"):
            import_folder(folder, tmp_path / "models")
