"""What `rpdata paragraphs` prints."""

import pyarrow as pa
import pyarrow.compute as pc
from rich.markup import escape
from rich.table import Table

from rpdata.dedup.paragraph_removed import COUNTS
from rpdata.terminal import console, print_json
from rpdata.terminal_forecast import align, size


def print_removed(removed: pa.Table, top: int, *, as_json: bool) -> None:
    """The sums over all domains, and the domains that lost most."""
    total = {name: pc.sum(removed[name]).as_py() or 0 for name in COUNTS}
    order = [("removed_bytes", "descending"), ("source_domain", "ascending")]
    domains = removed.take(pc.sort_indices(removed, order)[:top]).to_pylist()
    if as_json:
        print_json({"total": total, "number_of_domains": removed.num_rows, "domains": domains})
        return
    table = Table("domain", "documents", "edited", "dropped", "lines", "removed", "text", "removed", box=None)
    table.add_row(f"all {removed.num_rows:,}", *cells(total))
    for row in domains:
        name = row["source_domain"]
        table.add_row("(none known)" if name is None else escape(name), *cells(row))
    align(table)
    console.print(table)


def cells(row: dict[str, int]) -> list[str]:
    return [size(row[name]) if "bytes" in name else f"{row[name]:,}" for name in COUNTS]
