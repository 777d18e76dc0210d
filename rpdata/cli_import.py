"""`rpdata import`: what others published becomes a dataset."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import FINISHED_WITH_FAILURES
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers

import_app = typer.Typer(help="Published files become a dataset; nothing of it is computed again.",
                         no_args_is_help=True)


@import_app.callback()
def published() -> None:
    """Published files become a dataset; nothing of it is computed again."""


@import_app.command("redpajama")
def redpajama(
    tree: Annotated[
        Path, typer.Argument(help="A folder with documents/, and quality_signals/, minhash/, duplicates/ if there.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The dataset's folder; made, or continued.")],
    workers: Workers = None,
    memory: Memory = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make a dataset of files in RedPajama-V2's layout: any snapshots, languages and partitions of it.

    Where files contradict each other, it is told by document, and the exit status is 3.
    """
    from rpdata.engine.resources import Resources
    from rpdata.redpajama_tree.import_run import import_redpajama
    from rpdata.terminal_import import print_import

    resources = Resources.of(workers, memory, scheduler)
    summary = import_redpajama(tree, output, resources=resources, quiet=quiet, silent=as_json)
    print_import(summary, as_json=as_json)
    if summary.has_failures:
        raise typer.Exit(FINISHED_WITH_FAILURES)
