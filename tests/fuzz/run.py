"""`make fuzz`: looks for inputs that break a harness, for so many seconds each.

    python tests/fuzz/run.py [--seconds 30] [HARNESS ...]       # default: all
    python tests/fuzz/run.py --input FILE HARNESS               # once more with one input

With atheris, the branches that are taken guide the search: those of the readers and of the extraction, and for the
kernels, which are compiled, those of their definitions in Python. Without it, the seeds are changed at random. Inputs
that took new branches are kept in build/fuzz/HARNESS/corpus for the next run; one that breaks a promise is
build/fuzz/HARNESS/crash-*, and the exit status is then 1.
"""

import argparse
import hashlib
import random
import re
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

REPOSITORY = Path(__file__).resolve().parents[2]
BUILD = REPOSITORY / "build" / "fuzz"
sys.path.insert(0, str(REPOSITORY))

from tests.fuzz.mutate import changed  # noqa: E402
from tests.fuzz.seeds import SEEDS  # noqa: E402

if TYPE_CHECKING:
    from tests.fuzz.harnesses import Harness

LONGEST_INPUT = 8192        # bytes
SECONDS_AN_INPUT = 60       # for longer ones are a hang
MEMORY_MIB = 4096
EXECUTED = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
COVERED = re.compile(r"cov: (\d+)")


def functions_of(name: str) -> AbstractContextManager[dict[str, "Harness"]]:
    """The harnesses; what they write goes to the folder of the one of this name."""
    from tests.fuzz.harnesses import harnesses

    files = BUILD / name / "files"
    files.mkdir(parents=True, exist_ok=True)
    return harnesses(files)


def guided(name: str, seconds: int) -> None:
    """Fuzz with atheris in this process, which libFuzzer ends."""
    import atheris

    import rpdata.text  # noqa: F401        # as it is: numba can't compile functions that count their branches

    folder = BUILD / name
    libfuzzer = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={SECONDS_AN_INPUT}",
        f"-rss_limit_mb={MEMORY_MIB}",
        f"-artifact_prefix={folder}/",
        "-print_final_stats=1",
        str(folder / "corpus"),
    ]
    with atheris.instrument_imports(include=["rpdata", "tests"]):
        found = functions_of(name)
    with found as functions:
        atheris.Setup([name, *libfuzzer], functions[name])
        atheris.Fuzz()


def at_random(name: str, seconds: int) -> None:
    """Change the seeds until the time is over. A broken promise is raised."""
    rng = random.Random()
    end = time.monotonic() + seconds
    executed = 0
    with functions_of(name) as functions:
        while time.monotonic() < end:
            data = changed(rng, SEEDS[name])
            crash = BUILD / name / f"crash-{hashlib.sha1(data).hexdigest()}"
            crash.write_bytes(data)
            functions[name](data)
            crash.unlink()
            executed += 1
    print(f"stat::number_of_executed_units: {executed}")


def fuzz(name: str, seconds: int) -> bool:
    """Fuzz one harness in a process of its own, and say what came of it. Whether it held."""
    corpus = BUILD / name / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in SEEDS[name]:
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    before = set((BUILD / name).glob("*-*"))
    command = [sys.executable, __file__, "--child", "--seconds", str(seconds), name]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    log = done.stdout.decode(errors="replace")
    (BUILD / name / "log.txt").write_text(log, encoding="utf-8")
    executed = EXECUTED.findall(log)
    covered = COVERED.findall(log)
    print(
        f"{name:10} {int(executed[-1]) if executed else 0:>10,} inputs"
        f"{f', {covered[-1]} branches seen' if covered else ''}; {'held' if done.returncode == 0 else 'BROKE'}",
        flush=True,
    )
    if done.returncode:
        print("\n".join(log.splitlines()[-30:]))
        for crash in sorted(set((BUILD / name).glob("*-*")) - before):
            print(f"again: {sys.executable} tests/fuzz/run.py --input {crash.relative_to(REPOSITORY)} {name}")
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description="Look for inputs that break a harness.")
    parser.add_argument("--seconds", type=int, default=30, help="for each harness (default: 30)")
    parser.add_argument("--input", type=Path, help="run the harness with this file's content only")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="HARNESS", help=f"of {', '.join(SEEDS)} (default: all)")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in SEEDS:
            parser.error(f"no harness is called {name!r}; there are {', '.join(SEEDS)}")
    if arguments.child:
        search = guided if find_spec("atheris") else at_random
        search(arguments.names[0], arguments.seconds)
        return
    if arguments.input:
        if len(arguments.names) != 1:
            parser.error("--input needs the name of one harness")
        with functions_of(arguments.names[0]) as functions:
            functions[arguments.names[0]](arguments.input.read_bytes())
        print("held")
        return
    how = "guided by coverage" if find_spec("atheris") else "at random: atheris is not installed here"
    print(f"Fuzzing for {arguments.seconds} s each, {how}.", flush=True)
    held = [fuzz(name, arguments.seconds) for name in arguments.names or SEEDS]
    print(f"{held.count(True)} of {len(held)} held. Logs, inputs: {BUILD.relative_to(REPOSITORY)}/")
    sys.exit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
