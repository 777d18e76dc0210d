"""datatrove's four MinHash stages and rpdata on the same synthetic documents: CPU time of all that either does.

    python -m tests.benchmarks.dedup_datatrove              # in .venv-bench, see `make bench`

From signatures to clusters: both in this process, one task after the other, on files of the same documents; what
either finds is compared. Whole: texts in, kept texts out; rpdata by its commands, with all signals, workers and start
included, which it has to pay for once.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson

from rpdata.dedup.settings import DedupSettings
from tests.benchmarks import machine
from tests.benchmarks.datatrove_minhash import from_signatures, from_texts
from tests.benchmarks.dedup_timed import timed
from tests.benchmarks.synthetic import signatures
from tests.benchmarks.synthetic_dataset import write_dataset
from tests.dedup.planted import Counts, plant

ROWS_PER_PARTITION = 20_000     # as in a file of RedPajama-V2
THRESHOLD = 0.8
WARM_UP = 2_000                 # documents of a first run, which compiles


def from_signatures_to_clusters(documents: int, folder: Path) -> Iterator[str]:
    """Lines of the table; AssertionError if the two do not remove as many documents."""
    write_dataset(folder / "warm", WARM_UP, ROWS_PER_PARTITION)
    write_dataset(folder / "out", documents, ROWS_PER_PARTITION)
    starts = range(0, documents, ROWS_PER_PARTITION)
    files = [signatures(first, min(ROWS_PER_PARTITION, documents - first)) for first in starts]
    theirs = from_signatures(files, folder / "datatrove")
    yield row(f"datatrove: sort, buckets, clusters of {documents:,} signatures", theirs.from_signatures_to_clusters)
    for verify in ("none", "signature"):
        settings = DedupSettings("none", (THRESHOLD,), verify)
        timed(folder / "warm", settings)
        ours = timed(folder / "out", settings)
        assert verify != "none" or ours.removed == theirs.removed, f"{ours.removed} and {theirs.removed} removed"
        how = "unverified as there" if verify == "none" else "every pair verified by signature"
        yield row(
            f"rpdata: keys, pairs, clusters, survivors; {how}", ours.to_survivors, theirs.from_signatures_to_clusters
        )
        overlay = ours.seconds["tally_unit"] + ours.seconds["mark_unit"]
        yield row("rpdata: the same, report and overlay", ours.to_survivors + overlay,
                  theirs.from_signatures_to_clusters)
        shutil.rmtree(folder / "out" / "index")
        shutil.rmtree(folder / "warm" / "index")


def whole(documents: int, folder: Path) -> Iterator[str]:
    """Lines of the table."""
    of_each = documents // 4
    texts = plant(Counts(unrelated=of_each, edited=of_each, templates=of_each // 24, quotations=0, translations=0,
                         chains=0)).texts
    theirs = from_texts(texts, folder / "datatrove")
    yield row(f"datatrove: four stages, {len(texts):,} texts", theirs.total)
    crawl = folder / "texts.jsonl"
    crawl.write_bytes(b"\n".join(orjson.dumps({"text": text}) for text in texts) + b"\n")
    out = folder / "out"
    ours = [
        cpu("compute-signals", crawl, "--language", "en", "--snapshot", "bench", "-o", out, "--workers", 1),
        cpu("dedup", out, "--exact", "none", "--allow-large-clusters", "--workers", 1),
    ]
    yield row(
        "rpdata: compute-signals (all signals too), then dedup (every pair verified by text)", sum(ours), theirs.total
    )
    yield row("rpdata: of that, dedup", ours[1])


def cpu(*arguments: object) -> float:
    """CPU seconds of a command and all its workers."""
    process = subprocess.Popen([sys.executable, "-m", "rpdata", *map(str, arguments)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def row(name: str, seconds: float, against: float = 0) -> str:
    times = f"{against / seconds:.1f}" if against else ""
    return f"| {name} | {seconds:,.1f} | {times} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--texts", type=int, default=10_000)
    arguments = parser.parse_args()
    print(f"Measured {machine.description()}; {machine.load():.1f} processes wanted a core.\n")
    print("| | CPU seconds | times as fast |")
    print("|---|---:|---:|")
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        for lines in (
            from_signatures_to_clusters(arguments.signatures, Path(folder) / "signatures"),
            whole(arguments.texts, Path(folder) / "texts"),
        ):
            for line in lines:
                print(line, flush=True)


if __name__ == "__main__":
    main()
