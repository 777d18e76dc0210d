"""The first pass of paragraph deduplication over a unit, and what is done for its group before the second.

First the lines of all units of a group are hashed; then it is found which of them are duplicates; then the units are
read again, and their text is edited (`paragraph_edit`) before a model or a kernel sees it.
"""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
import xxhash

from rpdata.annotate.paragraph_files import (
    Account,
    account_of,
    account_path,
    hashes_name,
    planned_inputs,
    write_json,
)
from rpdata.annotate.paragraph_parts import UNITS, forget_part, is_part, note_part, part_name, units_name
from rpdata.annotate.settings import Settings
from rpdata.annotate.unit import UnitReport
from rpdata.dedup.paragraph_collect import Collector
from rpdata.dedup.paragraph_hashes import HashWriter
from rpdata.dedup.paragraph_lines import hash_lines
from rpdata.dedup.paragraph_merge import Part, duplicates
from rpdata.engine.cluster import advance
from rpdata.engine.commit import Commit
from rpdata.engine.killpoint import passing
from rpdata.engine.plan import Unit
from rpdata.ledger import ReadReport, hash_of
from rpdata.sources import read


def hash_unit(unit: Unit, settings: Settings) -> UnitReport:
    """The first pass: write the hashes of the unit's lines; safe to run any number of times."""
    report = UnitReport(unit.name)
    configuration = settings.hashes_configuration(unit)
    if account_of(settings.output, unit, configuration):
        return report
    target = settings.output / hashes_name(unit)
    source = ReadReport()
    with Commit(settings.output) as output, Collector(target) as lines:
        path = output.file(hashes_name(unit))
        clock = time.perf_counter()
        for batch in read(unit, settings.for_unit(unit), source):
            clock = report.timed("read", clock)
            texts = batch["raw_content"]
            lines.add(*hash_lines(texts.filter(pc.not_equal(texts, ""))))     # cc_net passes over empty documents
            clock = report.timed("hash", clock)
            report.documents += len(texts)
            report.text_bytes += texts.nbytes
            advance(len(texts), texts.nbytes)
        hashes, repeated = lines.write(path)
        report.timed("write", clock)
        passing("lines hashed")
    account = Account(
        configuration=configuration,
        planned=planned_inputs(unit),
        inputs=list(source.inputs),
        documents=report.documents,
        lines=lines.lines,
        hashes=hashes,
        repeated=repeated,
        bytes=target.stat().st_size,
        xxh3=hash_of(target),
    )
    write_json(account_path(settings.output, unit), asdict(account))
    passing("hashes accounted for")
    return report


@dataclass(frozen=True)
class MergeTask:
    """A part of a group's duplicates to be found. content: of the group."""

    group: str
    content: str
    number: int
    part: Part

    @property
    def what(self) -> dict[str, Any]:
        """What tells the part from any other."""
        return {"content": self.content, "low": self.part.hashes.low, "high": self.part.hashes.high}


def merge_part(task: MergeTask, settings: Settings) -> None:
    """Write one part of a group's duplicates; safe to run any number of times."""
    if is_part(settings.output, task.group, task.number, task.what):
        return
    forget_part(settings.output, task.group, task.number)
    held = []
    with Commit(settings.output) as output:
        with HashWriter(output.file(part_name(task.group, task.number))) as out:
            for hashes, marks in duplicates(task.part):
                start = out.records
                records = out.write(hashes, marks)
                held.append((start, len(records), xxhash.xxh3_128_hexdigest(records.data)))
        with output.file(units_name(task.group, task.number)).open("wb") as file:
            np.save(file, np.array(held, UNITS))
    note_part(settings.output, task.group, task.number, task.what)
    passing("part merged")
