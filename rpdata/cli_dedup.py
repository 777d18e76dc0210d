"""`rpdata dedup`: which documents are duplicates of others; and its verbs `plan` and `curve`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from rpdata.errors import FINISHED_WITH_FAILURES, UserError
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers, refuse_beside

if TYPE_CHECKING:
    from rpdata.dedup.settings import DedupSettings
    from rpdata.engine.resources import Resources

ITSELF = "DATASET"      # the verb that is meant where none stands before the dataset


class DedupVerbs(TyperGroup):
    """`rpdata dedup DATASET` without a verb, `rpdata dedup plan ...` and `rpdata dedup curve ...` with one."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Have the first argument be a verb: what is none belongs to the deduplication itself, --help too."""
        return super().parse_args(ctx, args if args and args[0] in self.commands else [ITSELF, *args])


class Itself(TyperCommand):
    """What is called as its group is; help and errors then say so."""

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Take the place of the group."""
        return super().make_context(parent.info_name, args, parent.parent, **extra)


dedup_app = typer.Typer(cls=DedupVerbs, help="Find documents that are duplicates of others; text stays as it is.")

Exact = Annotated[
    str, typer.Option(help="Copies: of the text, of its normalised words, of the crawled payload, or none.",
                      metavar="text|normalised|payload|none"),
]
Fuzzy = Annotated[
    str, typer.Option(help="Jaccard similarities from which documents count as duplicates: of 0.7, 0.8, 0.9 and 1.0 "
                           "one or several, or none.", metavar="0.8,..."),
]
Verify = Annotated[
    str, typer.Option(help="Prove pairs by their texts, by their signatures (faster), or not at all.",
                      metavar="jaccard|signature|none"),
]
Keep = Annotated[
    str, typer.Option(help="Which document of a cluster is preferred. newest: by date_download, or by the week of its "
                           "snapshot (2023-06); signal:NAME: that with the largest value.",
                      metavar="first|newest|longest|signal:NAME"),
]
Against = Annotated[
    list[Path] | None,
    typer.Option(help="Compare with an earlier dataset's index too, whose documents all stay; repeatable.",
                 metavar="INDEX"),
]
RESOURCES = {"workers", "memory", "scheduler", "quiet", "as_json"}
BESIDE_LINES = RESOURCES | {"dataset", "lines"}
BESIDE_REFERENCE = RESOURCES | {"dataset", "reference", "fuzzy"}
BESIDE_RECLUSTER = RESOURCES | {"recluster", "exact", "fuzzy", "verify", "keep", "allow_large_clusters"}
ALSO = (
    "Verbs of its own, before the dataset: rpdata dedup plan DATASET (what a run takes: passes, disk, memory, time), "
    "rpdata dedup curve 0.8 (which similarities its bands find). A dataset that is called like a verb: ./plan"
)


@dedup_app.command(ITSELF, cls=Itself, epilog=ALSO)
def dedup(
    context: typer.Context,
    dataset: Annotated[
        Path | None, typer.Argument(help="A dataset that compute-signals wrote; none with --recluster.")
    ] = None,
    exact: Exact = "text",
    fuzzy: Fuzzy = "0.8",
    verify: Verify = "jaccard",
    keep: Keep = "first",
    against: Against = None,
    update_index: Annotated[
        bool, typer.Option("--update-index", help="Add the documents to the indexes of --against afterwards.")
    ] = False,
    recluster: Annotated[
        Path | None,
        typer.Option(help="Instead: mark all datasets of an index anew, as if they had been compared at once.",
                     metavar="INDEX"),
    ] = None,
    allow_large_clusters: Annotated[
        bool,
        typer.Option("--allow-large-clusters", help="Mark them even if one cluster has more than 1% of the documents "
                                                    "and more than 10, or a domain of over 1,000 documents would lose "
                                                    "over 99% of them."),
    ] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="Instead: what RedPajama-V2 would find, in the files that it writes.")
    ] = False,
    lines: Annotated[
        int | None,
        typer.Option(min=1, help="Instead: mark lines that more than so many documents have.", metavar="N"),
    ] = None,
    workers: Workers = None,
    memory: Memory = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find copies of documents and near-duplicates, prove them, and mark which to keep.

    By default: copies of a text, then documents whose word 13-grams agree by 80% (Jaccard similarity) with one that is
    kept. Nothing is deleted: the overlay duplicates/ says of every document whether it is kept, and
    Dataset.scan(deduplicated=0.8) leaves the others out. Run it again after any interruption, or with more documents.
    """
    from rpdata.engine.resources import Resources

    resources = Resources.of(workers, memory, scheduler)
    settings = settings_of(exact, fuzzy, verify, keep)
    if recluster is not None:
        if dataset is not None:
            raise UserError(f"the index tells which datasets are marked anew: leave {dataset} away")
        refuse_beside(context, BESIDE_RECLUSTER, "beside --recluster")
        from rpdata.dedup.run import recluster as run_again
        from rpdata.terminal_dedup import print_all

        with refusal_shown(as_json=as_json):
            found = run_again(
                recluster, settings, resources, allow_large_clusters=allow_large_clusters, quiet=quiet, silent=as_json
            )
        print_all(found, as_json=as_json)
    elif dataset is None:
        raise UserError("name the dataset whose duplicates are to be found: rpdata dedup DATASET")
    elif lines is not None:
        refuse_beside(context, BESIDE_LINES, "beside --lines: it marks lines, and no documents")
        mark_lines(dataset, lines, resources, quiet=quiet, as_json=as_json)
    elif reference:
        refuse_beside(context, BESIDE_REFERENCE, "beside --reference: RedPajama-V2 knows no such choice")
        as_reference(dataset, fuzzy, resources, quiet=quiet, as_json=as_json)
    else:
        from rpdata.dedup.run import run
        from rpdata.terminal_dedup import print_dedup

        with refusal_shown(as_json=as_json):
            summary = run(
                dataset,
                settings,
                resources,
                against=against or (),
                update_index=update_index,
                allow_large_clusters=allow_large_clusters,
                quiet=quiet,
                silent=as_json,
            )
        print_dedup(summary, as_json=as_json)


