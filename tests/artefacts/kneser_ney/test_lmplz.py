"""KenLM's own programs do the work where they are on the PATH, and are named where they fail."""

import shutil
from pathlib import Path

import kenlm
import pytest

from rpdata.artefacts.kneser_ney import build_binary, estimate, estimate_with_lmplz
from rpdata.errors import CannotFinish, UserError

TEXT = [b"a b c a b d a c\n" * 2, b"a b c d e f g\nh i j k l"]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put_program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
    (folder / name).chmod(0o755)


def test_without_the_programs_lmplz_is_refused_and_the_model_stays_arpa(path: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no lmplz on the PATH.*\n.*leave out --with lmplz"):
        estimate_with_lmplz(TEXT, tmp_path / "lm.arpa")
    assert not build_binary(tmp_path / "lm.arpa", tmp_path / "lm.bin")


def test_lmplz_gets_the_text_and_every_option(path: Path, tmp_path: Path) -> None:
    put_program(path, "lmplz", """
        printf '%s ' "$@" > arguments
        while [ "$1" != --arpa ]; do shift; done
        { cat; cat "$(dirname "$2")/vocabulary"; } > "$2" """.replace("arguments", str(tmp_path / "arguments")))
    estimate_with_lmplz(
        TEXT, tmp_path / "lm.arpa", order=3, memory=1 << 30, prune=[0, 1], vocabulary=["a", "b"],
        discount_fallback=True, skip_symbols=True, scratch=tmp_path,
    )
    assert (tmp_path / "lm.arpa").read_bytes() == b"".join(TEXT) + b"a\nb"
    arguments = (tmp_path / "arguments").read_text()
    assert arguments.startswith(f"--order 3 --memory 1048576K --temp_prefix {tmp_path}/ --arpa ")
    assert " --prune 0 1 --limit_vocab_file " in arguments
    assert arguments.endswith(" --discount_fallback --skip_symbols ")


@pytest.mark.parametrize("script", ["echo it is broken >&2; exit 3", "cat > /dev/null; echo it is broken; exit 3"])
def test_a_program_that_fails_is_named_with_its_last_words(script: str, path: Path, tmp_path: Path) -> None:
    put_program(path, "lmplz", script)
    put_program(path, "build_binary", script)
    with pytest.raises(CannotFinish, match=r"status 3: .*/lmplz --order 5 .*\nIts last words:\nit is broken"):
        estimate_with_lmplz([b"a b c\n" * 100_000], tmp_path / "lm.arpa")
    with pytest.raises(CannotFinish, match=r"status 3: .*/build_binary .*lm.arpa .*\nIts last words:\nit is broken"):
        build_binary(tmp_path / "lm.arpa", tmp_path / "lm.bin")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(shutil.which("build_binary") is None, reason="needs KenLM's build_binary on the PATH")
def test_the_binary_form_scores_as_the_arpa_file_does(tmp_path: Path) -> None:
    estimate(TEXT, tmp_path / "lm.arpa", discount_fallback=True)
    assert build_binary(tmp_path / "lm.arpa", tmp_path / "lm.bin")
    arpa, binary = kenlm.Model(str(tmp_path / "lm.arpa")), kenlm.Model(str(tmp_path / "lm.bin"))
    assert binary.score("a b c d") == pytest.approx(arpa.score("a b c d"), abs=1e-6)


@pytest.mark.skipif(shutil.which("lmplz") is None, reason="needs KenLM's lmplz on the PATH")
@pytest.mark.parametrize("options", [{}, {"prune": [0, 1]}, {"vocabulary": ["a", "b", "c"]}])
def test_lmplz_makes_the_model_that_we_make(options: dict[str, object], tmp_path: Path) -> None:
    from tests.artefacts.kneser_ney.test_kneser_ney import assert_equal, read_arpa

    for name, function in (("ours", estimate), ("theirs", estimate_with_lmplz)):
        function(TEXT, tmp_path / name, discount_fallback=True, **options)
    assert_equal(read_arpa(tmp_path / "ours"), read_arpa(tmp_path / "theirs"))
