"""`make demo`: annotates the sample from several formats, and shows what comes out and what does not get lost.

    python sample_data/demo.py [FOLDER]     # default: build/demo, emptied first
"""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rpdata.dataset import Dataset
from rpdata.signals import CATALOGUE

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULT_OUTPUT = "build/demo"       # from the root of the repository
SOME_RECORDS_FAILED = 3
console = Console(highlight=False, soft_wrap=True)

# What the table shows of each kind of page: heading, column, how a median of it is printed.
SHOWN = [
    ("words", "rps_doc_word_count", "{:.0f}"),
    ("stop", "rps_doc_stop_word_fraction", "{:.2f}"),
    ("unique", "rps_doc_frac_unique_words", "{:.2f}"),
    ("top 2", "rps_doc_frac_chars_top_2gram", "{:.3f}"),
    ("dupe 5", "rps_doc_frac_chars_dupe_5grams", "{:.2f}"),
    ("symbols", "rps_doc_symbol_to_word_ratio", "{:.3f}"),
    ("no letter", "rps_doc_frac_no_alph_words", "{:.2f}"),
    ("a line", "words_per_line", "{:.1f}"),
]
BUCKETS = ("head", "middle", "tail")
COLUMN_WIDTH = 39       # of the page beside its main content
LINES_PASSED = 3        # after so many that are not in the main content, the next ones are left out


def say(text: str) -> None:
    console.print(text)


def rpdata(*arguments: str, expected: int = 0) -> Any:
    """Run the command as a user would, and show it; of what it prints, the demo shows an account of its own."""
    say(f"[bold]$ rpdata {escape(shlex.join(arguments))}[/bold]")
    command = [sys.executable, "-m", "rpdata", *arguments, "--json"]
    run = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE)
    if run.returncode != expected:
        sys.exit(f"make demo: rpdata ended with status {run.returncode} instead of {expected}")
    return json.loads(run.stdout)


def account(root: str, step: str = "documents") -> None:
    """What the ledger says: nothing that was read is lost."""
    (found,) = [found for found in Dataset.open(REPOSITORY / root).status().steps if found.step == step]
    reasons = ", ".join(f"{reason} {number}" for reason, number in found.dropped.items())
    dropped = f"{sum(found.dropped.values())} dropped ({reasons})" if reasons else "0 dropped"
    values = f"; {found.failed_values} values failed" if found.failed_values else ""
    say(f"{step}: {found.read} read = {found.written} written + {dropped} + {found.failed} failed{values}")


def errors(root: str, step: str) -> None:
    for path in sorted((REPOSITORY / root / "errors" / step).rglob("*.jsonl")):
        for error in map(json.loads, path.open("rb")):
            if "record" in error:
                where = "the file" if error["record"] is None else f"record {error['record']}"
                say(escape(f"  {where}: {error['cause']}"))
            else:
                say(escape(f"  {error['doc_id']}, {error['signal']}: {error['exception']}: {error['message']}"))


def pool_of_cc_net(pool: str) -> None:
    say("\n[bold]1. A cc_net pool[/bold], as RedPajama-V2 is made from. One line is torn on purpose (exit status 3).")
    rpdata("compute-signals", "sample_data/cc_net", "--output", pool, expected=SOME_RECORDS_FAILED)
    account(pool)
    documents = Dataset.open(REPOSITORY / pool).scan(["documents"], columns=["language"]).collect()
    counts = documents["language"].value_counts().sort("count", "language", descending=[True, False])
    say(f"Documents by language: {', '.join(f'{language} {count}' for language, count in counts.iter_rows())}")


def signals_of_your_own(pool: str) -> None:
    say("\n[bold]2. Signals of your own[/bold], beside the others. The text is not read from the crawl again.")
    rpdata("compute-signals", pool, "--signals", "sample_data/my_signals.py", expected=SOME_RECORDS_FAILED)
    account(pool, "signals-my_signals")
    errors(pool, "signals-my_signals")
    columns = ["doc_id", "language", "source_domain", *(name for _, name, _ in SHOWN)]
    dataset = Dataset.open(REPOSITORY / pool)
    documents = dataset.scan(["documents", "quality_signals", "signals-my_signals"], columns=columns).collect()
    say("Medians by kind of English page:")
    console.print(kinds_of_page(documents))
    say("stop: fraction of stop words; unique: of distinct words; top 2: of characters in the commonest 2-gram;")
    say("dupe 5: in repeated 5-grams; symbols: # and ... per word; a line: words per line, the file's own signal")


