"""`rpdata push`: a dataset goes to the Hugging Face Hub."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import Refused
from rpdata.options import Json, Quiet


def push_dataset(
    dataset: Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")],
    repo: Annotated[
        str, typer.Option(help="The dataset repository; made if it is not there.", metavar="USER/NAME")
    ],
    private: Annotated[
        bool, typer.Option("--private", help="A repository that only its owner sees; one that is public is refused.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would go, with sizes; asks no network, needs no token.")
    ] = False,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Push what there is, even if units or columns are missing.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Upload a dataset to the Hugging Face Hub: documents, overlays, sample, ledger, and last its card.

    The token is that of HF_TOKEN or `hf auth login`. Run it again after any interruption, or when the dataset has
    changed: what is there is not uploaded again, and what the dataset has no more is removed.
    """
    from rpdata.hub import push, select
    from rpdata.hub.push import obstacle
    from rpdata.hub.repository import named

    if dry_run:
        from rpdata.terminal_push import print_selection

        name = named(repo)
        selection = select(dataset)
        why_not = obstacle(selection, incomplete=incomplete)
        print_selection(selection, name, why_not, as_json=as_json)
        raise typer.Exit(Refused.exit_status if why_not else 0)
    pushed = push(dataset, repo, private=private, incomplete=incomplete, quiet=quiet, silent=as_json)
    from rpdata.terminal_push import print_pushed

    print_pushed(pushed, as_json=as_json)
