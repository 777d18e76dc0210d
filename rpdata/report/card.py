"""The dataset card: OUT/README.md, whose YAML makes `datasets.load_dataset(OUT, name=...)` work.

Globs only, never split sizes or file lists: those go stale, and `datasets` then returns old rows or none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rpdata import __version__
from rpdata.ledger import Entry
from rpdata.manifest import Manifest
from rpdata.report.card_head import RIGHTS_OF_CRAWL, RIGHTS_UNKNOWN, head, is_crawl
from rpdata.report.card_made import made_section
from rpdata.report.card_signals import signals_section

CARD = """\
---
{head}
---

# {title}

{documents:,} documents of {snapshots}, {beside}.
Made with rpdata {version}: text is written once, everything else is a typed column in a file of its own,
aligned with the text row by row.
{subset}
```python
from datasets import load_dataset

{example}
```

Each folder is a configuration of that name.

| folder | one row is | rows | size |
|---|---|---:|---:|
{folders}

| language | documents |
|---|---:|
{languages}
{signals}{recipes}{edited}{artefacts}{limits}{made}
## Licence

{rights}
"""


EXAMPLE = """\
load_dataset("path/to/this/folder", name="sample")            # RedPajama-V2's columns, signals as JSON
load_dataset("path/to/this/folder", name="quality_signals")   # one typed column for each signal"""
EXAMPLE_WITHOUT_SIGNALS = 'load_dataset("path/to/this/folder", name="documents")'

DOCUMENTS = "a document: text, URL, language, provenance"
SIGNALS = "its signals; line signals are lists beside `line_start` and `line_end` (code points)"
SAMPLE = "one of the documents whose identifiers hash lowest, in RedPajama-V2's form"
MINHASH = "128 MinHash values of its word 13-grams{family}, as 512 bytes; null {null}"
SHORT = "below 13 words"
UNPUBLISHED = "where none was published: below 13 words, and of files that were not there"

EDITED = """
Text was edited: lines that other documents have too were taken out, as cc_net does
(`--paragraph-dedup {mode}`), and documents without any line left were dropped. `line_ids` tells which lines stayed.
"""
EDITED_BY_RECIPE = """
Text was edited: lines were dropped, as the table says, and documents without any line left. Of each line that is left
`kept_start` and `kept_end` tell where it was (code points in the text as it was read). Of a document that lost a line
`perplexity`, `bucket` and `language_score` are null: they were those of the text before.
"""

SUBSET = """
They are those that the recipe `{recipe}` keeps of {read:,} documents of another dataset, whose state is
`{dataset_hash:.12}`; `rpdata.json` has all of it.

| step | a document is kept where, or what is dropped | source |
|---|---|---|
{rules}
"""

RECIPES = """
Recipes have decided which documents to keep: `keep`, the rules that a document fails and those that cannot tell (by
their numbers in `rpdata.json`), for each document of

| recipe | configuration | documents | kept | |
|---|---|---:|---:|---|
{rows}
"""

ARTEFACTS = """
Models and lists that feed signals:

| artefact | sha256 begins with |
|---|---|
{rows}
"""

LIMITS = """
{sentences}. A null there says nothing of the document, so the sample leaves these
columns out, and rpdata refuses them to other recipes.
"""


@dataclass(frozen=True)
class Overlay:
    """A folder of the dataset: what one row of it is, how many there are, and the bytes of its files."""

    about: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class Decided:
    """What a recipe decided. folder: of the overlay, "decisions/gopher-ce3dfb69e163"."""

    folder: str
    recipe: str
    title: str
    documents: int
    kept: int

    @property
    def configuration(self) -> str:
        """Its name for `load_dataset`, which may hold no slash."""
        return self.folder.replace("/", "-")

    @property
    def row(self) -> str:
        """Of the table of recipes."""
        share = f"{self.kept / self.documents:.1%}" if self.documents else ""
        called = f"`{self.recipe}`: {self.title}" if self.title else f"`{self.recipe}`"
        return f"| {cell(called)} | `{self.configuration}` | {self.documents:,} | {self.kept:,} | {share} |"


