"""`rpdata count-tokens OUT --tokenizer FILE`: how many tokens each document has, in an overlay."""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from rpdata.annotate.unit import UnitReport
from rpdata.annotate.work import finishing, work_through
from rpdata.dataset import DOCUMENTS, TOKENS
from rpdata.decide.files import PartitionFiles
from rpdata.decide.token_counts import column_of
from rpdata.engine.commit import sweep
from rpdata.engine.lock import writer_lock
from rpdata.engine.places import language_of
from rpdata.engine.plan import Unit
from rpdata.engine.resources import Resources
from rpdata.errors import UserError
from rpdata.ledger import Ledger
from rpdata.manifest import Manifest
from rpdata.tokens.tokenizer import TokenizerFile
from rpdata.tokens.unit import CountTask, count_unit, is_counted

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")
DEFINITION = (
    "Tokens of the text, by this tokenizer; it adds no special tokens (one that the text spells out counts as one), "
    "cuts nothing off and pads nothing."
)


@dataclass
class TokensSummary:
    """What was counted. languages: of partitions -> documents, characters (as the documents say), tokens.

    units: those that have documents; units_without_documents: planned, but not annotated yet.
    """

    output: str
    overlay: str
    tokenizer: str
    vocabulary: int
    units: int = 0
    units_done_before: int = 0
    units_without_documents: int = 0
    documents: int = 0
    tokens: int = 0
    languages: dict[str, dict[str, int]] = field(default_factory=dict)
    annotated_documents: int = 0        # counted by this run
    annotated_text_bytes: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, object]:
        """As JSON values."""
        return asdict(self)


def count_tokens(
    root: Path,
    path: Path,
    name: str | None = None,
    *,
    resources: Resources,
    quiet: bool = False,
    silent: bool = True,
) -> TokensSummary:
    """Write `tokens/` (with a name `tokens-NAME/`) beside the documents of `root`; safe to run any number of times.

    Raises UserError where the tokenizer or the dataset is refused, CannotFinish where the work can't be finished.
    """
    started = time.monotonic()
    shown, root = str(root).rstrip("/"), root.absolute()
    Manifest.load(root)     # what is no dataset is refused before the lock puts a file into it
    overlay = overlay_of(name)
    tokenizer = TokenizerFile.read(path)
    with writer_lock(root):
        manifest = Manifest.load(root)
        refuse_another(manifest, shown, overlay, tokenizer)
        units = [unit for unit in manifest.units if Ledger(root).path(DOCUMENTS, unit.name).is_file()]
        if not units:
            raise UserError(f"{shown} has no documents yet. See: rpdata status {shown}")
        tasks = {unit.name: CountTask(root, unit.name, overlay, tokenizer) for unit in units}
        manifest.replace(overlay, configuration(overlay, tokenizer))
        manifest.save(root)
        sweep(root)
        pending = [unit for unit in units if not is_counted(tasks[unit.name])]
        summary = TokensSummary(
            f"{shown}/{overlay}", overlay, tokenizer.path.name, tokenizer.vocabulary, len(units),
            len(units) - len(pending), len(manifest.units) - len(units),
        )
        with finishing(
            root,
            count=lambda: count([*tasks.values()], summary),
            missing=lambda: [name for name, task in tasks.items() if not is_counted(task)],
        ):
            if pending:
                def work(unit: Unit) -> Callable[[], UnitReport]:
                    return partial(count_unit, tasks[unit.name])

                work_through(pending, work, root, resources, summary, quiet, silent)
    summary.seconds = round(time.monotonic() - started, 3)
    return summary


def overlay_of(name: str | None) -> str:
    """Where the counts go. UserError for a name that cannot be that of a column."""
    if name is None:
        return TOKENS
    if not NAME.fullmatch(name):
        raise UserError(f"counts cannot be called {name!r}: use letters, digits and underscores, e.g. --name gpt2")
    return f"{TOKENS}-{name}"


def refuse_another(manifest: Manifest, shown: str, overlay: str, tokenizer: TokenizerFile) -> None:
    """UserError if the overlay has the counts of another tokenizer, which would be lost."""
    known = manifest.configurations.get(overlay)
    if known is not None and known["tokenizer_xxh3"] != tokenizer.xxh3:
        raise UserError(
            f"{shown}/{overlay}/ has the tokens of another tokenizer ({known['tokenizer']}, {known['vocabulary']:,} "
            f"tokens).\nCount these beside them: --name NAME; or, if the others are not wanted any more, delete "
            f"{overlay}/ and ledger/{overlay}/, and run the same command again"
        )


def configuration(overlay: str, tokenizer: TokenizerFile) -> dict[str, Any]:
    """What the manifest says of the overlay."""
    column = {"definition": DEFINITION, "unit": "tokens", "type": "int32", "source": tokenizer.path.name}
    return {
        "tokenizer": tokenizer.path.name,
        "tokenizer_xxh3": tokenizer.xxh3,
        "vocabulary": tokenizer.vocabulary,
        "about": f"its tokens, by `{tokenizer.path.name}` of {tokenizer.vocabulary:,} tokens",
        "signals": {column_of(overlay): column},
    }


def count(tasks: Sequence[CountTask], summary: TokensSummary) -> None:
    """Sums over all units that are done, read back from the files."""
    sums: dict[str, Counter[str]] = {}
    for task in tasks:
        entry = Ledger(task.root).entry(task.overlay, task.unit)
        for partition, file in entry.partitions.items() if entry else ():
            with PartitionFiles(task.root, partition) as files:
                tokens = pc.sum(files.read(task.overlay, [column_of(task.overlay)]).column(0)).as_py() or 0
                characters = pc.sum(files.read(DOCUMENTS, ["length"]).column(0)).as_py() or 0
            of_language = sums.setdefault(language_of(partition), Counter())
            of_language.update(documents=file.rows, characters=characters, tokens=tokens)
    summary.languages = {name: dict(sums[name]) for name in sorted(sums)}
    summary.documents = sum(each["documents"] for each in sums.values())
    summary.tokens = sum(each["tokens"] for each in sums.values())
