"""KenLM's own programs, where they are on the PATH: `lmplz` in place of `estimate`, `build_binary` behind either."""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from rpdata.artefacts.kneser_ney.estimate import check_options, check_vocabulary, read
from rpdata.artefacts.scratch import scratch_folder
from rpdata.errors import CannotFinish, UserError

LAST_WORDS = 2000       # bytes of what a program says that are shown when it fails


def estimate_with_lmplz(
    text: Path | Iterable[bytes],
    output: Path,
    *,
    order: int = 5,
    memory: int = 2 << 30,
    prune: Sequence[int] = (0,),
    vocabulary: Collection[str] | None = None,
    discount_fallback: bool = False,
    skip_symbols: bool = False,
    scratch: Path | None = None,
) -> None:
    """Write the ARPA file of a text with `lmplz`; see `estimate` for the options.

    Raises UserError if there is no such program, CannotFinish with its last words if it fails.
    """
    check_options(order, prune, memory)
    check_vocabulary(vocabulary)
    program = shutil.which("lmplz")
    if program is None:
        raise UserError(
            "there is no lmplz on the PATH.\nInstall KenLM's programs (https://github.com/kpu/kenlm), or leave out "
            "--with lmplz: the model is the same."
        )
    place = output.parent if scratch is None else scratch
    with scratch_folder(".lmplz-", output.parent) as folder:
        made, words = folder / "arpa", folder / "vocabulary"
        command = [
            program, "--order", str(order), "--memory", f"{memory >> 10}K", "--temp_prefix", f"{place}{os.sep}",
            "--arpa", str(made), "--prune", *map(str, prune),
        ]
        if vocabulary is not None:
            words.write_text("\n".join(vocabulary), encoding="utf-8")
            command += ["--limit_vocab_file", str(words)]
        command += ["--discount_fallback"] * discount_fallback + ["--skip_symbols"] * skip_symbols
        _run(command, read(text))
        made.replace(output)


def build_binary(arpa: Path, output: Path) -> bool:
    """Make KenLM's binary form of a model, which loads at once; False if there is no `build_binary` on the PATH.

    Raises CannotFinish with its last words if it fails.
    """
    program = shutil.which("build_binary")
    if program is None:
        return False
    with scratch_folder(".build_binary-", output.parent) as folder:
        made = folder / "binary"
        _run([program, str(arpa), str(made)], ())
        made.replace(output)
    return True


def _run(command: list[str], text: Iterable[bytes]) -> None:
    """Run a program with a text as its input."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=said, stderr=said) as process:
            assert process.stdin
            try:
                with process.stdin as pipe:
                    for part in text:
                        pipe.write(part)
            except BrokenPipeError:
                pass                    # it ended before its input did: its status and last words say why
            except BaseException:
                process.kill()
                raise
        if process.returncode == 0:
            return
        said.seek(max(0, said.seek(0, os.SEEK_END) - LAST_WORDS))
        raise CannotFinish(
            f"this command ended with status {process.returncode}: {shlex.join(command)}\n"
            f"Its last words:\n{said.read().decode(errors='replace').strip()}"
        )
