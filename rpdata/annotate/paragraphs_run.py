"""What comes before the documents of a run are read for good: hashing lines, and finding duplicates by group."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rpdata.annotate.paragraph_files import (
    FOLDER,
    account_of,
    content_of,
    hashes_name,
    merged_parts,
    write_json,
)
from rpdata.annotate.paragraph_groups import OFF, EarlierHashes, Group, ParagraphDedup, first_shards, groups_of
from rpdata.annotate.paragraphs import MergeTask, hash_unit, merge_part
from rpdata.annotate.settings import Settings
from rpdata.annotate.timings import Timings
from rpdata.annotate.unit import missing_steps
from rpdata.annotate.work import start
from rpdata.dedup.paragraph_hashes import HashFile, ranges
from rpdata.dedup.paragraph_merge import Part
from rpdata.engine.cluster import Cluster, UnitsLeftOut
from rpdata.engine.killpoint import passing
from rpdata.engine.plan import Input, Unit
from rpdata.engine.progress import Progress
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.manifest import Manifest

# In the manifest: the options that decide the text of all documents, and what follows from them: the first shard of
# each group by snapshot, and the xxh3 of the files of earlier hashes.
STEP = "documents"
GROUPS, FIRST, EARLIER = "paragraph_groups", "first_shards", "earlier"

EDITED_ONCE = "Paragraph deduplication edits text, and text is written once. Annotate into a new folder: --output"


def agree_on_paragraphs(
    manifest: Manifest, planned: Sequence[Unit], found: Sequence[tuple[str, Input]], settings: Settings
) -> None:
    """Note in the manifest what is asked for, and the groups of its plan; UserError if that can't be.

    planned: the units that the dataset had before this plan, none if it had not begun.
    """
    asked = settings.paragraphs_configuration()
    off = replace(settings, paragraphs=None).paragraphs_configuration()
    if settings.paragraphs:
        for _, source in found:
            if source.format == "ccnet":
                raise UserError(
                    f"cannot use --paragraph-dedup {settings.paragraphs} for {source.path}: cc_net has taken the "
                    "duplicates out of its documents already. Leave the option out"
                )
    if planned:
        manifest.configurations.setdefault(STEP, off)
        manifest.agree(STEP, asked, settings.output, EDITED_ONCE)
    if settings.paragraphs is None:
        manifest.configurations.pop(STEP, None)
        return
    manifest.replace(STEP, asked)
    known = manifest.configurations.get(GROUPS, {FIRST: {}})[FIRST]
    starts = first_shards(manifest.units, {unit.name for unit in planned}, known, settings.paragraphs)
    earlier = sorted(known.xxh3 for known in settings.paragraphs.earlier)
    manifest.replace(GROUPS, {FIRST: starts, EARLIER: earlier})


def told(manifest: Manifest) -> ParagraphDedup | None:
    """What the documents of a dataset were written with; where earlier hashes lay is not known any more."""
    mode, _, keep_first = manifest.configurations.get(STEP, {"paragraph_dedup": OFF})["paragraph_dedup"].partition(" ")
    asked = ParagraphDedup.parse(mode, bool(keep_first))
    if asked is None:
        return None
    hashes = manifest.configurations[GROUPS][EARLIER]
    return replace(asked, earlier=tuple(EarlierHashes(Path(), xxh3) for xxh3 in hashes))


def with_groups(settings: Settings, manifest: Manifest) -> Settings:
    """The settings with the group of each unit, and what is known of the groups whose lines are all hashed."""
    if settings.paragraphs is None:
        return settings
    groups = groups_in(manifest)
    contents = {group.name: content for group in groups if (content := content_in(group, settings))}
    names = {unit.name: group.name for group in groups for unit in group.units}
    return replace(settings, groups=names, contents=contents)


def groups_in(manifest: Manifest) -> list[Group]:
    """All groups of the plan."""
    return groups_of(manifest.units, manifest.configurations[GROUPS][FIRST])


def content_in(group: Group, settings: Settings) -> str | None:
    """`content_of` the group; None if not all of its lines are hashed."""
    assert settings.paragraphs is not None
    accounts = []
    for unit in group.units:
        account = account_of(settings.output, unit, settings.hashes_configuration(unit))
        if account is None:
            return None
        accounts.append(account)
    return content_of(group, accounts, settings.paragraphs)


def find_duplicates(
    pending: Sequence[Unit], manifest: Manifest, settings: Settings, resources: Resources, quiet: bool, silent: bool
) -> tuple[Settings, UnitsLeftOut | None]:
    """Have what `edited` needs for the groups of the pending units. The settings then know of their contents.

    The error, if there is one, says which units could not be hashed: their groups have to wait, others need not.
    """
    groups = groups_wanted(pending, manifest, settings)
    units = [unit for group in groups for unit in group.units if not is_hashed(unit, settings)]
    if not units and all(is_merged(group.name, settings) for group in groups):
        return settings, None
    unfinished = None
    with start(resources) as cluster:
        try:
            hash_lines_of(units, settings, cluster, quiet, silent)
        except UnitsLeftOut as error:
            unfinished = with_those_that_wait(error, groups, settings)
        settings = with_groups(settings, manifest)
        hashed = [group for group in groups if group.name in settings.contents]
        merge(hashed, settings, cluster)
    passing("duplicates found")
    return settings, unfinished


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


def groups_wanted(pending: Sequence[Unit], manifest: Manifest, settings: Settings) -> list[Group]:
    """The groups of those units that lack documents. Of each, all units have to be hashed."""
    wanted = {settings.groups[unit.name] for unit in pending if "documents" in missing_steps(unit, settings)}
    return [group for group in groups_in(manifest) if group.name in wanted]


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
        for name, report in cluster.run(partial(hash_unit, settings=settings), ((unit.name, unit) for unit in units)):
            progress.unit_done(sizes[name])
            timings.add(report)


def merge(groups: Sequence[Group], settings: Settings, cluster: Cluster) -> None:
    """Find the duplicates of the groups whose lines are hashed. CannotFinish if parts had to be left out."""
    tasks = {group.name: list(parts_of(group, settings)) for group in groups if not is_merged(group.name, settings)}
    named = ((f"{task.group} part {task.number}", task) for parts in tasks.values() for task in parts)
    for _ in cluster.run(partial(merge_part, settings=settings), named):
        pass
    for name, parts in tasks.items():
        fields = {"content": settings.contents[name], "parts": len(parts)}
        write_json(settings.output / FOLDER / name / "group.json", fields)


def parts_of(group: Group, settings: Settings) -> Iterator[MergeTask]:
    """What there is to merge: ranges of hashes, which depend on the hashes alone."""
    assert settings.paragraphs is not None
    earlier = tuple(known.path for known in settings.paragraphs.earlier)
    units = tuple(settings.output / hashes_name(unit) for unit in group.units)
    names = tuple(unit.name for unit in group.units)
    for number, hashes in enumerate(ranges([HashFile(path) for path in (*earlier, *units)])):
        yield MergeTask(group.name, settings.contents[group.name], number, names, Part(earlier, units, hashes))


def is_hashed(unit: Unit, settings: Settings) -> bool:
    return account_of(settings.output, unit, settings.hashes_configuration(unit)) is not None


def is_merged(group: str, settings: Settings) -> bool:
    content = settings.contents.get(group)
    return content is not None and merged_parts(settings.output, group, content) is not None


def can_be_edited(unit: Unit, settings: Settings) -> bool:
    """Whether all is there that the unit waits for, or it has its documents already."""
    merged = settings.paragraphs is None or is_merged(settings.groups[unit.name], settings)
    return merged or "documents" not in missing_steps(unit, settings)
