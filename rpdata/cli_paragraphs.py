"""The options of paragraph deduplication."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rpdata.errors import UserError

if TYPE_CHECKING:
    from rpdata.annotate.paragraph_groups import ParagraphDedup


def paragraph_dedup_of(mode: str, keep_first: bool, against: Sequence[Path]) -> "ParagraphDedup | None":
    """What `--paragraph-dedup`, `--keep-first` and `--paragraphs-against` ask for."""
    from rpdata.annotate.paragraph_files import earlier_hashes
    from rpdata.annotate.paragraph_groups import ParagraphDedup

    asked = ParagraphDedup.parse(mode, keep_first)
    if not against:
        return asked
    if asked is None:
        raise UserError("--paragraphs-against adds to what is taken out: give --paragraph-dedup too")
    return replace(asked, earlier=tuple(known for dataset in against for known in earlier_hashes(dataset)))
