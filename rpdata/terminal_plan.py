"""What `rpdata dedup plan` prints."""

from rich.table import Table

from rpdata.dedup.costs import BANDS_IN_COMMON, CANDIDATES
from rpdata.dedup.plan import Plan
from rpdata.engine.progress import duration
from rpdata.terminal import console, print_json
from rpdata.terminal_forecast import align, size
from rpdata.terminal_width import print_table, say


def print_plan(plan: Plan, *, as_json: bool) -> None:
    """The stages, what they take together, and what is in the way."""
    if as_json:
        print_json(plan.as_dict())
        return
    print_table(stage_table(plan))
    console.print()
    table = Table("", "", box=None, show_header=False, pad_edge=False)
    table.add_row("documents", f"{plan.documents:,}, {plan.new:,} of them new")
    table.add_row("bytes moved", f"{size(plan.read_bytes)} read, {size(plan.written_bytes)} written")
    free = "" if plan.free_bytes is None else f"; {size(plan.free_bytes)} are free"
    table.add_row("disk", f"{size(plan.disk_bytes)}, of which {size(plan.kept_bytes)} stay{free}")
    has = "" if plan.worker_memory is None else f"; it has {size(plan.worker_memory)}"
    clusters = "in memory" if plan.in_memory else "through files"
    table.add_row("memory", f"{size(plan.needed_memory)} for each worker{has}; clusters are found {clusters}")
    table.add_row(
        "time", f"about {duration(plan.seconds)} with {plan.workers:,} workers ({duration(plan.core_seconds)} of one "
        "core)"
    )
    print_table(table)
    console.print()
    say(
        f"Assumed: {CANDIDATES:.0%} of the documents have something in common with another, in "
        f"{BANDS_IN_COMMON:.0%} of the bands. Rates are of one machine; another has others. "
        "Some seconds for the start of the workers come on top."
    )
    if plan.obstacle:
        say(f"The run would be refused: {plan.obstacle}.")
    else:
        console.print("Nothing was written. The same command without `plan` does it.")


def stage_table(plan: Plan) -> Table:
    """A line for each stage."""
    table = Table("stage", "tasks", "read", "written", "memory of a task", "of one core", box=None, pad_edge=False)
    for stage in plan.stages:
        table.add_row(
            stage.name, f"{stage.tasks:,}", size(stage.read), size(stage.written), size(stage.task_memory),
            duration(stage.core_seconds),
        )
    align(table)
    return table
