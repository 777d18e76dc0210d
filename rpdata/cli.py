"""The `rpdata` command: one verb for each stage, thin. What a verb does lives in the package that it is named after.

Exit status: 0 done; 1 could not finish (disk, permission, lost workers), resumable; 2 wrong usage, or input refused
before work began; 3 finished, but some records or files failed; 4 refused by a safety check.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rpdata import __version__
from rpdata.cli_artefacts import artefacts_app
from rpdata.cli_compare import compare_recipes
from rpdata.cli_count_tokens import count_tokens
from rpdata.cli_decide import explain, filter_documents, recipes_app
from rpdata.cli_dedup import dedup_app
from rpdata.cli_import import import_app
from rpdata.cli_paragraphs import paragraphs
from rpdata.cli_push import push_dataset
from rpdata.cli_report import report
from rpdata.cli_tune import tune_rule
from rpdata.errors import FINISHED_WITH_FAILURES, CannotFinish, UserError
from rpdata.options import Json, Memory, Quiet, Scheduler, Workers, recipe_of
from rpdata.verbs import Verbs

if TYPE_CHECKING:
    from rpdata.annotate import RunSummary
    from rpdata.engine.resources import Resources

app = typer.Typer(
    cls=Verbs,
    help="Annotate web crawls with quality signals and MinHash signatures; decide later.",
    epilog="Exit status: 0 done; 1 could not finish, run it again; 2 wrong usage or input refused; "
    "3 finished, but some records or files failed; 4 refused by a safety check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
signals_app = typer.Typer(help="The catalogue of signals: definition, unit, source, languages.", no_args_is_help=False)
app.add_typer(signals_app, name="signals", invoke_without_command=True)
app.add_typer(artefacts_app, name="artefacts")
app.add_typer(dedup_app, name="dedup")
app.add_typer(import_app, name="import")
app.command()(paragraphs)
app.add_typer(recipes_app, name="recipes")


class MinHashFamily(StrEnum):
    sha1 = "sha1"
    xxh3 = "xxh3"


class Extract(StrEnum):
    main = "main"
    full = "full"


class ExportFormat(StrEnum):
    redpajama = "redpajama"


Folder = Annotated[Path, typer.Argument(help="A dataset that compute-signals wrote.")]


@app.command("compute-signals")
def compute_signals(
    context: typer.Context,
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Files, folders, globs, URLs, or @LIST (a file that names them); with --signals, a dataset.",
            metavar="INPUT",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The dataset's folder; made, or continued.")
    ] = None,
    signals: Annotated[
        Path | None,
        typer.Option(help="A Python file with signals of your own, for the documents of a dataset.", metavar="FILE"),
    ] = None,
    only: Annotated[str | None, typer.Option(help="Of these signals only some: NAME,...", metavar="NAMES")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan; read no input, write nothing.")] = False,
    snapshot: Annotated[str | None, typer.Option(help="The crawl's name, e.g. 2026-34. cc_net paths hold it.")] = None,
    language: Annotated[
        str | None, typer.Option(help="The language of all input but cc_net's, e.g. en; no model is asked.")
    ] = None,
    languages: Annotated[
        str | None,
        typer.Option(
            help="Keep documents in these languages, each in partitions of its own; add all to keep the others too, "
            "together in other_all.",
            show_default="en,de,fr,es,it",
        ),
    ] = None,
    language_model: Annotated[
        str, typer.Option(help="Which tells the languages: an artefact, or a fastText file.")
    ] = "lid.176",
    artefacts: Annotated[
        list[str] | None,
        typer.Option(
            help="Models and lists that feed signals: folders, or names of the cache (repeatable; of two with one "
            "name the later counts). With a dataset as INPUT its signals are brought up to date with them.",
            metavar="DIR|NAME",
        ),
    ] = None,
    for_recipe: Annotated[
        str | None,
        typer.Option(help="Ask models only about documents that this recipe may keep: its name, or FILE.py:NAME."),
    ] = None,
    text_column: Annotated[str, typer.Option(help="The column of a table that holds the text.")] = "text",
    id_column: Annotated[str | None, typer.Option(help="The column of a table that identifies a row.")] = None,
    url_column: Annotated[str | None, typer.Option(help="The column of a table that holds the URL.")] = None,
    min_chars: Annotated[int, typer.Option(min=0, help="WET, WARC: drop shorter texts (code points).")] = 300,
    max_document_bytes: Annotated[
        int,  # at most what the kernels take, rpdata.text.utf8.MAX_DOCUMENT_BYTES
        typer.Option(min=1, max=1 << 27, help="Drop longer texts (UTF-8 bytes); memory grows with it."),
    ] = 4 << 20,
    extract: Annotated[
        Extract, typer.Option(help="WARC: the main content of a page, or all that it shows.")
    ] = Extract.main,
    strip_lines: Annotated[
        bool, typer.Option("--strip-lines", help="WET: strip white space from lines, as cc_net does.")
    ] = False,
    files_per_shard: Annotated[
        str, typer.Option(help="Input files in a shard of archives or tables: a number, or auto (about 2 GiB).")
    ] = "auto",
    paragraph_dedup: Annotated[
        str, typer.Option(help="Take lines out of documents that others have too, as cc_net does: among those of a "
                          "shard, group:N (shards), snapshot; or off.", metavar="MODE"),
    ] = "off",
    keep_first: Annotated[
        bool, typer.Option("--keep-first", help="Of such lines, leave the first document its own.")
    ] = False,
    paragraphs_against: Annotated[
        list[Path] | None, typer.Option(help="Take out the lines of this dataset too; repeatable.", metavar="DATASET")
    ] = None,
    minhash_hash: Annotated[
        MinHashFamily, typer.Option(help="sha1 is RedPajama-V2's; xxh3 is faster.")
    ] = MinHashFamily.sha1,
    workers: Workers = None,
    memory: Memory = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Read crawl shards or tables; write documents, quality signals and MinHash signatures.

    Run it again after any interruption, or with more inputs: it does what is missing.
    """
    from rpdata.annotate import Languages, Settings, refresh, run
    from rpdata.cli_paragraphs import paragraph_dedup_of
    from rpdata.engine.resources import Resources
    from rpdata.options import BESIDE_ARTEFACTS, BESIDE_SIGNALS, artefacts_of, is_dataset, refuse_beside_a_dataset
    from rpdata.sources import ReadOptions

    resources = Resources.of(workers, memory, scheduler)
    if signals is not None:
        refuse_beside_a_dataset(context, BESIDE_SIGNALS)
        compute_own_signals(inputs, signals, only, resources, dry_run=dry_run, quiet=quiet, as_json=as_json)
        return
    if only is not None:
        raise UserError("--only chooses among the signals of a file: name it, --signals FILE")
    if output is None and is_dataset(inputs):
        refuse_beside_a_dataset(context, BESIDE_ARTEFACTS)
        given, replaced = artefacts_of(artefacts or [])
        root, chosen = printable(Path(inputs[0])), recipe_of(for_recipe)
        summary = refresh(root, given, resources=resources, for_recipe=chosen, quiet=quiet, silent=as_json)
        told(summary, replaced, as_json=as_json)
        return
    if output is None:
        raise UserError(
            "say where the dataset goes: --output FOLDER\n"
            "(or, for signals of your own beside documents that are there: rpdata compute-signals OUT --signals FILE)"
        )
    given, replaced = artefacts_of(artefacts or [])
    settings = Settings(
        output=printable(output),
        read=ReadOptions(
            language=language.lower() if language else None,
            min_chars=min_chars,
            max_document_bytes=max_document_bytes,
            strip_lines=strip_lines,
            extract=extract.value,
            text_column=text_column,
            id_column=id_column,
            url_column=url_column,
        ),
        minhash=minhash_hash.value,
        paragraphs=paragraph_dedup_of(paragraph_dedup, keep_first, paragraphs_against or [], output),
        languages=None if languages is None else Languages.parse(languages),
        language_model=language_model,
        artefacts=given,
        for_recipe=recipe_of(for_recipe),
    )
    shard_size = number_or_auto(files_per_shard)
    if dry_run:
        from rpdata.annotate.forecast import forecast
        from rpdata.terminal_forecast import print_forecast

        plan = forecast(inputs, settings, snapshot=snapshot, files_per_shard=shard_size, resources=resources)
        print_forecast(plan, as_json=as_json)
        raise typer.Exit(UserError.exit_status if plan.obstacle else 0)
    summary = run(
        inputs,
        settings,
        snapshot=snapshot,
        files_per_shard=shard_size,
        resources=resources,
        quiet=quiet,
        silent=as_json,
    )
    told(summary, replaced, as_json=as_json)