def card(
    documents_by_language: dict[str, int],
    snapshots: list[str],
    sample: int | None,
    overlays: Mapping[str, Overlay],
    *,
    manifest: Manifest,
    signals: Sequence[Entry],
    recipes: Sequence[Decided],
    read: int,
    limits: Sequence[str],
) -> str:
    """The card's text; a function of the dataset alone, so that two identical runs write the same bytes.

    sample: documents in it; None where no signals were computed yet.
    overlays: those of the dataset but for decisions, documents first, and what the table says of them.
    signals: the ledger's entries of the units that the card counts.
    recipes: that have decided; each overlay of theirs is a configuration too.
    read: records that the documents are of. limits: what is to be said of columns that were computed for one recipe.
    """
    globs = {
        **({} if sample is None else {"sample": "sample/sample.parquet"}),
        **{name: f"{name}/**/*.parquet" for name in overlays},
        **{each.configuration: f"{each.folder}/**/*.parquet" for each in recipes},
    }
    inputs = [source for unit in manifest.units for source in unit.inputs]
    title = f"Annotated web documents, {', '.join(snapshots)}"
    mode = manifest.configurations.get("documents", {}).get("paragraph_dedup", "off")
    artefacts = manifest.configurations.get("quality_signals", {}).get("artefacts", {})
    subset = manifest.subset
    folders = [f"| `{name}/` | {each.about} | {each.rows:,} | {size(each.bytes)} |" for name, each in overlays.items()]
    if sample is not None:
        folders.append(f"| `sample/` | {SAMPLE} | {sample:,} | |")
    return CARD.format(
        head=head(title, documents_by_language, globs, inputs),
        title=title,
        documents=sum(documents_by_language.values()),
        snapshots="snapshot " + snapshots[0] if len(snapshots) == 1 else f"{len(snapshots)} snapshots",
        beside="whose signals are not computed yet" if sample is None
        else "each with its quality signals and MinHash signature beside it",
        example=EXAMPLE_WITHOUT_SIGNALS if sample is None else EXAMPLE,
        folders="\n".join(folders),
        version=__version__,
        subset="" if subset is None else SUBSET.format_map({**subset, "read": read, "rules": rules_of(subset)}),
        signals=signals_section(signals, imported=manifest.is_imported),
        recipes=RECIPES.format(rows="\n".join(each.row for each in recipes)) if recipes else "",
        edited=("" if mode == "off" else EDITED.format(mode=mode))
        + (EDITED_BY_RECIPE if subset and subset["edited"] else ""),
        artefacts=ARTEFACTS.format(
            rows="\n".join(f"| `{name}` | `{sha256[:12]}` |" for name, sha256 in sorted(artefacts.items()))
        ) if artefacts else "",
        limits=LIMITS.format(sentences=". ".join(limits)) if limits else "",
        made=made_section(manifest),
        rights=RIGHTS_OF_CRAWL if is_crawl(inputs) else RIGHTS_UNKNOWN,
        languages="\n".join(f"| {name} | {count:,} |" for name, count in sorted(documents_by_language.items())),
    )


def about_minhash(manifest: Manifest) -> str:
    """What a row of `minhash/` is."""
    family = manifest.configurations.get("minhash", {}).get("minhash_hash")
    return MINHASH.format(family=f" ({family})" if family else "", null=UNPUBLISHED if manifest.is_imported else SHORT)


def size(count: int) -> str:
    """Bytes as one reads them: 12.3 MB."""
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if count >= 1000**power:
            return f"{count / 1000**power:.1f} {unit}"
    return f"{count} B"


def rules_of(subset: Mapping[str, Any]) -> str:
    """The rows of the table of rules."""
    cells = ([cell(rule[key]) for key in ("name", "condition", "source")] for rule in subset["rules"])
    return "\n".join(f"| {name} | {condition} | {source} |" for name, condition, source in cells)


def cell(text: str) -> str:
    """Text of a table, in which what ends a cell or a row is no sign of Markdown's."""
    return " ".join(text.split()).replace("|", "\\|")
