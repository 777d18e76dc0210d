"""A small crawl whose documents share lines, and both passes of paragraph deduplication over it in this process."""

import pyarrow.parquet as pq

from rpdata.annotate.paragraph_groups import ParagraphDedup
from rpdata.annotate.paragraph_plan import groups_in, with_groups
from rpdata.annotate.paragraphs import hash_unit
from rpdata.annotate.paragraphs_run import merge
from rpdata.annotate.run import plan_units
from rpdata.annotate.settings import Settings
from rpdata.annotate.unit import annotate_unit
from rpdata.engine.cluster import UnitsLeftOut
from rpdata.sources import ReadOptions, cut, discover
from tests.archives import warc_record, write_archive

OPTIONS = ("--snapshot", "2026-34", "--language", "en", "--min-chars", "0", "--files-per-shard", "1")

# Four files of documents; a title is before each. No line is empty at the end: WET texts lose those.
CRAWL = [
    [["Home", "One", "Two"], ["Home", "Three", "Home"], ["Page 1 of 2"]],
    [["home ", "", "Four"], ["Five", "", "Page 3 of 4", "Six"]],
    [["One", "", "Seven"], ["Three"]],
    [["Eight", "«Home»", "Seven"]],
]


class Here:
    """Does a cluster's work in this process."""

    def run(self, task, items):
        for name, item in items:
            yield name, task(item)


class WithoutOneUnit(Here):
    """Loses the unit 2026-34/0001 in the first pass, as a cluster does whose workers it ends."""

    dashboard = None

    def on_progress(self, handler):
        pass

    def run(self, task, items):
        lost = "2026-34/0001"
        yield from super().run(task, [item for item in items if item[0] != lost])
        if getattr(task, "func", None) is hash_unit:
            raise UnitsLeftOut(f"1 unit(s) ended their worker: {lost}", {lost: "it ended its worker"})


def write_crawl(folder, shards):
    folder.mkdir()
    for number, shard in enumerate(shards):
        records = [
            warc_record(
                "\n".join(["Title", *lines]).encode(), "conversion",
                WARC_Target_URI=f"https://site{row % 2}.example/{number}/{row}",
            )
            for row, lines in enumerate(shard)
        ]
        write_archive(folder / f"{number}.warc.wet.gz", *records)
    return folder


def settings_for(root, mode, keep_first=False, min_chars=0):
    read = ReadOptions(language="en", min_chars=min_chars)
    return Settings(root, read, paragraphs=ParagraphDedup.parse(mode, keep_first))


def first_pass(files, settings):
    """Plan, hash, find duplicates; the units, and the settings that know of it."""
    found = discover([str(file) for file in files], "2026-34")
    manifest, units = plan_units(found, settings, 1, split=cut)
    manifest.save(settings.output)
    settings = with_groups(settings, manifest)
    for unit in manifest.units:
        hash_unit(unit, settings)
    settings = with_groups(settings, manifest)
    merge(groups_in(manifest), settings, Here())
    return units, settings


def both_passes(files, settings):
    units, settings = first_pass(files, settings)
    for unit in units:
        annotate_unit(unit, settings)
    return units, settings


def kept_lines(root):
    """Of all documents that were written, by their ids."""
    rows = [row for path in sorted((root / "documents").rglob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    return {row["doc_id"]: row for row in rows}