@contextmanager
def refusal_shown(*, as_json: bool) -> Iterator[None]:
    """Print what was found also where a safety check refuses it, before the reason."""
    from rpdata.dedup.safety import Unsafe
    from rpdata.terminal_dedup import print_refused

    try:
        yield
    except Unsafe as refused:
        print_refused(refused, as_json=as_json)
        raise


def settings_of(exact: str, fuzzy: str, verify: str, keep: str) -> "DedupSettings":
    """The options as they are typed."""
    from rpdata.dedup.settings import DedupSettings

    return DedupSettings.parse(exact, fuzzy, verify, keep)


def as_reference(dataset: Path, fuzzy: str, resources: "Resources", *, quiet: bool, as_json: bool) -> None:
    """`rpdata dedup DATASET --reference`."""
    from rpdata.dedup.reference import reference
    from rpdata.dedup.settings import thresholds
    from rpdata.terminal_reference import print_reference

    print_reference(reference(dataset, thresholds(fuzzy), resources, quiet=quiet, silent=as_json), as_json=as_json)


def mark_lines(dataset: Path, more_than: int, resources: "Resources", *, quiet: bool, as_json: bool) -> None:
    """`rpdata dedup DATASET --lines N`."""
    from rpdata.dedup.repeated_lines import mark_repeated_lines
    from rpdata.terminal_lines import print_lines

    summary = mark_repeated_lines(dataset, more_than, resources, quiet, as_json)
    print_lines(summary, as_json=as_json)
    if summary.has_failures:
        raise typer.Exit(FINISHED_WITH_FAILURES)


@dedup_app.command()
def plan(
    dataset: Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")],
    exact: Exact = "text",
    fuzzy: Fuzzy = "0.8",
    verify: Verify = "jaccard",
    keep: Keep = "first",
    against: Against = None,
    workers: Workers = None,
    memory: Memory = None,
    as_json: Json = False,
) -> None:
    """What a deduplication takes, before it runs: passes, disk, memory, time. Nothing is written."""
    from rpdata.dedup.plan import plan as plan_of
    from rpdata.engine.resources import Resources
    from rpdata.terminal_plan import print_plan

    resources = Resources.of(workers, memory, None)
    found = plan_of(dataset, settings_of(exact, fuzzy, verify, keep), resources, against or ())
    print_plan(found, as_json=as_json)
    raise typer.Exit(UserError.exit_status if found.obstacle else 0)


@dedup_app.command()
def curve(
    threshold: Annotated[float, typer.Argument(help="0.7, 0.8, 0.9 or 1.0.")],
    picture: Annotated[
        Path | None, typer.Option("--plot", help="Draw it too, with matplotlib: .png, .svg or .pdf.", metavar="FILE")
    ] = None,
    as_json: Json = False,
) -> None:
    """The S-curve of a threshold's bands: the share of pairs that they find by similarity; predicted and measured."""
    from rpdata.dedup.curve import curve as curve_of
    from rpdata.dedup.curve_plot import plot
    from rpdata.terminal_curve import print_curve

    found = curve_of(threshold)
    print_curve(found, as_json=as_json)
    if picture is not None:
        plot(found, picture)
        typer.echo(f"Drawn: {picture}", err=as_json)
