"""`rpdata artefacts train`: language models, classifiers and importance weights from texts of one's own."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpdata.errors import UserError
from rpdata.options import Json, Quiet

if TYPE_CHECKING:
    from rpdata.artefacts.folder import Stored

train_app = typer.Typer(
    help="Make artefacts from texts of your own. Same texts, options and versions: same bytes.", no_args_is_help=True
)


class Program(StrEnum):
    lmplz = "lmplz"


TEXTS = "*.jsonl, *.txt (also .gz, .zst), *.parquet, folders of such, or a dataset"

Language = Annotated[str, typer.Option("--language", help="Of the texts, e.g. de.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The collection that the artefact goes into.")]
Named = Annotated[
    str,
    typer.Option(
        help="What it is called: classifier.NAME.LANGUAGE. Any name (a-z, 0-9, _) feeds rpdata_doc_ml_NAME_score; "
        "palm, wikiref and wikipedia feed RedPajama-V2's rps_doc_ml_NAME_score."
    ),
]


@train_app.command("lm")
def train_language_model(
    language: Language,
    output: Output,
    text: Annotated[list[str], typer.Option("--text", help=f"What to learn from: {TEXTS}.", metavar="FILE...")],
    more: Annotated[list[str] | None, typer.Argument(help="More of the same.", metavar="", hidden=True)] = None,
    cutoffs_from: Annotated[
        list[str] | None,
        typer.Option(
            help="Documents of the kind that will be put into buckets, to find where head and middle end (30% each); "
            "without them, some of the texts that were kept back.",
            metavar="FILE",
        ),
    ] = None,
    vocabulary: Annotated[int, typer.Option(min=16, help="Pieces, at most.")] = 65_536,
    order: Annotated[int, typer.Option(min=2, max=6, help="Of the n-grams.")] = 5,
    prune: Annotated[
        str, typer.Option(help="Counts up to which n-grams are left out, by order, e.g. 0,0,1; the last goes on.")
    ] = "0",
    with_program: Annotated[
        Program | None, typer.Option("--with", help="Count with KenLM's own program, if it is on the PATH.")
    ] = None,
    memory: Annotated[str, typer.Option(help="For the counting; the rest is on the disk.")] = "2GiB",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """SentencePiece pieces, an n-gram model of them (Kneser-Ney) and cutoffs: lm.LANGUAGE."""
    from rpdata.artefacts.train_lm import train
    from rpdata.engine.resources import size

    trained = train(
        language,
        [*text, *(more or [])],
        output,
        cutoffs_from=cutoffs_from or (),
        vocabulary=vocabulary,
        order=order,
        prune=numbers_in(prune),
        memory=size(memory),
        with_lmplz=with_program is Program.lmplz,
        tell=teller(quiet=quiet or as_json),
    )
    done([trained.artefact], as_json=as_json)


@train_app.command("classifier")
def train_classifier(
    language: Language,
    output: Output,
    name: Named,
    positive: Annotated[
        list[str], typer.Option(help=f"Texts that are wanted (repeatable): {TEXTS}.", metavar="LABEL=FILE")
    ],
    negative: Annotated[list[str], typer.Option(help="Texts that are not (repeatable).", metavar="LABEL=FILE")],
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the texts.")] = 5,
    ngrams: Annotated[int, typer.Option(min=1, max=5, help="Words that are looked at together, at most.")] = 1,
    buckets: Annotated[int, typer.Option(min=1, help="Vectors that groups of words share, with --ngrams above 1.")] = (
        2_000_000
    ),
    seed: Annotated[int, typer.Option(help="Of the order of the texts and the first weights.")] = 42,
    held_out: Annotated[float, typer.Option(help="Share of the texts kept back to measure on.")] = 0.05,
    quantise: Annotated[bool, typer.Option("--quantise", help="Compress it about tenfold (.ftz).")] = False,
    as_json: Json = False,
) -> None:
    """A fastText model that tells texts that are wanted from others: classifier.NAME.LANGUAGE."""
    from rpdata.artefacts.train_classifier import Options, train

    trained = train(
        by_name(positive, "--positive"),
        by_name(negative, "--negative"),
        language=language,
        name=name,
        output=output,
        options=Options(epochs=epochs, ngrams=ngrams, buckets=buckets, seed=seed),
        quantise=quantise,
        held_out=held_out,
        tell=teller(quiet=as_json),
    )
    done([trained], as_json=as_json)


@train_app.command("importance")
def train_importance(
    language: Language,
    output: Output,
    target: Annotated[
        list[str], typer.Option(
            help=f"A corpus that texts should be like (repeatable): {TEXTS}. Any name (a-z, 0-9, _) feeds "
            "rpdata_doc_NAME_importance; books, openwebtext, wikipedia feed RedPajama-V2's rps_doc_NAME_importance.",
            metavar="NAME=FILE",
        ),
    ],
    source: Annotated[list[str], typer.Option(help="What to weigh it against: the crawl.", metavar="NAME=FILE")],
    buckets: Annotated[int, typer.Option(min=1, help="Of the hashed words and pairs of words.")] = 10_000,
    hash_function: Annotated[
        str, typer.Option("--hash", help="xxh3, or siphash13-seed42 to go with artefacts of RedPajama-V2.")
    ] = "xxh3",
    as_json: Json = False,
) -> None:
    """Hashed word counts of targets and a source (DSIR): importance.NAME.LANGUAGE for each target."""
    from rpdata.artefacts.train_importance import train

    sources = by_name(source, "--source")
    trained = train(
        by_name(target, "--target"),
        [file for files in sources.values() for file in files],
        language=language,
        output=output,
        buckets=buckets,
        algorithm=hash_function,
        tell=teller(quiet=as_json),
    )
    done(trained, as_json=as_json)


def by_name(arguments: Sequence[str], option: str) -> Mapping[str, list[str]]:
    """NAME=FILE, repeatable for one name."""
    found: dict[str, list[str]] = {}
    for argument in arguments:
        name, sign, file = argument.partition("=")
        if not (name and sign and file):
            raise UserError(f"cannot read {option} {argument!r}. Write it like {option} wiki=texts/*.jsonl.zst")
        found.setdefault(name, []).append(file)
    return found


def numbers_in(text: str) -> list[int]:
    """--prune as numbers."""
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise UserError(f"cannot read --prune {text!r}. Write it like --prune 0,0,1") from None


def teller(*, quiet: bool) -> Callable[[str], None] | None:
    """Prints what training is at."""
    return None if quiet else lambda line: typer.echo(line, err=True)


def done(artefacts: "Sequence[Stored]", *, as_json: bool) -> None:
    """What came out, and where it is."""
    from rpdata.terminal_artefacts import print_stored

    print_stored(artefacts, as_json=as_json)
