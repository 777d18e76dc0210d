"""What is derived from the whole dataset after each change: the sample and the card."""

import inspect
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from rpdata import redpajama
from rpdata.dataset import DECISIONS
from rpdata.engine.commit import write_atomically
from rpdata.engine.places import language_of
from rpdata.for_recipe import limits
from rpdata.ledger import Entry, Ledger, configuration_hash, hash_of
from rpdata.manifest import Manifest
from rpdata.report import sample
from rpdata.report.card import DOCUMENTS, SIGNALS, Decided, Overlay, about_minhash, card
from rpdata.schema import OVERLAYS
from rpdata.stale import changed_since


def write_views(root: Path) -> None:
    """Bring `sample/` and `README.md` up to date with the units that are done. Both depend on the dataset alone."""
    manifest = Manifest.load(root)
    ledger = Ledger(root)
    documents: Counter[str] = Counter()
    partitions: list[str] = []
    made_from: dict[str, list[str]] = {}
    snapshots: set[str] = set()
    read = 0
    steps = steps_shown(manifest, ledger)
    signals: list[Entry] = []
    for unit in manifest.units:
        entries = [entry for step in steps if (entry := ledger.entry(step, unit.name))]
        if len(entries) < len(steps):
            continue
        snapshots.add(unit.snapshot)
        read += entries[0].read
        signals += entries[1:2]
        for partition, file in entries[0].partitions.items():
            documents[language_of(partition)] += file.rows
            partitions.append(partition)
            made_from[partition] = [entry.partitions[partition].xxh3 for entry in entries]
    found = limits(manifest, signals)
    shown = None
    if len(steps) > 1:
        made_by = [hash_of(Path(inspect.getfile(module))) for module in (redpajama, sample)]
        hidden = {name for told in found for name in told.columns}
        state = {"files": made_from, "code": made_by, **({"hidden": sorted(hidden)} if hidden else {})}
        shown = sample.write_sample(root, partitions, configuration_hash(state), hidden)
    every = {step: about for step, about in every_overlay(manifest).items() if step in steps}
    text = card(
        dict(documents), sorted(snapshots), shown, {
            step: overlay_of(ledger, step, about, partitions)
            for step, about in {**every, **own_overlays(manifest, ledger)}.items()
        },
        manifest=manifest, signals=signals, recipes=decided(manifest, ledger), read=read,
        limits=[str(one) for one in found],
    )
    write_atomically(root / "README.md", text.encode())


def steps_shown(manifest: Manifest, ledger: Ledger) -> tuple[str, ...]:
    """What a unit has to have to be shown. Text that a recipe edited has no signals before they are computed."""
    bare = manifest.subset and manifest.subset["edited"] and not any(ledger.entries(OVERLAYS[1]))
    return OVERLAYS[:1] if bare else OVERLAYS


def every_overlay(manifest: Manifest) -> dict[str, str]:
    """The overlays that every dataset has, and what one of their rows is."""
    return dict(zip(OVERLAYS, (DOCUMENTS, SIGNALS, about_minhash(manifest)), strict=True))


def overlay_of(ledger: Ledger, step: str, about: str, partitions: Collection[str]) -> Overlay:
    """Rows and bytes of an overlay, in these partitions."""
    shown = set(partitions)
    files = [
        file for entry in ledger.entries(step) for partition, file in entry.partitions.items() if partition in shown
    ]
    return Overlay(about, sum(file.rows for file in files), sum(file.bytes for file in files))


def decided(manifest: Manifest, ledger: Ledger) -> list[Decided]:
    """The recipes whose decisions are there, were counted and are not stale, by the names of their folders."""
    return [
        Decided(step, options["recipe"], options["title"], options["decided"]["documents"], options["decided"]["kept"])
        for step, options in sorted(manifest.configurations.items())
        if step.startswith(DECISIONS) and "decided" in options
        and any(entry.partitions for entry in ledger.entries(step))
        and not changed_since(ledger, ledger.entries(step))
    ]


def own_overlays(manifest: Manifest, ledger: Ledger) -> dict[str, str]:
    """The overlays that not every dataset has, where some unit has them, and what is in them."""
    found = {}
    for step, options in sorted(manifest.configurations.items()):
        if "signals" in options and any(entry.partitions for entry in ledger.entries(step)):
            of_a_file = f"signals of `{options.get('file')}`: {', '.join(sorted(options['signals']))}"
            found[step] = options.get("about", of_a_file)
    return found
