"""`--paragraphs-against`: the hashes of earlier datasets, for a new dataset and for one that goes on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rpdata.annotate.paragraph_files import earlier_hashes, standing_hashes
from rpdata.annotate.paragraph_groups import NOWHERE, EarlierHashes, ParagraphDedup, against_typed
from rpdata.annotate.paragraph_plan import AGAINST, EARLIER, EDITED_ONCE, GROUPS
from rpdata.annotate.run import begun
from rpdata.errors import UserError
from rpdata.manifest import FILE


def with_earlier(asked: ParagraphDedup, against: Sequence[Path], output: Path) -> ParagraphDedup:
    """What is asked for, with the hashes of these datasets.

    Where the output has begun, with those of them that it began with: an earlier dataset may have grown since, or be
    gone, which matters only to groups whose duplicates are not found yet (`paragraphs_run.without_earlier`).
    UserError for one that it did not begin with, or for a new output if its hashes are not all there.
    """
    asked = replace(asked, against=tuple(str(folder.absolute()) for folder in against))
    told = begun(output.absolute()).configurations.get(GROUPS)
    if told is None:
        return replace(asked, earlier=tuple(known for folder in against for known in earlier_hashes(folder)))
    wanted = set(told[EARLIER])
    found: dict[str, EarlierHashes] = {}
    for folder in against:
        there = standing_hashes(folder) if (folder / FILE).is_file() else []
        ours = {known.xxh3: known for known in there if known.xxh3 in wanted}
        if not ours and str(folder.absolute()) not in told.get(AGAINST, []):
            raise UserError(
                f"cannot use --paragraphs-against {folder} on {output}: its documents were made with "
                f"{against_typed(told.get(AGAINST, []), len(wanted))}.\n{EDITED_ONCE}"
            )
        found |= ours
    gone = [EarlierHashes(NOWHERE, xxh3) for xxh3 in told[EARLIER] if xxh3 not in found]
    return replace(asked, earlier=(*(found[xxh3] for xxh3 in told[EARLIER] if xxh3 in found), *gone))
