"""The second pass of paragraph deduplication over a unit: its documents, without the lines that are to go.

`min_chars` is about the text as it is read, as in cc_net: what is left of a document may be shorter.
"""

from collections.abc import Iterator

import pyarrow as pa

from rpdata.annotate.paragraph_files import account_of, account_path, removed_name
from rpdata.annotate.paragraph_groups import EMPTIED
from rpdata.annotate.paragraph_parts import slices_of
from rpdata.annotate.settings import Settings
from rpdata.dedup.paragraphs import Duplicates, Editor
from rpdata.engine.commit import Commit
from rpdata.engine.plan import Unit
from rpdata.errors import UserError
from rpdata.ledger import ReadReport


def edited(
    unit: Unit, settings: Settings, batches: Iterator[pa.RecordBatch], source: ReadReport
) -> Iterator[pa.RecordBatch]:
    """The documents without the lines that are to go; those that have none left are dropped, and counted in `source`.

    UserError if the inputs are not those that were hashed.
    """
    assert settings.paragraphs is not None
    group = settings.groups[unit.name]
    slices = list(slices_of(settings.output, group, settings.contents[group], unit))
    editor = Editor(Duplicates(slices, settings.paragraphs.keep_first))
    for batch in batches:
        left = editor.edit(batch)
        if left.num_rows < batch.num_rows:
            source.dropped[EMPTIED] += batch.num_rows - left.num_rows
        if left.num_rows:
            yield left
    account = account_of(settings.output, unit, settings.hashes_configuration(unit))
    if account is None or account.inputs != source.inputs:
        path = account_path(settings.output, unit)
        raise UserError(
            f"an input of unit {unit.name} changed between the two passes of paragraph deduplication.\n"
            f"Leave it alone while it is read; delete {path} and run the same command again."
        )
    with Commit(settings.output) as output:
        editor.removed.write(output.file(removed_name(unit)))
