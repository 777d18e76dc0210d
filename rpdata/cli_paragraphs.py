"""`rpdata paragraphs`, and the options of paragraph deduplication."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rpdata.errors import UserError
from rpdata.options import Json

if TYPE_CHECKING:
    from rpdata.annotate.paragraph_groups import ParagraphDedup


def paragraphs(
    dataset: Annotated[Path, typer.Argument(help="A dataset that was made with --paragraph-dedup.")],
    top: Annotated[int, typer.Option(min=1, help="How many domains to name: those that lost most bytes.")] = 20,
    as_json: Json = False,
) -> None:
    """What paragraph deduplication took out of the documents, by domain."""
    from rpdata.annotate.paragraph_files import removed_from
    from rpdata.terminal_paragraphs import print_removed

    print_removed(removed_from(dataset), top, as_json=as_json)


def paragraph_dedup_of(
    mode: str, keep_first: bool, against: Sequence[Path], output: Path
) -> "ParagraphDedup | None":
    """What `--paragraph-dedup`, `--keep-first` and `--paragraphs-against` ask for."""
    from rpdata.annotate.paragraph_groups import ParagraphDedup
    from rpdata.annotate.paragraphs_against import with_earlier

    asked = ParagraphDedup.parse(mode, keep_first)
    if not against:
        return asked
    if asked is None:
        raise UserError("--paragraphs-against adds to what is taken out: give --paragraph-dedup too")
    return with_earlier(asked, against, output)
