"""What the verbs print: tables for people, one JSON object with `--json`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from rpdata.annotate import RunSummary
from rpdata.annotate.saving import Saving
from rpdata.dataset import command_for
from rpdata.export import ExportSummary
from rpdata.signals import CATALOGUE, find
from rpdata.status import Status, StepStatus

UNITS_NAMED = 10
WIDE = 160   # where nobody looks at a terminal, nothing needs to be cut to fit one


class Output(Console):
    """Standard output, which may be closed early (`rpdata signals list | head`): that is no failure."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError

    def print(self, *objects: Any, **options: Any) -> None:
        """A table has no blanks at the ends of its lines, where they could be read by a program."""
        if self.is_terminal or not (len(objects) == 1 and isinstance(objects[0], (Table, Padding))):
            super().print(*objects, **options)
            return
        with self.capture() as rendered:
            super().print(*objects, **options)
        for line in rendered.get().removesuffix("\n").split("\n"):
            self.out(line.rstrip(), highlight=False)


console = Output(highlight=False, soft_wrap=True, width=None if sys.stdout and sys.stdout.isatty() else WIDE)


def print_json(value: Any) -> None:
    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode(), flush=True)


def print_run(summary: RunSummary, *, as_json: bool) -> None:
    """The ledger's sum, what went wrong and where it stands, and what to do next."""
    if as_json:
        print_json(summary.as_dict())
        return
    table = Table("", "records", box=None, show_header=False)
    table.columns[1].justify = "right"
    table.add_row("all these inputs", "")
    table.add_row("read", f"{summary.read:,}")
    table.add_row("written", f"{summary.written:,}")
    for reason, number in summary.dropped.items():
        table.add_row(f"dropped: {escape(reason)}", f"{number:,}")
    table.add_row("failed", f"{summary.failed:,}")
    if summary.unread_bytes:
        table.add_row("unread bytes of torn files", f"{summary.unread_bytes:,}")
    console.print(table)
    if summary.read and not summary.written:
        console.print("Nothing was written: every record was dropped or failed.")
    console.print(work(summary))
    if summary.language_model:
        console.print(f"Languages: as {escape(summary.language_model.partition(' ')[0])} tells them.")
    if summary.paragraph_dedup:
        console.print(
            f"Paragraph deduplication took out {counted(summary.removed_lines, 'line')}, "
            f"{counted(summary.removed_bytes, 'byte')}; by domain: rpdata paragraphs {escape(summary.output)}"
        )
    if summary.artefacts:
        named = ", ".join(summary.artefacts)
        replaced = f"; replaced: {', '.join(summary.replaced)}" if summary.replaced else ""
        console.print(f"Artefacts: {escape(named)} ({len(summary.artefacts)}){escape(replaced)}.")
    if summary.saving:
        console.print(escape(spared(summary, summary.saving)))
    if summary.not_computed:
        console.print(
            f"Not computed, for want of a model or a list: {counted(len(summary.not_computed), 'signal')} "
            f"({', '.join(summary.not_computed[:3])}{', ...' * (len(summary.not_computed) > 3)}). "
            "See: rpdata signals list"
        )
    if summary.has_failures:
        console.print(f"What failed, and why: {escape(summary.output)}/errors/")
    console.print(f"Next: rpdata status {escape(summary.output)}")


