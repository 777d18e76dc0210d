"""How well the text of pages is extracted, against reference extractions: `python tests/benchmarks/extraction.py`.

Reference texts (59 of the pages in the development WARC): precision and recall of words as multisets, averaged over
the pages. Reference snippets: the share of those that must appear that do, and of those that must not that do not; for
pages of the WARC in both modes, for the others in the WET text that is there of them.
"""

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rpdata.engine.plan import plan
from rpdata.ledger import ReadReport
from rpdata.sources import ReadOptions, discover, read

SHARDS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "shards"
WORD = re.compile(r"\w+")


def texts(paths: Iterable[Path], extract: str = "full") -> dict[str, str]:
    """The text of each page by its URL, with its title before it, as it is in a WET record."""
    options = ReadOptions(language="en", min_chars=0, extract=extract)
    found = discover([str(path) for path in paths], "2026-34")
    batches = (batch for unit in plan([], found, "en") for batch in read(unit, options, ReadReport()))
    rows = (row for batch in batches for row in batch.to_pylist())
    return {row["url"]: f"{row['title'] or ''}\n{row['raw_content']}" for row in rows}


def words_found(text: str, reference: str) -> tuple[float, float]:
    """Precision and recall."""
    ours, theirs = (Counter(WORD.findall(each.lower())) for each in (text, reference))
    both = (ours & theirs).total()
    return both / max(ours.total(), 1), both / max(theirs.total(), 1)


def snippets_found(text: str, page: Mapping[str, Any]) -> tuple[Counter[str], Counter[str]]:
    """How many snippets there are of each kind, and how many are as they must be."""
    text = " ".join(text.split())
    there = {kind: [" ".join(snippet.split()) in text for snippet in page[kind]] for kind in ("with_", "without")}
    right = {"with_": sum(there["with_"]), "without": len(there["without"]) - sum(there["without"])}
    return Counter({kind: len(found) for kind, found in there.items()}), Counter(right)


def table(shards: Path) -> list[str]:
    """The lines of the Markdown table."""
    with gzip.open(shards / "gold.jsonl.gz", "rt") as file:
        gold = [json.loads(line) for line in file]
    pages = {mode: texts(shards.glob("*.warc.gz"), mode) for mode in ("main", "full")}
    wet = {url: text for url, text in texts(shards.glob("*.wet.gz")).items() if url not in pages["full"]}
    lines = [
        "| text | reference texts | precision | recall | F1 | reference snippets | found | kept out |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, ours in {"--extract main": pages["main"], "--extract full": pages["full"], "WET": wet}.items():
        lines.append(row(name, [page for page in gold if page["url"] in ours], ours))
    return lines


def row(name: str, gold: list[dict[str, Any]], ours: Mapping[str, str]) -> str:
    whole = [words_found(ours[page["url"]].partition("\n")[2], page["text"]) for page in gold if "text" in page]
    precision, recall = (sum(column) / len(whole) for column in zip(*whole, strict=True))
    f1 = sum(2 * p * r / max(p + r, 1e-9) for p, r in whole) / len(whole)
    wanted, right = Counter[str](), Counter[str]()
    for page in gold:
        if "with_" in page:
            there, as_they_must_be = snippets_found(ours[page["url"]], page)
            wanted += there
            right += as_they_must_be
    shares = [f"{right[kind] / wanted[kind]:.3f} of {wanted[kind]:,}" for kind in ("with_", "without")]
    cells = [name, len(whole), *(f"{value:.3f}" for value in (precision, recall, f1)),
             f"{sum('with_' in page for page in gold)} pages", *shares]
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--shards", type=Path, default=SHARDS, help="folder of the shards and gold.jsonl.gz")
    print("\n".join(table(arguments.parse_args().shards)))
