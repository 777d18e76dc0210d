"""What cannot be estimated is refused with a reason and a way out, and leaves nothing behind."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rpdata.artefacts.kneser_ney import estimate
from rpdata.errors import UserError
from tests.artefacts.kneser_ney.arpa_file import read_arpa

SMALL = b"a b c\na b d\n"


@pytest.mark.parametrize(
    ("text", "options", "told"),
    [
        ([], {}, "no words"),
        ([b"\n\n \t\r\n"], {"discount_fallback": True}, "no words"),
        ([SMALL], {}, "discounts of 1-grams are not defined: no 1-gram has the adjusted count 3.*--discount-f"),
        ([b"a b\nc <s> d\n"], {}, r"line 2 of the text has the word <s>.*--skip-symbols"),
        ([b"a b\nc\n", b"d </", b"s>"], {}, "line 3 of the text has the word </s>"),
        ([b"a <unk> b\n"], {}, "<unk>"),
        ([b"a " + b"b" * 3_000_000], {}, "line 1 of the text has a word of more than 1,048,576 bytes"),
        ([SMALL], {"memory": 1 << 20}, "memory is too small"),
        ([b"%d " % i for i in range(100_000)], {"memory": 8 << 20}, "memory is too small: the vocabulary has"),
        ([b"%d " % i for i in range(100_000)], {"order": 8}, "more than 65,536 different words"),
        ([SMALL], {"order": 9}, "order 9: use 1 to 8"),
        ([SMALL], {"order": 0}, "order 0"),
        ([SMALL], {"prune": [1]}, "cannot prune by 1"),
        ([SMALL], {"prune": [0, 2, 1]}, "cannot prune by 0 2 1"),
        ([SMALL], {"prune": [0, 0, 0], "order": 2}, "give up to 2 counts"),
        ([SMALL], {"prune": []}, "cannot prune by nothing"),
        ([SMALL], {"vocabulary": ["a", "\udcff"]}, r"vocabulary has a word that is not Unicode text: '.udcff'"),
        (Path("not-there"), {}, "cannot read the text.*not-there"),
    ],
)
def test_what_cannot_be_estimated_is_refused_by_name(
    text: list[bytes] | Path, options: dict[str, object], told: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=f"(?s){told}"):
        estimate(text, tmp_path / "lm.arpa", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_discount_that_would_be_negative_falls_back_only_where_asked(tmp_path: Path) -> None:
    """Six words once, three twice, one three times, and many four times: 3 - 4 Y n4/n3 is below 0."""
    words = [*"abcdef", *("ghi" * 2), *("j" * 3), *("klmnopqrstuv" * 4)]
    text = [" ".join(words).encode()]
    with pytest.raises(UserError, match=r"1-grams.*adjusted count 3 would be -"):
        estimate(text, tmp_path / "lm.arpa", order=1)
    report = estimate(text, tmp_path / "lm.arpa", order=1, discount_fallback=True)
    assert report.fell_back == [1]
    assert report.discounts == [(0.5, 1.0, 1.5)]


def test_special_words_may_be_read_as_blanks(tmp_path: Path) -> None:
    estimate([b"a <s> b </s> c\na <unk> b d\n"], tmp_path / "with", discount_fallback=True, skip_symbols=True)
    estimate([b"a b c\na b d\n"], tmp_path / "without", discount_fallback=True)
    assert (tmp_path / "with").read_bytes() == (tmp_path / "without").read_bytes()


def test_blanks_are_those_of_kenlm_and_no_others(tmp_path: Path) -> None:
    """Others belong to words: KenLM would not divide there either."""
    estimate(["a\tb\0 c\r\nd\u00a0e\u2003f\x0bg".encode()], tmp_path / "lm.arpa", discount_fallback=True)
    words = [word for (word,) in read_arpa(tmp_path / "lm.arpa")[0]]
    assert words == ["<unk>", "<s>", "</s>", "a", "b", "c", "d\u00a0e\u2003f\x0bg"]


def test_a_text_that_breaks_off_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield SMALL
        raise ConnectionResetError("the other side hung up")

    with pytest.raises(UserError, match=r"cannot read the text.*hung up"):
        estimate(parts(), tmp_path / "lm.arpa")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk's."""
    code = f"""
from pathlib import Path
from rpdata.artefacts.kneser_ney import estimate
from rpdata.errors import CannotFinish
try:
    estimate([b"%d %d\\n" % (i % 999, i % 1009) for i in range(100_000)], Path({str(tmp_path / "lm.arpa")!r}))
except CannotFinish as error:
    print(error)
"""
    command = [sys.executable, "-c", code]
    limit = 1 << 20
    done = subprocess.run(
        command, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert "cannot write the language model" in done.stdout, done.stderr
    assert "File too large" in done.stdout
    assert list(tmp_path.iterdir()) == []