def kinds_of_page(documents: pl.DataFrame) -> Table:
    """The median of some signals for each kind of English page; the sample names the kind in the address."""
    kind = pl.col("source_domain").str.extract(r"-(\w+)\.example$").alias("page")
    names = [name for _, name, _ in SHOWN]
    medians = documents.filter(language="en").group_by(kind).agg(pl.len(), pl.col(names).median()).sort("page")
    table = Table("kind", "pages", *(heading for heading, _, _ in SHOWN), box=None, pad_edge=False)
    for row in medians.iter_rows(named=True):
        cells = ["-" if row[name] is None else form.format(row[name]) for _, name, form in SHOWN]
        table.add_row(row["page"], str(row["len"]), *cells)
    return table


def duplicates(pool: str) -> None:
    say("\n[bold]3. Duplicates[/bold], proven by their texts and marked beside them. Nothing is deleted.")
    found = rpdata("dedup", pool)
    (similar,) = found["fuzzy"]
    say(f"Copies: {found['exact']['removed']} documents; similarity 0.8: {similar['removed']} of {found['documents']}")
    columns = ["doc_id", "cluster_id_sim0.8", "keep_sim0.8", "jaccard_to_kept_sim0.8", "raw_content"]
    marked = Dataset.open(REPOSITORY / pool).scan(["documents", "duplicates"], columns=columns).collect()
    gone = marked.filter(~pl.col("keep_sim0.8")).sort("jaccard_to_kept_sim0.8", "doc_id").row(0, named=True)
    cluster = marked.filter(pl.col("keep_sim0.8"), pl.col("cluster_id_sim0.8") == gone["cluster_id_sim0.8"])
    say(f"The least similar that goes ({gone['jaccard_to_kept_sim0.8']:.2f}), and what stays of its cluster:")
    for row in (gone, *cluster.iter_rows(named=True)):
        line = " ".join(row["raw_content"].split())[:COLUMN_WIDTH * 2]
        say(escape(f"  {row['doc_id']}  {line}"))


def crawl_of_html(main: str, full: str) -> None:
    say("\n[bold]4. The same pages as HTML[/bold] in WARC files. A model tells the languages: here a small one of the")
    say("sample's own texts, otherwise lid.176, as in CCNet. Languages beyond the five main ones share a partition.")
    model = ["--language-model", "sample_data/artefacts/languages.bin"]
    warc = ["sample_data/warc", "--snapshot", "2026-34"]
    rpdata("compute-signals", *warc, "--languages", "all", *model, "--output", main)
    account(main)
    say(f"Partitions: {partitions(main)}")
    rpdata("compute-signals", *warc, "--extract", "full", "--language", "en", "--output", full)
    say("One page as it shows itself, and its main content:")
    console.print(beside(*shortest_article(full, main)))


def partitions(root: str) -> str:
    """Each partition with its number of documents and, where languages share it, what was found in it."""
    dataset = Dataset.open(REPOSITORY / root)
    counts = dict(dataset.scan(["documents"], columns=["language"]).collect()["language"].value_counts().iter_rows())
    named = [name.rpartition("/")[2] for name in dataset.partitions]
    own = {name: counts.pop(name.partition("_")[0]) for name in named if name != "other_all"}
    return ", ".join(f"{name} {count}" for name, count in own.items()) + (
        f", other_all {sum(counts.values())} ({', '.join(sorted(counts))})"
    )


def shortest_article(full: str, main: str) -> tuple[str, str]:
    """The full text and the main content of a page."""
    columns = ["doc_id", "url", "raw_content"]
    texts = [Dataset.open(REPOSITORY / root).scan(["documents"], columns=columns).collect() for root in (full, main)]
    both = texts[0].join(texts[1], on="doc_id", suffix="_main")
    articles = both.filter(pl.col("url").str.contains("-journal.example/en/"))
    page = articles.sort(pl.col("raw_content").str.len_chars(), "doc_id").row(0, named=True)
    return page["raw_content"], page["raw_content_main"]


