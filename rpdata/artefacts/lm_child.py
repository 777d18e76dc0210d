"""The process in which a language model is tried out: a damaged one may end the process that it is in.

kenlm trusts its binaries, so that a wrong byte sends it anywhere, on loading or with the first text that gets there.

Read from standard input: a `Stored` of kind "lm", as JSON. Written to standard output, as JSON: why it can't be used,
or null.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from signal import Signals
from subprocess import TimeoutExpired, run

from rpdata.artefacts.folder import Stored
from rpdata.errors import CannotFinish, UserError

SECONDS = 3600      # a table without an empty place, which only damage makes, is searched for ever


def check_loads(artefact: Stored, seconds: int = SECONDS) -> None:
    """UserError if a language model is damaged, or its files do not go together; it may take so many seconds."""
    files = [artefact.folder / name for name in artefact.files]
    request = json.dumps({**asdict(artefact), "folder": str(artefact.folder)})
    command = [sys.executable, "-m", "rpdata.artefacts.lm_child"]
    try:
        done = run(command, input=request, capture_output=True, text=True, timeout=seconds)
    except TimeoutExpired as error:
        raise UserError(
            f"{artefact.name} is damaged: kenlm was at {', '.join(map(str, files))} for {seconds:,} seconds"
        ) from error
    if done.returncode == -Signals.SIGKILL:
        raise CannotFinish(f"the system ended the trial of {artefact.name}, most often for lack of memory")
    if done.returncode < 0:
        raise UserError(
            f"{artefact.name} is damaged: kenlm itself breaks on it ({Signals(-done.returncode).name}).\n"
            f"Bring its files from where they are whole: {', '.join(map(str, files))}"
        )
    if done.returncode:
        raise RuntimeError(f"{artefact.name} could not be tried out:\n{done.stderr}")
    if (complaint := json.loads(done.stdout)) is not None:
        raise UserError(complaint)


def main() -> None:
    from rpdata.artefacts.perplexity import LanguageModelScorer

    told = json.load(sys.stdin)
    try:
        LanguageModelScorer.load(Stored(**{**told, "folder": Path(told["folder"])})).try_out()
    except UserError as error:
        json.dump(str(error), sys.stdout)
    else:
        json.dump(None, sys.stdout)


if __name__ == "__main__":
    main()
