"""`make demo`: annotates the sample in two ways and shows what the signals say about it."""

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
OUTPUT = Path("build/demo")
SOME_RECORDS_FAILED = 3
console = Console(highlight=False)

# What the table shows of each kind of page: heading, signal, how a median of it is printed.
SHOWN = [
    ("words", "rps_doc_word_count", "{:.0f}"),
    ("stop words", "rps_doc_stop_word_fraction", "{:.2f}"),
    ("unique", "rps_doc_frac_unique_words", "{:.2f}"),
    ("top 2-gram", "rps_doc_frac_chars_top_2gram", "{:.3f}"),
    ("in repeated 5-grams", "rps_doc_frac_chars_dupe_5grams", "{:.2f}"),
    ("symbols/word", "rps_doc_symbol_to_word_ratio", "{:.3f}"),
    ("letters missing", "rps_doc_frac_no_alph_words", "{:.2f}"),
]


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
    table = Table("page", "documents", *(heading for heading, _, _ in SHOWN), title="English pages: medians")
    for row in medians.iter_rows(named=True):
        cells = ["-" if row[name] is None else form.format(row[name]) for _, name, form in SHOWN]
        table.add_row(row["page"], str(row["len"]), *cells)
    return table


def languages(documents: pl.DataFrame) -> str:
    counts = documents["language"].value_counts().sort("count", "language", descending=[True, False])
    return ", ".join(f"{language} {count}" for language, count in counts.iter_rows())


def main() -> None:
    shutil.rmtree(REPOSITORY / OUTPUT, ignore_errors=True)
    console.print(
        "The sample: 210 pages that were written for this project, as cc_net files and as WET files. "
        f"One line of one cc_net file is torn on purpose, hence exit status {SOME_RECORDS_FAILED}."
    )
    pool, english = str(OUTPUT / "pool"), str(OUTPUT / "english")
    rpdata("compute-signals", "sample_data/cc_net", "--output", pool, expected=SOME_RECORDS_FAILED)
    rpdata("status", pool)
    wet = next((REPOSITORY / "sample_data" / "wet").glob("*-en.warc.wet.gz")).relative_to(REPOSITORY)
    rpdata("compute-signals", str(wet), "--snapshot", "2026-34", "--language", "en", "--output", english)

    overlays = ["documents", "quality_signals"]
    columns = ["doc_id", "language", "source_domain", *(name for _, name, _ in SHOWN)]
    documents = Dataset.open(REPOSITORY / pool).scan(overlays, columns=columns).collect()
    console.print(f"\nDocuments by language: {languages(documents)}\n")
    console.print(kinds_of_page(documents))
    console.print(f"""
What to try next
  rpdata signals list                                      every signal, and what it needs
  rpdata signals show rps_doc_frac_chars_dupe_5grams       its definition, unit and source
  cat {pool}/errors/documents/2026-34/0000/*.jsonl    what could not be read, and why
  rpdata export {pool} --format redpajama --output {OUTPUT}/redpajama
  python -c 'from datasets import load_dataset; print(load_dataset("{pool}", name="quality_signals"))'
  rpdata compute-signals <your own .json.gz, .warc.wet.gz, .jsonl.zst or .parquet files> --output <folder>""")


if __name__ == "__main__":
    main()
