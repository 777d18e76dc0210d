"""`rpdata artefacts`: the models and lists that signals need."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.cli_pull import pull_artefacts
from rpdata.cli_train import train_app
from rpdata.errors import FINISHED_WITH_FAILURES
from rpdata.options import Json

artefacts_app = typer.Typer(
    help="Models and lists: list, show, verify, pull, import, train.", no_args_is_help=True
)
artefacts_app.add_typer(train_app, name="train")
artefacts_app.command("pull")(pull_artefacts)

ArtefactName = Annotated[str, typer.Argument(help="Its name, e.g. lid.176.bin; lid.176 is that too.")]


Collection = Annotated[Path | None, typer.Argument(metavar="DIR", help="A folder of artefacts.", show_default=False)]


@artefacts_app.command("list")
def list_artefacts(collection: Collection = None, as_json: Json = False) -> None:
    """The artefacts that have a name, and whether they are here; or those of a collection."""
    from rpdata.terminal_artefacts import print_artefacts, print_collection

    if collection is None:
        print_artefacts(as_json=as_json)
    else:
        print_collection(collection, as_json=as_json)


@artefacts_app.command("show")
def show_artefact(name: ArtefactName, as_json: Json = False) -> None:
    """One artefact: what it is, its licence, its checksum, where it comes from and where it is."""
    from rpdata.terminal_artefacts import print_artefact

    print_artefact(name, as_json=as_json)


@artefacts_app.command("import")
def import_artefacts(
    source: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder of RedPajama-V2's artefacts, or of cc_net's lm_sp.")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The collection that they go into.", show_default="that of the cache"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Take over the models and lists of another pipeline; each is loaded once to see that it can be used."""
    from rpdata.artefacts.folder import own_collection
    from rpdata.artefacts.import_folder import import_folder
    from rpdata.terminal_artefacts import print_import

    report = import_folder(source, output or own_collection())
    print_import(report, as_json=as_json)
    if report.damaged:
        raise typer.Exit(FINISHED_WITH_FAILURES)


@artefacts_app.command("verify")
def verify_artefacts(collection: Collection = None, as_json: Json = False) -> None:
    """Read every artefact in the cache, or of a collection, and compare it with its checksum."""
    from rpdata.terminal_artefacts import print_verified

    if not print_verified(collection, as_json=as_json):
        raise typer.Exit(FINISHED_WITH_FAILURES)
