"""What comes before the documents of a run are read for good: hashing lines, and finding duplicates by group."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from rpdata.annotate.paragraph_files import account_of, hashes_name, refuse_changed_hashes
from rpdata.annotate.paragraph_groups import NOWHERE, EarlierHashes, Group
from rpdata.annotate.paragraph_parts import forget_group, note_group
from rpdata.annotate.paragraph_plan import groups_wanted, is_hashed, is_merged, with_groups
from rpdata.annotate.paragraphs import MergeTask, hash_unit, merge_part
from rpdata.annotate.settings import Settings
from rpdata.annotate.timings import Timings
from rpdata.annotate.work import start
from rpdata.dedup.paragraph_hashes import HashFile, ranges
from rpdata.dedup.paragraph_merge import Part
from rpdata.engine.cluster import Cluster, UnitsLeftOut, both
from rpdata.engine.killpoint import passing
from rpdata.engine.plan import Unit
from rpdata.engine.progress import Progress
from rpdata.engine.resources import Resources
from rpdata.errors import CannotFinish
from rpdata.manifest import Manifest

log = logging.getLogger(__name__)       # on stderr, unless the program says otherwise

MANY_UNITS = 1_000      # of a group: each of its parts is made of the files of all


def find_duplicates(
    pending: Sequence[Unit], manifest: Manifest, settings: Settings, resources: Resources, quiet: bool, silent: bool
) -> tuple[Settings, UnitsLeftOut | None]:
    """Have what `edited` needs for the groups of the pending units. The settings then know of their contents.

    The error, if there is one, says which units could not be hashed: their groups have to wait, others need not.
    """
    assert settings.paragraphs is not None
    groups = groups_wanted(pending, manifest, settings)
    units = [unit for group in groups for unit in group.units if not is_hashed(unit, settings)]
    if not units and all(is_merged(group.name, settings) for group in groups):
        return settings, None
    if any(known.path == NOWHERE for known in settings.paragraphs.earlier):
        return settings, without_earlier(groups, settings)
    if (most := max(len(group.units) for group in groups)) > MANY_UNITS:
        log.warning("rpdata: groups of up to %s shards: to find their duplicates takes time that grows with the "
                    "square of that; --paragraph-dedup group:N makes smaller ones", f"{most:,}")
    unfinished = None
    with start(resources) as cluster:
        try:
            hash_lines_of(units, settings, cluster, quiet, silent)
        except UnitsLeftOut as error:
            unfinished = with_those_that_wait(error, groups, settings)
        settings = with_groups(settings, manifest)
        hashed = [group for group in groups if group.name in settings.contents]
        try:
            merge(hashed, settings, cluster)
        except CannotFinish as error:
            if unfinished is None:
                raise
            raise both(unfinished, error) from error
    passing("duplicates found")
    return settings, unfinished


def without_earlier(groups: Sequence[Group], settings: Settings) -> UnitsLeftOut:
    """What is left out where earlier hashes are gone: the groups whose duplicates are not found yet."""
    assert settings.paragraphs is not None
    gone = sum(known.path == NOWHERE for known in settings.paragraphs.earlier)
    where = " or ".join(settings.paragraphs.against)
    waiting = [unit.name for group in groups if not is_merged(group.name, settings) for unit in group.units]
    message = (
        f"{gone} of the {len(settings.paragraphs.earlier)} files of hashes that {settings.output} began with are not "
        f"in {where} as they were.\n"
        f"{len(waiting)} units need them; all others are finished. Bring that dataset back as it was, or annotate "
        "into a new folder: --output"
    )
    return UnitsLeftOut(message, dict.fromkeys(waiting, "it needs hashes of --paragraphs-against that are gone"))


def with_those_that_wait(error: UnitsLeftOut, groups: Sequence[Group], settings: Settings) -> UnitsLeftOut:
    """The error, with the units that can't go on before those that it names are hashed."""
    waiting = {
        unit.name: f"it waits for the lines of {held.name}, which is in its group"
        for group in groups for held in group.units if held.name in error.causes
        for unit in group.units if unit.name not in error.causes
    }
    several = "s wait" if len(waiting) > 1 else " waits"
    more = f"\n{len(waiting)} other unit{several} for them, in the same groups." if waiting else ""
    return UnitsLeftOut(f"{error}{more}", {**waiting, **error.causes})


def hash_lines_of(units: Sequence[Unit], settings: Settings, cluster: Cluster, quiet: bool, silent: bool) -> None:
    """The first pass. UnitsLeftOut if units had to be left out."""
    sizes = {unit.name: unit.size for unit in units}
    with (
        Progress(
            len(units), sum(sizes.values()), quiet=quiet, silent=silent or not units, dashboard=cluster.dashboard,
            counted="units hashed",
        ) as progress,
        Timings(settings.output) as timings,
    ):
        cluster.on_progress(progress.advance)
        task = partial(hash_unit, settings=settings.before_groups())
        for name, report in cluster.run(task, ((unit.name, unit) for unit in units)):
            progress.unit_done(sizes[name])
            timings.add(report)


def merge(groups: Sequence[Group], settings: Settings, cluster: Cluster) -> None:
    """Find the duplicates of the groups whose lines are hashed. CannotFinish if parts had to be left out."""
    groups = [group for group in groups if not is_merged(group.name, settings)]
    files = ((str(known.path), known) for known in hashes_of(groups, settings))
    for _ in cluster.run(refuse_changed_hashes, files):
        pass
    parts = Counter[str]()

    def tasks() -> Iterator[tuple[str, MergeTask]]:     # one at a time: each names the files of all units
        for group in groups:
            forget_group(settings.output, group.name)
            for task in parts_of(group, settings):
                parts[group.name] += 1
                yield f"{task.group} part {task.number}", task

    for _ in cluster.run(partial(merge_part, settings=settings.before_groups()), tasks()):
        pass
    for group in groups:
        note_group(settings.output, group.name, settings.contents[group.name], group.units, parts[group.name])


def hashes_of(groups: Sequence[Group], settings: Settings) -> Iterator[EarlierHashes]:
    """The files of hashes that are merged for some groups, each once."""
    assert settings.paragraphs is not None
    if groups:
        yield from settings.paragraphs.earlier
    for unit in (unit for group in groups for unit in group.units):
        account = account_of(settings.output, unit, settings.hashes_configuration(unit))
        if account:
            yield EarlierHashes(settings.output / hashes_name(unit), account.xxh3)


def parts_of(group: Group, settings: Settings) -> Iterator[MergeTask]:
    """What there is to merge: ranges of hashes, which depend on the hashes alone."""
    assert settings.paragraphs is not None
    earlier = tuple(known.path for known in settings.paragraphs.earlier)
    units = tuple(settings.output / hashes_name(unit) for unit in group.units)
    for number, hashes in enumerate(ranges([HashFile(path) for path in (*earlier, *units)])):
        yield MergeTask(group.name, settings.contents[group.name], number, Part(earlier, units, hashes))
