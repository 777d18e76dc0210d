"""What a core does in a second of each stage of a deduplication: the constants of `rpdata/dedup/costs.py`.

    python -m tests.benchmarks.dedup_rates

CPU time of one process, in which all tasks of all stages are done one after the other: on synthetic signatures, and on
texts with planted near-duplicates.
"""

import argparse
import shutil
import tempfile
from pathlib import Path

from rpdata.dedup.settings import DedupSettings
from tests.benchmarks import machine
from tests.benchmarks.corpus import utf8_bytes
from tests.benchmarks.dedup_timed import Timings, timed
from tests.benchmarks.synthetic_dataset import write_dataset
from tests.dedup.annotated import annotated
from tests.dedup.planted import Counts, plant

ROWS_PER_PARTITION = 20_000
TEXTS = Counts(unrelated=2000, edited=5000, templates=20, quotations=200, translations=200, chains=100)
BANDS = 9                       # of threshold 0.8


def again(root: Path, settings: DedupSettings) -> Timings:
    """From the beginning."""
    shutil.rmtree(root / "index", ignore_errors=True)
    return timed(root, settings)


def by_signatures(documents: int, folder: Path) -> dict[str, float]:
    """What takes as long as there are documents, whatever they say."""
    write_dataset(folder / "warm", 2_000, ROWS_PER_PARTITION)
    write_dataset(folder / "out", documents, ROWS_PER_PARTITION)
    for root in (folder / "warm", folder / "out"):
        one, nine = (again(root, DedupSettings("none", (threshold,), "signature")) for threshold in (1.0, 0.8))
    key = (nine.seconds["keys-0.8"] - one.seconds["keys-1.0"]) / (BANDS - 1) / documents
    overlay = sum(path.stat().st_size for path in (folder / "out" / "duplicates").rglob("*.parquet"))
    return {
        "KEYED": documents / (one.seconds["keys-1.0"] - documents * key),
        "HASHED_KEYS": 1 / key,
        "GROUPED": BANDS * documents / nine.seconds["find_candidates"],
        "JOINED": nine.edges / nine.seconds["join"],
        "COMPARED by signature": nine.members / (nine.seconds["find_edges"] - nine.seconds["find_candidates"]),
        "MARKED": documents / (nine.seconds["tally_unit"] + nine.seconds["mark_unit"]),
        "MARKED_ROW": overlay / documents,
    }


def by_texts(folder: Path) -> dict[str, float]:
    """What takes as long as there is text."""
    texts = plant(TEXTS).texts
    root = annotated(folder / "out", folder / "crawl", {"2023-06/0000/en_head": texts})
    settings = DedupSettings("text", (0.8,), "jaccard")
    again(root, settings)
    found = again(root, settings)
    text = utf8_bytes(texts)
    return {
        "HASHED_TEXT": text / found.seconds["exact-text"],
        "SHINGLED": text * found.candidates / len(texts) / found.seconds["collect_evidence"],
        "COMPARED": found.members / found.seconds["find_edges"],
        "COMPARED, survivors": found.clustered / found.seconds["find_survivors"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    arguments = parser.parse_args()
    print(f"Measured {machine.description()}; {machine.load():.1f} processes wanted a core.\n")
    with tempfile.TemporaryDirectory(prefix="rpdata-bench-") as folder:
        rates = by_signatures(arguments.signatures, Path(folder) / "signatures") | by_texts(Path(folder) / "texts")
    for name, rate in rates.items():
        print(f"{name:25} {rate:14,.0f}")


if __name__ == "__main__":
    main()