def told(summary: "RunSummary", replaced: list[str], *, as_json: bool) -> None:
    """Print what a run did, and end with the status that this calls for. replaced: artefacts, by others given."""
    from rpdata.terminal import print_run

    summary.replaced[:0] = replaced
    print_run(summary, as_json=as_json)
    if summary.has_failures:
        raise typer.Exit(FINISHED_WITH_FAILURES)


def compute_own_signals(
    inputs: list[str],
    file: Path,
    only: str | None,
    resources: "Resources",
    *,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """`compute-signals OUT --signals FILE`."""
    from rpdata.annotate.overlay_run import run_overlay, survey_overlay
    from rpdata.options import dataset_of, names_in
    from rpdata.terminal_signals import print_overlay, print_overlay_plan

    root, names = printable(dataset_of(inputs, file)), names_in(only)
    if dry_run:
        print_overlay_plan(survey_overlay(root, file, names), as_json=as_json)
        return
    summary = run_overlay(root, file, names, resources=resources, quiet=quiet, silent=as_json)
    print_overlay(summary, as_json=as_json)
    if summary.has_failures:
        raise typer.Exit(FINISHED_WITH_FAILURES)


@signals_app.callback()
def signals(context: typer.Context, as_json: Json = False) -> None:
    """The catalogue of signals; without a verb, the list."""
    if context.invoked_subcommand is None:
        list_signals(as_json=as_json)


@signals_app.command("list")
def list_signals(as_json: Json = False) -> None:
    """Every signal: name, type, unit, what it needs."""
    from rpdata.terminal import print_signals

    print_signals(as_json=as_json)


@signals_app.command("show")
def show_signal(name: Annotated[str, typer.Argument(help="A signal's name.")], as_json: Json = False) -> None:
    """One signal: definition, unit, source, languages, artefact needed."""
    from rpdata.terminal import print_signal

    print_signal(name, as_json=as_json)


app.command("filter")(filter_documents)
app.command()(explain)
app.command("compare")(compare_recipes)
app.command("tune")(tune_rule)
app.command()(count_tokens)
app.command("push")(push_dataset)
app.command()(report)


@app.command()
def status(dataset: Folder, as_json: Json = False) -> None:
    """The ledger: what was read, written, dropped by reason, failed; units done, missing, failed.

    Exit status 3 if units are missing or partitions disagree. Records that failed are told, and
    change nothing: running again does not bring them back.
    """
    from rpdata.dataset import Dataset
    from rpdata.terminal import print_status

    found = Dataset.open(dataset).status()
    print_status(found, as_json=as_json)
    if not found.complete or not all(step.balances for step in found.steps):
        raise typer.Exit(FINISHED_WITH_FAILURES)


@app.command()
def show(
    dataset: Folder,
    doc_id: Annotated[str, typer.Argument(help="A document, e.g. 2023-06/0000/en_head.json.gz/7.")],
    only_signals: Annotated[bool, typer.Option("--signals", help="The signals only, without the text.")] = False,
    as_json: Json = False,
) -> None:
    """One document: where it comes from, its text beside the signals of its lines, its signals."""
    from rpdata.show import find_document
    from rpdata.terminal_show import print_document

    print_document(find_document(dataset, doc_id), only_signals=only_signals, as_json=as_json)


@app.command()
def export(
    dataset: Folder,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the exported files go.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="What to write.")] = ExportFormat.redpajama,
    workers: Annotated[int | None, typer.Option(min=1, help="Threads.", show_default="one a core, at most 8")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write signals, signatures and the names of copies as RedPajama-V2 publishes them."""
    from rpdata.export import export_redpajama
    from rpdata.terminal import print_export

    summary = export_redpajama(dataset, output, threads=workers)
    print_export(summary, as_json=as_json, quiet=quiet)
    if summary.units_missing:
        raise typer.Exit(FINISHED_WITH_FAILURES)


@app.command()
def warmup(quiet: Quiet = False, as_json: Json = False) -> None:
    """Compile the kernels and cache them, so that no later command has to."""
    from rpdata.annotate.warmup import warm_up
    from rpdata.terminal import print_warmup

    print_warmup(warm_up(), as_json=as_json, quiet=quiet)


def printable(path: Path) -> Path:
    """The path, if messages, manifest and ledger can name it."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise UserError(f"the name {str(path)!r} is not valid UTF-8; rpdata writes names down: use another") from None
    return path


def number_or_auto(text: str) -> int | None:
    """--files-per-shard as a number; None for auto."""
    if text == "auto":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UserError(f"--files-per-shard takes a number of files or auto, not {text!r}")
    return int(text)


def version(value: bool) -> None:
    if value:
        typer.echo(f"rpdata {__version__}")
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Annotate web crawls with quality signals and MinHash signatures; decide later."""


def main() -> None:
    """Run the command; print what the user can mend as a message, without a traceback."""
    try:
        app()
    except UserError as error:
        stop(str(error), error.exit_status)
    except OSError as error:   # the disk is full, a folder can't be written, a file vanished: all can be mended
        if error.errno is None:
            raise
        where = f"{error.filename}: " if error.filename else ""
        stop(
            f"cannot go on: {where}{error.strerror or error}\nMend that and run the same command again.",
            CannotFinish.exit_status,
        )


def stop(message: str, status: int) -> NoReturn:
    print(f"rpdata: {message}", file=sys.stderr)
    raise SystemExit(status)
