"""What `rpdata compute-signals --dry-run` prints."""

from rich.markup import escape
from rich.table import Table

from rpdata.annotate.forecast import Forecast
from rpdata.engine.progress import duration
from rpdata.terminal import console, print_json

POWERS = ("B", "kB", "MB", "GB", "TB", "PB")


def print_forecast(plan: Forecast, *, as_json: bool) -> None:
    """The inputs, the units, and what they are estimated to take."""
    if as_json:
        print_json(plan.as_dict())
        return
    table = Table("snapshot", "files", "size", "shards", box=None, pad_edge=False)
    for name, snapshot in plan.snapshots.items():
        table.add_row(
            escape(name), f"{snapshot['files']:,}", size(snapshot["bytes"]), f"{snapshot['shards']:,}"
        )
    align(table)
    console.print(table)
    formats = ", ".join(
        f"{entry['files']:,} {name} ({size(entry['bytes'])})" for name, entry in plan.formats.items()
    )
    console.print(f"Inputs: {formats}\n")
    table = Table("", "", box=None, show_header=False, pad_edge=False)
    to_do = plan.units - plan.units_done_before
    table.add_row("units to do", f"{to_do:,}")
    table.add_row("done before", f"{plan.units_done_before:,}")
    if plan.units_to_hash is not None:
        hashing = f"{plan.units_to_hash:,} units ({duration(plan.hashing_seconds)} of one core)"
        table.add_row("first pass, to hash lines", hashing)
        table.add_row("second pass, to edit and annotate", f"{to_do:,} units")
    table.add_row("to read, compressed", size(plan.input_bytes))
    table.add_row("largest unit", size(plan.largest_unit_bytes))
    table.add_row("text", f"about {size(plan.text_bytes)}")
    for folder, estimate in plan.output_bytes.items():
        table.add_row(f"{folder}/", f"about {size(estimate)}")
    table.add_row("free where it goes", size(plan.free_bytes))
    table.add_row("memory", f"below {size(plan.memory_bytes)} for {plan.workers:,} workers")
    table.add_row("time", f"about {duration(plan.seconds)} ({duration(plan.core_seconds)} of one core)")
    align(table)
    console.print(table)
    if not plan.fits:
        console.print(f"It does not fit: {escape(plan.output)} needs about {size(sum(plan.output_bytes.values()))}.")
    if plan.obstacle:
        console.print(f"The run itself would be refused as things are: {escape(plan.obstacle)}")
        console.print("Nothing was written. Mend that first.")
    else:
        console.print("Nothing was written. The same command without --dry-run does it.")


def align(table: Table) -> None:
    for column in table.columns[1:]:
        column.justify = "right"


def size(count: float) -> str:
    """Bytes in the largest unit that leaves a digit before the point; powers of 1000."""
    power = 0
    while count >= 999.5 and power < len(POWERS) - 1:
        count /= 1000
        power += 1
    return f"{count:,.0f} {POWERS[power]}" if power == 0 or count >= 99.5 else f"{count:,.1f} {POWERS[power]}"
