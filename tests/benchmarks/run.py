"""`make bench`: every figure of the README's table, measured in one run.

    python tests/benchmarks/run.py                      # print the table
    python tests/benchmarks/run.py --readme README.md   # and put it between the markers of that file
"""

import argparse
import tempfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from statistics import median

import command
import machine
import pool
from corpus import english_texts, utf8_bytes, wet_files
from datatrove_rates import datatrove_rates
from kernels import kernel_rates
from stages import stage_table, wet_table

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
POOL_BYTES = 1_000_000_000
SMALL_POOL_BYTES = 100_000_000
LARGE_UNIT_BYTES = 2_000_000_000
REPEATS = 3


def kernel_table() -> list[str]:
    """The kernels and datatrove over the same English documents, CPU time of one thread."""
    texts = english_texts()
    ours = kernel_rates(texts, ["en"] * len(texts))
    theirs = datatrove_rates(texts)
    to_filters = ours.signals / theirs.filters
    to_all = [rate / theirs.filters_and_signature for rate in (ours.signals_and_sha1, ours.signals_and_xxh3)]
    rows = [
        ("datatrove: Gopher quality + repetition, C4, FineWeb filters", theirs.filters, ""),
        ("datatrove: those and its 13-gram MinHash signature", theirs.filters_and_signature, ""),
        ("rpdata: the statistics of all rule signals", ours.signals, f"{to_filters:.0f} times the filters"),
        ("rpdata: those and exact MinHash", ours.signals_and_sha1, f"{to_all[0]:.0f} times filters and signature"),
        ("rpdata: those and xxh3 MinHash", ours.signals_and_xxh3, f"{to_all[1]:.0f} times filters and signature"),
        ("memcpy of the same text", ours.memcpy, ""),
    ]
    lines = [
        f"Kernels: {len(texts):,} English pages of {len(wet_files())} WET files, {utf8_bytes(texts) / 1e6:.1f} MB; "
        "CPU time of one thread.",
        "",
        "| step | MB of text per second | |",
        "|---|---:|---|",
    ]
    return lines + [f"| {name} | {rate:,.{2 if rate < 10 else 0}f} | {note} |" for name, rate, note in rows]


def repeated(source: Path, output: Path, workers: int) -> list[command.Run]:
    return [command.run(source, output.with_name(f"{output.name}-{n}"), workers) for n in range(REPEATS)]


def middle(runs: list[command.Run], value: Callable[[command.Run], float]) -> float:
    return median(value(run) for run in runs)


def cpu(runs: list[command.Run]) -> float:
    return middle(runs, lambda run: run.cpu_seconds)


def wall(runs: list[command.Run]) -> float:
    return middle(runs, lambda run: run.wall_seconds)


def command_table(folder: Path) -> list[str]:
    """`rpdata compute-signals` on a cc_net pool: all overlays on disk.

    A run also starts, and makes the sample of 10,000 documents: some seconds whatever its size. The difference of a
    large and a small pool is without them.
    """
    crawl, small, single, large = (folder / name for name in ("crawl", "small", "single", "large"))
    pool.write_pool(crawl, POOL_BYTES)
    pool.write_pool(small, SMALL_POOL_BYTES)
    pool.write_one_document(single)
    large_bytes = pool.write_large_unit(large, LARGE_UNIT_BYTES)
    kernel = kernel_rates(*pool.texts_and_languages()).signals_and_sha1
    command.run(single, folder / "warm", 1)
    before = machine.load()
    starts = repeated(single, folder / "out-single", 1)
    less, one, two = (
        repeated(source, folder / f"out-{source.name}-{workers}", workers)
        for source, workers in ((small, 1), (crawl, 1), (crawl, 2))
    )
    after = machine.load()
    peak = command.run(large, folder / "out-large", 1).worker_peak_bytes
    megabytes = one[0].text_bytes / 1e6
    whole = megabytes / cpu(one)
    steady = (megabytes - less[0].text_bytes / 1e6) / (cpu(one) - cpu(less))
    return [
        f"Whole command: cc_net pool of {megabytes:,.0f} MB of text to all overlays on disk, exact MinHash; medians "
        f"of {REPEATS} runs; processes that wanted a core in the minute before the runs {before:.1f}, in their last "
        f"{after:.1f}.",
        "",
        "| | |",
        "|---|---|",
        f"| kernels with exact MinHash on the same pages | {kernel:.0f} MB/CPU-s |",
        f"| one worker: reads, measures, writes | {steady:.0f} MB/CPU-s ({steady / kernel:.2f} of the kernels) |",
        f"| one worker, all processes, start and sample included | {whole:.0f} MB/CPU-s ({whole / kernel:.2f} of the "
        f"kernels), {megabytes / wall(one):.0f} MB/s by the clock |",
        f"| two workers against one | {cpu(two) / cpu(one):.2f} times the CPU-seconds, {wall(one) / wall(two):.2f} "
        "times as fast by the clock |",
        f"| start to first document, warm | {middle(starts, lambda run: run.first_document):.1f} s |",
        f"| peak memory of the worker, one unit of {large_bytes / 1e9:.1f} GB of text | {peak / 2**20:,.0f} MiB |",
    ]


def put_into(readme: Path, table: str) -> None:
    """Replace what stands between the markers."""
    head, found_begin, rest = readme.read_text().partition(BEGIN)
    _, found_end, tail = rest.partition(END)
    if not (found_begin and found_end):
        raise SystemExit(f"{readme} lacks the markers {BEGIN} and {END}")
    readme.write_text(f"{head}{BEGIN}\n{table}\n{END}{tail}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readme", type=Path, help="the file whose table to replace")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        tables = kernel_table(), stage_table(Path(folder)), wet_table(Path(folder)), command_table(Path(folder))
        lines = [f"Measured {machine.description()}.", *chain.from_iterable(("", *table) for table in tables)]
    table = "\n".join(lines)
    print(table)
    if arguments.readme:
        put_into(arguments.readme, table)


if __name__ == "__main__":
    main()
