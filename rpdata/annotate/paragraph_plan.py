"""What the manifest and the files say of paragraph deduplication: groups, options, and how far they are."""

from collections.abc import Sequence
from dataclasses import replace

from rpdata.annotate.accounts import known_documents
from rpdata.annotate.paragraph_files import account_of, content_of
from rpdata.annotate.paragraph_groups import (
    NOWHERE,
    OFF,
    EarlierHashes,
    Group,
    ParagraphDedup,
    against_typed,
    first_shards,
    groups_of,
)
from rpdata.annotate.paragraph_parts import merged
from rpdata.annotate.settings import Settings
from rpdata.annotate.unit import missing_steps
from rpdata.engine.plan import Input, Unit
from rpdata.errors import UserError
from rpdata.manifest import Manifest

# In the manifest: the options that decide the text of all documents, and what follows from them: the first shard of
# each group by snapshot, the xxh3 of the files of earlier hashes, the folders of the datasets that they are from, and
# `content_of` the groups that are hashed.
STEP = "documents"
GROUPS, FIRST, EARLIER, AGAINST, CONTENTS = "paragraph_groups", "first_shards", "earlier", "against", "contents"

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
        refuse_other_earlier(manifest, settings)
        manifest.agree(STEP, asked, settings.output, EDITED_ONCE)
    if settings.paragraphs is None:
        manifest.configurations.pop(STEP, None)
        return
    manifest.replace(STEP, asked)
    known = manifest.configurations.get(GROUPS, {FIRST: {}})
    starts = first_shards(manifest.units, {unit.name for unit in planned}, known[FIRST], settings.paragraphs)
    earlier = sorted(each.xxh3 for each in settings.paragraphs.earlier)
    against = known.get(AGAINST, list(settings.paragraphs.against))
    manifest.replace(GROUPS, {**known, FIRST: starts, EARLIER: earlier, AGAINST: against})


def refuse_other_earlier(manifest: Manifest, settings: Settings) -> None:
    """UserError, by folders and not by hashes, if documents were deduplicated against other datasets than these."""
    told = manifest.configurations.get(GROUPS)
    if told is None or settings.paragraphs is None:
        return
    asked = sorted(known.xxh3 for known in settings.paragraphs.earlier)
    if asked != told[EARLIER]:
        raise UserError(
            f"cannot use {against_typed(settings.paragraphs.against, len(asked))} on {settings.output}: its documents "
            f"were made with {against_typed(told.get(AGAINST, []), len(told[EARLIER]))}.\n{EDITED_ONCE}"
        )


def told_paragraphs(manifest: Manifest) -> ParagraphDedup | None:
    """What the documents of a dataset were written with; where earlier hashes lay is not known any more."""
    mode, _, keep_first = manifest.configurations.get(STEP, {"paragraph_dedup": OFF})["paragraph_dedup"].partition(" ")
    asked = ParagraphDedup.parse(mode, bool(keep_first))
    if asked is None:
        return None
    hashes = manifest.configurations[GROUPS][EARLIER]
    return replace(asked, earlier=tuple(EarlierHashes(NOWHERE, xxh3) for xxh3 in hashes))


def with_groups(settings: Settings, manifest: Manifest) -> Settings:
    """The settings with the group of each unit, and what is known of the groups whose lines are all hashed."""
    if settings.paragraphs is None:
        return settings
    groups = groups_in(manifest)
    contents = {group.name: content for group in groups if (content := content_in(group, settings))}
    names = {unit.name: group.name for group in groups for unit in group.units}
    return replace(settings, groups=names, contents=contents)


def note_contents(manifest: Manifest, settings: Settings) -> None:
    """Keep in the manifest what is known of the groups: without their hashes nothing else would say it."""
    known = manifest.configurations[GROUPS]
    manifest.replace(GROUPS, {**known, CONTENTS: {**known.get(CONTENTS, {}), **settings.contents}})


def with_told_contents(settings: Settings, manifest: Manifest) -> Settings:
    """The settings with what the manifest tells of groups whose hashes are gone; enough where no text is edited."""
    told = manifest.configurations.get(GROUPS, {}).get(CONTENTS, {})
    return replace(settings, contents={**told, **settings.contents})


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


def groups_wanted(pending: Sequence[Unit], manifest: Manifest, settings: Settings) -> list[Group]:
    """The groups of those units that lack documents. Of each, all units have to be hashed."""
    wanted = {settings.groups[unit.name] for unit in pending if "documents" in missing_steps(unit, settings)}
    return [group for group in groups_in(manifest) if group.name in wanted]


def is_hashed(unit: Unit, settings: Settings) -> bool:
    return account_of(settings.output, unit, settings.hashes_configuration(unit)) is not None


def is_merged(group: str, settings: Settings) -> bool:
    content = settings.contents.get(group)
    return content is not None and merged(settings.output, group, content) is not None


def with_neighbours(
    pending: Sequence[Unit], units: Sequence[Unit], manifest: Manifest, settings: Settings
) -> list[Unit]:
    """The pending units, and those beside `units` in their groups whose text was edited by other hashes.

    Such are left if the lines of a unit change: its group has other duplicates then.
    """
    groups = {settings.groups[unit.name] for unit in units} & settings.contents.keys()
    names = {unit.name for unit in pending}
    found = set[str]()
    for unit in manifest.units:
        if settings.groups[unit.name] in groups and unit.name not in names:
            entry = known_documents(unit, settings.output)
            if entry is not None and entry.configuration != settings.configuration("documents", unit):
                found.add(unit.name)
    return [unit for unit in manifest.units if unit.name in names | found]


def editable(units: Sequence[Unit], settings: Settings) -> list[Unit]:
    """Those for which all is there that they wait for, or that have their documents already."""
    names = {settings.groups[unit.name] for unit in units}
    ready = {name for name in names if is_merged(name, settings)}       # once: it looks at all parts
    return [
        unit for unit in units
        if settings.groups[unit.name] in ready or "documents" not in missing_steps(unit, settings)
    ]
