"""The output of cc_net, which is also the input of RedPajama-V2: one JSON object on each line.

A document's id ends in its line number, so lines that can't be used count too. Documents are taken as they are: no
length, language or other filter touches them.
"""

from collections.abc import Iterator

from rpdata.engine.plan import Input, Unit
from rpdata.ledger import ReadReport
from rpdata.sources.batches import Row
from rpdata.sources.lines import lines
from rpdata.sources.records import FIELDS, NO_RECORD, ReadOptions, attempt, field, json_record, line_bound, text_of
from rpdata.sources.streams import chunks


def read_ccnet(source: Input, unit: Unit, options: ReadOptions, report: ReadReport) -> Iterator[Row]:
    """The documents of one file. Only `raw_content` is mandatory; a field of the wrong type fails its record."""
    uri_id = f"{unit.snapshot}/{unit.shard}/{source.name}"

    def document(number: int, line: bytes | None) -> Row:
        record = json_record(line)
        _, utf8 = text_of(record, "raw_content", options)
        return (f"{uri_id}/{number}", *[field(record, name, wanted) for name, wanted in FIELDS], *NO_RECORD, utf8)

    for number, line in enumerate(lines(chunks(source, report), line_bound(options))):
        row = attempt(document, number, line, source, report)
        if row is not None:
            yield row
