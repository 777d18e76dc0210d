"""A document's perplexity is what SentencePiece and KenLM give for the line that cc_net reads."""

import gzip
import json
import random
import struct
from dataclasses import replace

import kenlm
import pyarrow as pa
import pytest
import sentencepiece
from hypothesis import given

from rpdata.artefacts.check import check_loads
from rpdata.artefacts.cutoffs import Cutoffs, CutoffTable, cutoffs_of, cutoffs_of_cc_net, read_cutoffs
from rpdata.artefacts.folder import Stored, sha256_of, store
from rpdata.artefacts.kenlm_model import BINARY, KenlmModel
from rpdata.artefacts.perplexity import LanguageModelScorer
from rpdata.artefacts.pieces import PieceModel
from rpdata.errors import UserError
from rpdata.text.lm_normalise import normalise_lines
from tests.text.nasty import nasty_text, texts


def stored(folder, **files):
    """An artefact as it would be loaded, of files made by hand."""
    hashes = {}
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content)
        hashes[path.name] = sha256_of(path)
    return Stored("lm.en", "lm", "en", folder, hashes, {"normaliser": "ccnet"})


@pytest.fixture(scope="session")
def scorer(trained):
    return LanguageModelScorer.load(trained.artefact)


@pytest.fixture(scope="session")
def slow(trained):
    """The definition, by the two libraries, one text at a time."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(trained.artefact.file("sp.model")))
    model = kenlm.Model(str(trained.artefact.file("lm.arpa.gz")))

    def perplexity(text):
        (line,) = normalise_lines(pa.array([text])).to_pylist()
        pieces = processor.encode(line, out_type=str)
        return round(10 ** (-model.score(" ".join(pieces)) / (len(pieces) + 1)), 1) if pieces else None

    return perplexity


@given(texts)
def test_any_text_has_the_perplexity_of_the_libraries(scorer, slow, text):
    assert scorer.perplexity(pa.array([text])).to_pylist() == [slow(text)]


@given(nasty_text)
def test_nasty_texts_have_the_perplexity_of_the_libraries(scorer, slow, text):
    assert scorer.perplexity(pa.array(["Between.", text, ""])).to_pylist() == [slow("Between."), slow(text), None]


def test_real_pages_have_the_perplexity_of_the_libraries(scorer, slow, repository):
    folder = repository / "sample_data" / "texts"
    documents = [path.read_text("utf-8") for path in sorted(folder.iterdir())]
    documents += [line for document in documents for line in document.split("\n")]
    documents.append("\n".join(documents))
    assert scorer.perplexity(pa.array(documents)).to_pylist() == list(map(slow, documents))


def test_a_text_without_pieces_has_none_and_an_unknown_script_has_some(scorer):
    values = scorer.perplexity(pa.array(["", " \n\t ", "\x01\u0301", "漢字仮名", "漢字 " * 50_000])).to_pylist()
    assert values[:3] == [None, None, None]
    assert all(value > 100 for value in values[3:])
    assert scorer.perplexity(pa.array([], pa.string())).to_pylist() == []


def test_prose_is_less_surprising_than_the_same_words_shuffled(scorer, corpus):
    prose = [json.loads(line)["text"] for line in corpus.read_text("utf-8").splitlines()][19::20]
    shuffled = [" ".join(random.Random(1).sample(text.split(), len(text.split()))) for text in prose]
    pairs = list(zip(*(scorer.perplexity(pa.array(some)).to_pylist() for some in (prose, shuffled)), strict=True))
    assert len(pairs) > 5
    assert sum(in_order < out for in_order, out in pairs) > 0.8 * len(pairs)


def test_buckets_end_below_their_cutoffs():
    perplexities = pa.array([1.0, 99.9, 100.0, 199.9, 200.0, 1e9, None])
    expected = ["head", "head", "middle", "middle", "tail", "tail", None]
    assert Cutoffs(100.0, 200.0).buckets(perplexities).to_pylist() == expected


def test_cutoffs_put_thirty_percent_into_head_and_thirty_into_middle():
    buckets = cutoffs_of(list(range(1, 101))).buckets(pa.array(range(1, 101), pa.float64())).to_pylist()
    assert [buckets.count(name) for name in ("head", "middle", "tail")] == [30, 30, 40]
    with pytest.raises(UserError, match="no document"):
        cutoffs_of([])


def test_a_table_of_cc_net_gives_the_cutoffs_of_its_languages(tmp_path):
    table = tmp_path / "cutoff.csv"
    rows = [",en,de,xx", *(f"{p},{10.5 * p + 25},{p + 1}," for p in range(100))]
    table.write_text("\n".join(rows) + "\n")
    assert cutoffs_of_cc_net(table) == CutoffTable({"en": Cutoffs(340.0, 655.0), "de": Cutoffs(31.0, 61.0)}, {})
    for damaged in ("", ",en\n30,1\n", ",en,de\n30,1\n60,2\n", ",en\na,1\n", "\x00\xff"):
        table.write_text(damaged)
        with pytest.raises(UserError):
            cutoffs_of_cc_net(table)


@pytest.mark.parametrize("cells", [("9", "3"), ("0", "0"), ("a", "b"), ("nan", "3"), ("-1", "3")])
def test_a_damaged_column_of_the_table_costs_its_language_alone(tmp_path, cells):
    table = tmp_path / "cutoff.csv"
    table.write_text(f",en,de\n30,{cells[0]},340\n60,{cells[1]},520.5\n")
    found = cutoffs_of_cc_net(table)
    assert found.cutoffs == {"de": Cutoffs(340.0, 520.5)}
    assert list(found.damaged) == ["en"]


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"head": 1}', '{"head": 5, "middle": 1}', '{"head": NaN, "middle": 1}']
)
def test_cutoffs_that_are_none_are_refused(tmp_path, content):
    (tmp_path / "cutoffs.json").write_text(content)
    with pytest.raises(UserError, match="cutoffs"):
        read_cutoffs(tmp_path / "cutoffs.json")


def test_an_artefact_with_a_model_of_another_language_is_refused(tmp_path, trained):
    unigrams = "-1\t<unk>\n0\t<s>\t0\n-1\t</s>\n-1\t▁der\t0\n"
    arpa = f"\\data\\\nngram 1=4\nngram 2=1\n\n\\1-grams:\n{unigrams}\n\\2-grams:\n-1\t<s> ▁der\n\n\\end\\\n"
    foreign = stored(tmp_path, sp_model=trained.artefact.file("sp.model").read_bytes(), lm_arpa=arpa.encode())
    with pytest.raises(UserError, match="do not go together"):
        LanguageModelScorer.load(foreign)
    with pytest.raises(UserError, match="normaliser"):
        LanguageModelScorer.load(replace(trained.artefact, facts={}))


@pytest.fixture(scope="session")
def arpa(trained):
    return gzip.decompress(trained.artefact.file("lm.arpa.gz").read_bytes())


DAMAGES = {
    "empty": lambda arpa: b"",
    "no ARPA file": lambda arpa: b"\x7fELF" + bytes(range(256)) * 100,
    "cut in the header": lambda arpa: arpa[:30],
    "cut in the middle": lambda arpa: arpa[: len(arpa) // 2],
    "cut before its end": lambda arpa: arpa[: arpa.rindex(b"\\end")],
    "fewer n-grams than told": lambda arpa: b"\n".join(arpa.split(b"\n")[:50] + arpa.split(b"\n")[51:]),
    "more n-grams than told": lambda arpa: arpa.replace(b"ngram 2=", b"ngram 2=1\nngram 7="),
    "a negative count": lambda arpa: arpa.replace(b"ngram 1=", b"ngram 1=-"),
    "a count beyond the file": lambda arpa: arpa.replace(b"ngram 1=", b"ngram 1=99999999"),
    "a probability that is no number": lambda arpa: arpa.replace(b"\n-", b"\nnan\t-", 1),
    "a probability above 1": lambda arpa: arpa.replace(b"\n-", b"\n", 1),
    "a word that no 1-gram has": lambda arpa: arpa.replace(b"\\2-grams:\n", b"\\2-grams:\n-1\tnew word\t0\n", 1),
    "a binary that is none": lambda arpa: b"mmap lm http://kheafield.com/code format version 5\n\0" + bytes(500),
    "gzip that is cut": lambda arpa: gzip.compress(arpa)[:-1000],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_ngram_model_is_refused(tmp_path, trained, arpa, damage):
    content = DAMAGES[damage](arpa)
    damaged = stored(tmp_path, sp_model=trained.artefact.file("sp.model").read_bytes(), lm_arpa=content)
    with pytest.raises(UserError, match=r"lm\.arpa is not"):
        LanguageModelScorer.load(damaged)


@pytest.mark.parametrize("size", [0, 1, 100, 2000, -1, None])
def test_a_damaged_sentencepiece_model_is_refused(tmp_path, trained, arpa, size):
    content = trained.artefact.file("sp.model").read_bytes()[:size] if size is not None else b"text" * 500
    with pytest.raises(UserError, match=r"sp\.model is not"):
        LanguageModelScorer.load(stored(tmp_path, sp_model=content, lm_arpa=arpa))


def test_a_replaced_file_is_refused(tmp_path, trained):
    files = {name: trained.artefact.file(name) for name in trained.artefact.files}
    copy = store(tmp_path, "lm.en", "lm", "en", files, facts=trained.artefact.facts, made={})
    (copy.folder / "sp.model").write_bytes(b"")
    with pytest.raises(UserError, match="damaged or was replaced"):
        LanguageModelScorer.load(copy)


def binary_of_more_words_than_its_file():
    """A trie as kenlm writes it, but for the number of its words: a look into the vocabulary ends behind the file."""
    sanity = struct.pack("<56sfffII4xQ", BINARY + b" 5\n", 0.0, 1.0, -0.5, 1, 2**32 - 1, 1)
    parameters = struct.pack("<IfIB3xI", 2, 1.5, 2, 0, 1)
    return sanity + parameters + struct.pack("<QQ4xQ", 300, 400, 2**40) + bytes(60_000)


def test_a_binary_that_kenlm_breaks_on_is_refused_and_ends_no_process_but_its_own(tmp_path, trained):
    pieces = trained.artefact.file("sp.model").read_bytes()
    damaged = stored(tmp_path, sp_model=pieces, lm_bin=binary_of_more_words_than_its_file())
    with pytest.raises(UserError, match=r"(?s)lm.en is damaged: kenlm itself breaks on it \(SIG.*lm\.bin"):
        check_loads(damaged)


def test_a_model_with_probabilities_that_are_no_numbers_is_refused(trained):
    class NoNumbers(KenlmModel):
        def scores(self, lines):
            return super().scores(lines) * float("nan")

    scorer = LanguageModelScorer(
        PieceModel(trained.artefact.file("sp.model")), NoNumbers(trained.artefact.file("lm.arpa.gz")), None
    )
    with pytest.raises(UserError, match="no numbers"):
        scorer.try_out()


def test_a_whole_model_is_tried_out_and_passes(trained):
    check_loads(trained.artefact)
