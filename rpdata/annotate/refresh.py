"""`rpdata compute-signals OUT`: bring the overlays of a dataset up to date with artefacts and code, without inputs.

What decides its documents is read from the manifest: they are measured again where they are, and never written.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rpdata.annotate.accounts import not_as_written
from rpdata.annotate.language import LanguageModel
from rpdata.annotate.paragraph_files import FOLDER
from rpdata.annotate.paragraph_plan import told_paragraphs, with_groups, with_told_contents
from rpdata.annotate.routing import Languages
from rpdata.annotate.run import RunSummary, count, have_artefacts
from rpdata.annotate.settings import BY_LANGUAGE, READ_OPTIONS, Settings
from rpdata.annotate.unit import UnitReport, annotate_unit, missing_steps
from rpdata.annotate.work import finishing, work_through
from rpdata.artefacts.folder import Stored
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.plan import Unit
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.sources import ReadOptions

if TYPE_CHECKING:
    from rpdata.decide.recipe import Recipe


def refresh(
    root: Path,
    artefacts: Mapping[str, Stored],
    *,
    resources: Resources,
    for_recipe: "Recipe | None" = None,
    quiet: bool = False,
    silent: bool = True,
) -> RunSummary:
    """Compute the signals and signatures that the dataset's documents lack, or have of other artefacts or code.

    artefacts: by name, beside those that the dataset was begun with. for_recipe: the one that models see documents
    for (`Cascade`); None: they see all, and columns that were computed for a recipe only are computed anew.

    Raises UserError where the dataset or an artefact is refused, CannotFinish where the work can't be finished.
    """
    started = time.monotonic()
    shown, root = str(root), root.absolute()
    Manifest.load(root)     # what is no dataset is refused before the lock puts a file into it
    with writer_lock(root):
        manifest = Manifest.load(root)
        manifest.refuse_if_imported(root)
        settings = {
            form: replace(options, for_recipe=for_recipe)
            for form, options in settings_of(manifest, root, artefacts).items()
        }
        ledger = Ledger(root)
        units = [unit for unit in manifest.units if ledger.path("documents", unit.name).is_file()]
        if not units:
            raise UserError(f"{shown} has no documents yet. First: rpdata compute-signals INPUT... --output {shown}")
        for form, options in settings.items():
            of_format = [unit for unit in units if unit.inputs[0].format == form]
            refuse_without_documents(of_format, options)
            have_artefacts(of_format, options)
        some = next(iter(settings.values()))
        manifest.replace("quality_signals", some.signals_configuration())
        manifest.save(root)
        sweep(root)

        def pending() -> list[Unit]:
            return [unit for unit in units if missing_steps(unit, settings[unit.inputs[0].format])]

        todo = pending()
        summary = RunSummary.of(units, len(units) - len(todo), some, shown)
        summary.language_model = None       # nothing was told apart in this run
        with finishing(
            root, count=lambda: count(units, root, summary), missing=lambda: [unit.name for unit in pending()]
        ):
            if todo:
                def task(unit: Unit) -> Callable[[], UnitReport]:
                    form = unit.inputs[0].format
                    return partial(refresh_unit, unit, {form: settings[form].in_group_of(unit)})

                work_through(todo, task, root, resources, summary, quiet, silent, summary.saving)
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


def refresh_unit(unit: Unit, settings: Mapping[str, Settings]) -> UnitReport:
    """One unit, with the settings of its input format. UserError if its documents are damaged."""
    return annotate_unit(unit, settings[unit.inputs[0].format], reads_inputs=False)


def settings_of(manifest: Manifest, root: Path, artefacts: Mapping[str, Stored]) -> dict[str, Settings]:
    """For each input format the settings that its documents were written with, as the manifest tells them."""
    told = manifest.configurations
    by_language = told.get(BY_LANGUAGE)
    found = {}
    for form in sorted({unit.inputs[0].format for unit in manifest.units}):
        options = told[f"documents from {form}"]
        settings = Settings(
            output=root,
            read=ReadOptions(**{name: options[name] for name in READ_OPTIONS[form]}),
            minhash=told["minhash"]["minhash_hash"],
            languages=Languages.parse(by_language["languages"]) if by_language else None,
            model=LanguageModel.told(by_language["language_model"]) if by_language else None,
            artefacts=artefacts,
            paragraphs=None if manifest.subset else told_paragraphs(manifest),
            subset=manifest.subset["state"] if manifest.subset else None,
        )
        found[form] = with_told_contents(with_groups(settings.with_artefacts(manifest), manifest), manifest)
    return found


def refuse_without_documents(units: list[Unit], settings: Settings) -> None:
    """UserError for a unit whose documents would have to be read from its inputs again."""
    for unit in units:
        if "documents" in missing_steps(unit, settings):
            if settings.paragraphs and settings.groups[unit.name] not in settings.contents:
                raise UserError(
                    f"cannot tell whether the documents of {unit.name} are whole: hashes of the lines of its group "
                    f"{settings.groups[unit.name]} are missing in {settings.output / FOLDER}.\n"
                    "Bring that folder back, or have them made from the inputs again: rpdata compute-signals INPUT... "
                    f"--output {settings.output}, with the options that were used before"
                )
            raise not_as_written(unit, settings.output)