def beside(full: str, main: str) -> Table:
    """The lines of a page, and on their right those that are left of them."""
    table = Table("--extract full", "--extract main", box=None, pad_edge=False)
    left = [line for line in main.split("\n") if line.strip()]
    passed = 0
    for line in filter(str.strip, full.split("\n")):
        in_main = bool(left) and left[0] == line
        passed = 0 if in_main else passed + 1
        if in_main:
            left.pop(0)
        if passed <= LINES_PASSED:
            table.add_row(shortened(line), shortened(line) if in_main else "")
        elif passed == LINES_PASSED + 1:
            table.add_row("...", "")
    return table


def shortened(line: str) -> str:
    return escape(line if len(line) <= COLUMN_WIDTH else f"{line[: COLUMN_WIDTH - 3]}...")


def models(main: str) -> None:
    say("\n[bold]5. Models and lists[/bold], whenever they come: the signals that they feed are computed beside what")
    say("is there. These are small ones of the sample's own texts; for your own there is rpdata artefacts train.")
    rpdata("compute-signals", main, "--artefacts", "sample_data/artefacts/models")
    computed = [signal.name for signal in CATALOGUE.values() if signal.published]
    signals = Dataset.open(REPOSITORY / main).scan(["documents", "quality_signals"]).collect()
    filled = sum(signals[name].null_count() < len(signals) for name in computed)
    say(f"Of RedPajama-V2's {len(computed)} signals {filled} have values. Medians by bucket of perplexity:")
    console.print(buckets(signals))


def buckets(signals: pl.DataFrame) -> Table:
    """What models say of the documents in each third of their language's perplexities."""
    table = Table("bucket", "pages", "perplexity", "like Wikipedia", "words of adverts", box=None, pad_edge=False)
    medians = (
        signals.with_columns(
            wiki=pl.coalesce("rps_doc_ml_wikiref_score", "rps_doc_ml_wikipedia_score")
        )
        .drop_nulls("ccnet_bucket")
        .group_by("ccnet_bucket")
        .agg(pl.len(), pl.col("ccnet_perplexity", "wiki").median(), pl.col("rpdata_doc_ldnoobw_words").mean())
        .sort("ccnet_bucket")
    )
    for bucket, pages, perplexity, wiki, words in medians.iter_rows():
        table.add_row(BUCKETS[bucket], str(pages), f"{perplexity:.0f}", f"{wiki:.2f}", f"{words:.1f} a page")
    return table


def damaged_shard(damaged: str) -> None:
    say("\n[bold]6. A damaged shard[/bold]: wrong lengths, bytes that belong to nothing, and its tail is missing.")
    say("What can be used is; exit status 3 and errors/ tell of the rest, and the ledger balances.")
    model = ["--languages", "en", "--language-model", "sample_data/artefacts/languages.bin"]
    arguments = ["sample_data/damaged", "--snapshot", "2026-34", *model, "--output", damaged]
    rpdata("compute-signals", *arguments, expected=SOME_RECORDS_FAILED)
    account(damaged)
    errors(damaged, "documents")


def what_next(pool: str, output: str) -> None:
    say(f"""
[bold]What to try next[/bold] (after: source .venv/bin/activate)
  rpdata show {pool} 2026-34/0000/en_tail.json.gz/3
  rpdata status {pool}
  rpdata signals show rps_doc_frac_chars_dupe_5grams
  rpdata filter {pool} --recipe gopher
  rpdata report {pool} --recipes gopher,fineweb --output report.html
  rpdata export {pool} --format redpajama --output {output}/redpajama
  python -c 'from datasets import load_dataset; print(load_dataset("{pool}", "quality_signals"))'
  rpdata compute-signals YOUR.json.gz OR.warc.gz OR.warc.wet.gz OR.jsonl.zst OR.parquet --output FOLDER""")


def main(output: str) -> None:
    shutil.rmtree(REPOSITORY / output, ignore_errors=True)
    say("The sample: 210 pages that were written for this project, as a crawl has them and as cc_net files.")
    pool_of_cc_net(f"{output}/pool")
    signals_of_your_own(f"{output}/pool")
    duplicates(f"{output}/pool")
    crawl_of_html(f"{output}/main", f"{output}/full")
    models(f"{output}/main")
    damaged_shard(f"{output}/damaged")
    what_next(f"{output}/pool", output)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_OUTPUT)
