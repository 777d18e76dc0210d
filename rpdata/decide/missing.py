"""What to do about columns that rules read and a dataset does not have."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rpdata.artefacts.where_from import where_from
from rpdata.dataset import DECISIONS, DOCUMENTS, DUPLICATES, Dataset, command_for
from rpdata.errors import UserError, unknown_name


@dataclass(frozen=True)
class Missing:
    """A column that a dataset lacks.

    needs: what it takes beside the text, or nothing. remedy: what to run. artefact: that it needs, if it does.
    """

    name: str
    needs: str
    remedy: str
    artefact: str | None = None

    def told(self, dataset: Dataset) -> UserError:
        """The error about this column alone."""
        needs = f": it needs {self.needs}.\n" if self.needs else ". "
        source = f"{where_from(self.artefact)}\n" if self.artefact else ""
        return UserError(f"`{self.name}` was not computed in {dataset.root}{needs}{source}{self.remedy}")


def missing(dataset: Dataset, name: str) -> Missing:
    """How a column that the dataset does not have is computed; UserError with near names if nothing does."""
    if name == "exact_keep" or name.startswith("keep_sim"):
        options = "--exact text" if name == "exact_keep" else f"--fuzzy {name.removeprefix('keep_sim')}"
        return Missing(name, f"the overlay {DUPLICATES}", f"Run rpdata dedup {dataset.root} {options}")
    from rpdata.signals.columns import named  # the kernels with it: 0.3 s that no worker needs

    try:
        signal = named(name)
    except KeyError:
        known = [column for step in readable(dataset) for column in dataset.columns(step)]
        raise unknown_name("column", name, known) from None
    artefact = signal.artefact or signal.filled_by
    if dataset.manifest.is_imported:
        return Missing(
            name, f"the artefact {artefact}" if artefact else "",
            "What was imported has published signals only. To have all computed: rpdata compute-signals "
            f"TREE/documents --output OTHER{' --artefacts DIR' if artefact else ''}; or take a recipe that reads "
            "published ones, such as gopher.published (rpdata recipes)",
            artefact,
        )
    if artefact is None:
        return Missing(name, "", f"Run {command_for('quality_signals', dataset.root)}")
    return Missing(
        name, f"the artefact {artefact}",
        f"Run rpdata compute-signals {dataset.root} --artefacts DIR, or leave the rule away: recipe.without(...)",
        artefact,
    )


def refuse_all_missing(dataset: Dataset, wanted: Mapping[str, Iterable[str]]) -> None:
    """UserError that names all columns that are missing, and each command once.

    wanted: what messages call a reader -> the columns that it reads.
    """
    there = {name for step in readable(dataset) for name in dataset.columns(step)}
    lacking = {who: [missing(dataset, name) for name in names if name not in there] for who, names in wanted.items()}
    lines = [
        f"{who} lacks {', '.join(f'`{each.name}`' + (f' ({each.needs})' if each.needs else '') for each in columns)}"
        for who, columns in lacking.items() if columns
    ]
    if lines:
        every = [each for columns in lacking.values() for each in columns]
        origins = dict.fromkeys(where_from(each.artefact) for each in every if each.artefact)
        remedies = dict.fromkeys(each.remedy for each in every)
        raise UserError("\n".join([f"not all columns were computed in {dataset.root}:", *lines, *origins, *remedies]))


def readable(dataset: Dataset) -> list[str]:
    """What rules read: documents, and all overlays but earlier decisions."""
    return [DOCUMENTS, *(step for step in dataset.overlays if not step.startswith(DECISIONS))]