def counted(number: int, noun: str) -> str:
    """1 unit, 2 units."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def work(summary: RunSummary) -> str:
    """How much this run did, and how fast."""
    new = summary.units - summary.units_done_before
    if not new:
        if summary.units == 1:
            return "The one unit was done before; nothing was left to do."
        return f"All {summary.units:,} units were done before; nothing was left to do."
    megabytes = summary.annotated_text_bytes / 1e6
    earlier = f" ({summary.units_done_before:,} were done before)" if summary.units_done_before else ""
    return (
        f"This run: {counted(new, 'unit')}{earlier}, {counted(summary.annotated_documents, 'document')}, "
        f"{megabytes:,.1f} MB of text in {summary.seconds:,.1f} s, start and views included."
    )



def spared(summary: RunSummary, saving: Saving) -> str:
    """What a recipe spared models, in the documents of these inputs and in this run."""
    share = f" ({summary.skipped / summary.written:.1%})" if summary.written else ""
    told = (
        f"For the recipe {summary.for_recipe}: no model was asked about {summary.skipped:,} of {summary.written:,} "
        f"documents{share}, which it rejects without"
    )
    if not (saving.skipped and saving.seconds and saving.seconds_saved):
        return f"{told}."
    return f"{told}. Models took {saving.seconds:,.1f} s of CPU in this run, and would have taken " \
        f"about {saving.seconds_saved:,.1f} s more for those that were skipped."


def print_signals(*, as_json: bool) -> None:
    """The catalogue, one line each."""
    if as_json:
        print_json([signal.describe() for signal in CATALOGUE.values()])
        return
    table = Table("signal", "type", "unit", "needs", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for signal in CATALOGUE.values():
        entry = signal.describe()
        table.add_row(entry["name"], entry["type"], entry["unit"], entry["artefact"] or "")
    console.print(table)
    console.print("One of them: rpdata signals show NAME")


def print_signal(name: str, *, as_json: bool) -> None:
    """One entry of the catalogue, whole."""
    entry = find(name).describe()
    if as_json:
        print_json(entry)
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    languages = ", ".join(entry["languages"]) if entry["languages"] else "all"
    needs = f"{entry['artefact']} (not computed without it)" if entry["artefact"] else "nothing but the text"
    redpajama = "yes" if entry["published"] else "no"
    for key, value in {**entry, "languages": languages, "needs": needs, "RedPajama-V2": redpajama}.items():
        if key not in ("artefact", "published"):
            table.add_row(key, escape(str(value)))
    console.print(table)


def print_export(summary: ExportSummary, *, as_json: bool, quiet: bool) -> None:
    """What was exported, and what could not be yet."""
    if as_json:
        print_json(summary.as_dict())
        return
    if not quiet:
        console.print(
            f"{counted(summary.documents, 'document')} in {counted(summary.partitions, 'partition')} exported to "
            f"{escape(summary.output)} in {summary.seconds:,.1f} s."
        )
    if summary.units_missing:
        console.print(f"Not exported: {summary.units_missing:,} units that are planned but not annotated yet.")
    if summary.unmarked:
        console.print(
            f"Without duplicates/: {counted(summary.unmarked, 'partition')} whose copies are not known. rpdata dedup "
            "finds them."
        )


def print_warmup(seconds: float, *, as_json: bool, quiet: bool) -> None:
    """How long the kernels took to compile, or to load."""
    if as_json:
        print_json({"seconds": round(seconds, 3)})
    elif not quiet:
        console.print(f"The kernels are compiled and cached ({seconds:,.1f} s).")


def print_status(status: Status, *, as_json: bool) -> None:
    """The ledger's sums, a column for each step, and what is missing or disagrees."""
    if as_json:
        print_json(status.as_dict())
        return
    console.print(f"{escape(status.dataset)}: {counted(status.units, 'unit')} planned, "
                  f"{counted(status.partitions, 'partition')} there")
    steps = [step for step in status.steps if not step.is_decision]
    table = Table("", *(escape(step.step) for step in steps), box=None)
    rows = [
        ("units done", [step.done for step in steps]),
        ("units missing", [len(step.missing) for step in steps]),
        ("read", [step.read for step in steps]),
        ("written", [step.written for step in steps]),
    ]
    for reason in sorted({reason for step in steps for reason in step.dropped}):
        rows.append((f"dropped: {escape(reason)}", [step.dropped.get(reason, 0) for step in steps]))
    rows += [("failed", [step.failed for step in steps])]
    rows += [("unread bytes", [step.unread_bytes for step in steps])]
    if any(step.skipped for step in steps):
        rows.append(("no model asked", [step.skipped for step in steps]))
    if any(step.failed_values for step in steps):
        rows.append(("failed values", [step.failed_values for step in steps]))
    for name, values in rows:
        table.add_row(name, *(f"{value:,}" for value in values))
    table.add_row("balances", *("yes" if step.balances else "[red]NO[/red]" for step in steps))
    for column in table.columns[1:]:
        column.justify = "right"
    console.print(table)
    if len(steps) < len(status.steps):
        console.print(decisions_table([step for step in status.steps if step.is_decision]))
    for step in steps:
        print_units("missing", step.step, step.missing)
        print_units("with errors (see errors/)", step.step, step.with_errors)
    for sentence in status.disagreements:
        console.print(escape(sentence))
    for sentence in status.stale:
        console.print(escape(sentence))
    for sentence in status.limits:
        console.print(escape(f"{sentence}."))
    missing = [step.step for step in steps if step.missing]
    for command in dict.fromkeys(command_for(step, Path(status.dataset)) for step in missing):
        console.print(f"To do what is missing: {escape(command)}")


def decisions_table(decisions: Sequence[StepStatus]) -> Table:
    """A line for each: one that lacks units was decided before those were there."""
    table = Table("decisions", "units done", "units missing", "documents", box=None)
    for step in decisions:
        table.add_row(escape(step.step), f"{step.done:,}", f"{len(step.missing):,}", f"{step.written:,}")
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def print_units(what: str, step: str, names: list[str]) -> None:
    """The first few units by name; nothing if there are none."""
    if names:
        more = f" and {len(names) - UNITS_NAMED:,} more" if len(names) > UNITS_NAMED else ""
        console.print(f"{step}, {what}: {escape(', '.join(names[:UNITS_NAMED]))}{more}")
