"""`rpdata count-tokens`: how many tokens each document has."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import FINISHED_WITH_FAILURES
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers


def count_tokens(
    dataset: Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")],
    tokenizer: Annotated[
        Path, typer.Option(help="The tokenizer.json of a tokenizer, or the folder that it is in.", metavar="FILE")
    ],
    name: Annotated[
        str | None,
        typer.Option(help="Of a second tokenizer: the overlay is tokens-NAME/, its column tokens_NAME.",
                     show_default="tokens/"),
    ] = None,
    workers: Workers = None,
    memory: Memory = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Count the tokens of each document, in an overlay tokens/ beside the documents.

    Needs `tokenizers` (pip install 'rpdata\\[tokens]'). Special tokens are not counted, and nothing is cut off. Run it
    again after any interruption, or with more documents. Exit status 3 if planned units have no documents yet.
    """
    from rpdata.engine.resources import Resources
    from rpdata.terminal_tokens import print_tokens
    from rpdata.tokens.run import count_tokens as run

    summary = run(
        dataset, tokenizer, name, resources=Resources.of(workers, memory, scheduler), quiet=quiet, silent=as_json
    )
    print_tokens(summary, as_json=as_json)
    if summary.units_without_documents:
        raise typer.Exit(FINISHED_WITH_FAILURES)
