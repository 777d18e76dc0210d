"""Options that several verbs share, and what may be typed beside `--signals`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpdata.artefacts.folder import Stored, named_artefacts
from rpdata.errors import UserError
from rpdata.manifest import FILE

if TYPE_CHECKING:
    from rpdata.decide.recipe import Recipe

Workers = Annotated[int | None, typer.Option(min=1, help="Worker processes.", show_default="one a core")]
Memory = Annotated[str | None, typer.Option(help="Memory for all workers together, e.g. 8GiB.", show_default="all")]
Scheduler = Annotated[str | None, typer.Option(help="An existing Dask scheduler: its address or scheduler file.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Plain log lines instead of a bar.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]

BESIDE_A_DATASET = {"inputs", "workers", "memory", "scheduler", "quiet", "as_json"}
BESIDE_SIGNALS = BESIDE_A_DATASET | {"signals", "only", "dry_run"}
BESIDE_ARTEFACTS = BESIDE_A_DATASET | {"artefacts", "for_recipe"}


def refuse_beside_a_dataset(context: typer.Context, allowed: set[str]) -> None:
    """UserError for an option that was typed, and means nothing where the documents are a dataset's."""
    refuse_beside(
        context, allowed, "here: the documents are those that the dataset has, and overlays go beside them"
    )


def refuse_beside(context: typer.Context, allowed: set[str], why: str) -> None:
    """UserError for an option that was typed and is not one of those allowed. why: where it means nothing, and why."""
    for name in context.params:
        source = context.get_parameter_source(name)     # an enumeration of click, or of the copy that typer brings
        if source is not None and source.name == "COMMANDLINE" and name not in allowed:
            raise UserError(f"--{name.replace('_', '-')} means nothing {why}. Leave it away")


def is_dataset(inputs: Sequence[str]) -> bool:
    """Whether what is given is one dataset, and not inputs to make one from."""
    return len(inputs) == 1 and (Path(inputs[0]) / FILE).is_file()


def artefacts_of(collections: Sequence[str]) -> tuple[dict[str, Stored], list[str]]:
    """The artefacts that `--artefacts` names: folders, or names of what was pulled or imported into the cache.

    Of two with one name the later counts; what it took the place of is told behind the artefacts.
    """
    found: dict[str, Stored] = {}
    replaced = []
    for named in collections:
        for name, stored in named_artefacts(named).items():
            if name in found and found[name].sha256 != stored.sha256:
                replaced.append(f"{name} of {found[name].folder.parent}")
            found[name] = stored
    return found, replaced


def recipe_of(name: str | None) -> "Recipe | None":
    """The recipe that `--for-recipe` names; None if it was not given."""
    if name is None:
        return None
    from rpdata.recipe_names import recipe_named  # with Polars, which most runs do without

    return recipe_named(name)


def dataset_of(inputs: Sequence[str], file: Path) -> Path:
    """The one dataset whose documents the signals of `file` measure."""
    if not is_dataset(inputs):
        raise UserError(
            f"--signals measures the documents of one dataset, a folder with {FILE}: "
            f"rpdata compute-signals OUT --signals {file}\n"
            "Inputs come first, in a run of their own: rpdata compute-signals INPUT... --output OUT"
        )
    return Path(inputs[0])


def names_in(only: str | None) -> list[str]:
    """The signals that `--only` names; none if it was not given."""
    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    if only is not None and not names:
        raise UserError("--only names no signal. Write it like --only NAME,NAME")
    return names
