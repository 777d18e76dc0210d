"""`make demo`: annotates the sample in two ways and shows what the signals say about it.

    python sample_data/demo.py [FOLDER]     # default: build/demo, emptied first
"""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from rpdata.dataset import Dataset

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_OUTPUT = "build/demo"       # from the root of the repository
SOME_RECORDS_FAILED = 3
console = Console(highlight=False, soft_wrap=True)

# What the table shows of each kind of page: heading, signal, how a median of it is printed.
SHOWN = [
    ("words", "rps_doc_word_count", "{:.0f}"),
    ("stop", "rps_doc_stop_word_fraction", "{:.2f}"),
    ("unique", "rps_doc_frac_unique_words", "{:.2f}"),
    ("top 2", "rps_doc_frac_chars_top_2gram", "{:.3f}"),
    ("dupe 5", "rps_doc_frac_chars_dupe_5grams", "{:.2f}"),
    ("symbols", "rps_doc_symbol_to_word_ratio", "{:.3f}"),
    ("no letter", "rps_doc_frac_no_alph_words", "{:.2f}"),
]
NEAR = "signature_sim0.8"


def rpdata(*arguments: str, expected: int = 0) -> None:
    """Run the command as a user would, and show it."""
    console.print(f"\n[bold]$ rpdata {shlex.join(arguments)}[/bold]")
    status = subprocess.run([sys.executable, "-m", "rpdata", *arguments], cwd=REPOSITORY).returncode
    if status != expected:
        sys.exit(f"make demo: rpdata ended with status {status} instead of {expected}")


def kinds_of_page(documents: pl.DataFrame) -> Table:
    """The median of some signals for each kind of English page; the sample names the kind in the address."""
    kind = pl.col("source_domain").str.extract(r"-(\w+)\.example$").alias("page")
    names = [name for _, name, _ in SHOWN]
    medians = documents.filter(language="en").group_by(kind).agg(pl.len(), pl.col(names).median()).sort("page")
    table = Table("page", "documents", *(heading for heading, _, _ in SHOWN), box=None, pad_edge=False)
    for row in medians.iter_rows(named=True):
        cells = ["-" if row[name] is None else form.format(row[name]) for _, name, form in SHOWN]
        table.add_row(row["page"], str(row["len"]), *cells)
    return table


def languages(documents: pl.DataFrame) -> str:
    counts = documents["language"].value_counts().sort("count", "language", descending=[True, False])
    return ", ".join(f"{language} {count}" for language, count in counts.iter_rows())


def partitions(root: Path) -> str:
    """Each partition with its number of documents and what was found in it."""
    documents = Dataset.open(root).scan(["documents"], columns=["doc_id", "language"])
    found = documents.collect()["language"].value_counts()
    counts = dict(found.iter_rows())
    named = [name.rpartition("/")[2] for name in Dataset.open(root).partitions]
    own = {name: counts.pop(name.partition("_")[0]) for name in named if name != "other_all"}
    return ", ".join(f"{name} {count}" for name, count in own.items()) + (
        f", other_all {sum(counts.values())} ({', '.join(sorted(counts))})"
    )


def sharing_a_band(signatures: pl.DataFrame) -> int:
    """How many documents share at least one MinHash band with another: candidates for near-duplicates."""
    bands = signatures.with_columns(band=pl.int_ranges(pl.col(NEAR).list.len())).explode(NEAR, "band").drop_nulls(NEAR)
    return bands.filter(pl.len().over("band", NEAR) > 1)["doc_id"].n_unique()


def main(output: str) -> None:
    shutil.rmtree(REPOSITORY / output, ignore_errors=True)
    console.print(
        "The sample: 210 pages that were written for this project, as cc_net files and as WET files.\n"
        f"One line of one cc_net file is torn on purpose, hence exit status {SOME_RECORDS_FAILED} of the first run."
    )
    pool, crawl = f"{output}/pool", f"{output}/crawl"
    rpdata("compute-signals", "sample_data/cc_net", "--output", pool, expected=SOME_RECORDS_FAILED)
    rpdata("status", pool)
    console.print(
        "\nWET files don't say what language their pages are in. A model does: here a small one of the sample's own\n"
        "texts, otherwise lid.176, as in CCNet. With `all`, languages beyond the five main ones share a partition."
    )
    model = "sample_data/artefacts/languages.bin"
    routing = ["--languages", "all", "--language-model", model]
    rpdata("compute-signals", "sample_data/wet", "--snapshot", "2026-34", *routing, "--output", crawl)

    dataset = Dataset.open(REPOSITORY / pool)
    columns = ["doc_id", "language", "source_domain", *(name for _, name, _ in SHOWN)]
    documents = dataset.scan(["documents", "quality_signals"], columns=columns).collect()
    signatures = dataset.scan(["minhash"], columns=["doc_id", NEAR], bands=0.8).collect()
    console.print(f"\n[bold]What was found in {pool}[/bold]")
    console.print(f"Documents by language: {languages(documents)}")
    console.print(f"Partitions of {crawl}: {partitions(REPOSITORY / crawl)}")
    console.print(f"Documents that share a MinHash band (similarity 0.8) with another: {sharing_a_band(signatures)}")
    console.print("Medians of some signals by kind of English page:\n")
    console.print(kinds_of_page(documents))
    console.print(f"""
stop: fraction of stop words; unique: of distinct words; top 2: of characters in the commonest 2-gram; dupe 5: in
repeated 5-grams; symbols: # and ... per word; no letter: words without a letter, punctuation included

[bold]What to try next[/bold] (after: source .venv/bin/activate)
  rpdata signals list
  rpdata signals show rps_doc_frac_chars_dupe_5grams
  cat {pool}/errors/documents/2026-34/0000/*.jsonl
  rpdata export {pool} --format redpajama --output {output}/redpajama
  python -c 'from datasets import load_dataset; print(load_dataset("{pool}", "quality_signals"))'
  rpdata compute-signals YOUR.json.gz OR.warc.wet.gz OR.jsonl.zst OR.parquet --output FOLDER""")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_OUTPUT)
