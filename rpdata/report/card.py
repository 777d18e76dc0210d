"""The dataset card: OUT/README.md, whose YAML makes `datasets.load_dataset(OUT, name=...)` work.

Globs only, never split sizes or file lists: those go stale, and `datasets` then returns old rows or none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rpdata import __version__

CONFIGURATIONS = {
    "sample": "sample/sample.parquet",
    "documents": "documents/**/*.parquet",
    "quality_signals": "quality_signals/**/*.parquet",
    "minhash": "minhash/**/*.parquet",
}

CARD = """\
---
pretty_name: {title}
configs:
{configurations}
tags:
- rpdata
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

| folder | one row is |
|---|---|
| `documents/` | a document: text, URL, language, provenance |
{folders}
| language | documents |
|---|---:|
{languages}
{recipes}{edited}{artefacts}{limits}"""


EXAMPLE = """\
load_dataset("path/to/this/folder", name="sample")            # RedPajama-V2's columns, signals as JSON
load_dataset("path/to/this/folder", name="quality_signals")   # one typed column for each signal"""
EXAMPLE_WITHOUT_SIGNALS = 'load_dataset("path/to/this/folder", name="documents")'

SIGNALS = """\
| `quality_signals/` | its signals; line signals are lists beside `line_start` and `line_end` (code points) |
| `minhash/` | 128 MinHash values of its word 13-grams ({minhash}), as 512 bytes; null below 13 words |
"""
SAMPLE = """\
| `sample/` | the {sample:,} documents whose identifiers hash lowest, in RedPajama-V2's form |
"""

EDITED = """
Text was edited: lines that other documents have too were taken out, as cc_net does
(`--paragraph-dedup {mode}`), and documents without any line left were dropped. `line_ids` tells which lines stayed.
"""
EDITED_BY_RECIPE = """
Text was edited: lines were dropped, as the table says, and documents without any line left. Of each line that is left
`kept_start` and `kept_end` tell where it was (code points in the text as it was read).
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
    minhash: str,
    sample: int | None,
    overlays: Mapping[str, str],
    *,
    recipes: Sequence[Decided],
    paragraphs: str | None,
    artefacts: Mapping[str, str],
    subset: Mapping[str, Any] | None,
    read: int,
    limits: Sequence[str],
) -> str:
    """The card's text; a function of the dataset alone, so that two identical runs write the same bytes.

    sample: documents in it; None where no signals were computed yet.
    overlays: those of users' own signals -> what the table says of them.
    recipes: that have decided; each overlay of theirs is a configuration too.
    paragraphs: the mode of paragraph deduplication, as it is typed; None: text was left as it was read.
    artefacts: name -> sha256 of those that feed signals.
    subset: what the manifest says, if a recipe kept the documents of `read` ones of another dataset.
    limits: what is to be said of columns that were computed for one recipe only.
    """
    shown = CONFIGURATIONS if sample is not None else {"documents": CONFIGURATIONS["documents"]}
    globs = {
        **shown,
        **{name: f"{name}/**/*.parquet" for name in overlays},
        **{each.configuration: f"{each.folder}/**/*.parquet" for each in recipes},
    }
    configurations = "\n".join(
        f"- config_name: {name}\n  data_files: {glob}" + ("" if number else "\n  default: true")
        for number, (name, glob) in enumerate(globs.items())
    )
    own = "".join(f"| `{name}/` | {about} |\n" for name, about in overlays.items())
    return CARD.format(
        title=f"Annotated web documents, {', '.join(snapshots)}",
        configurations=configurations,
        documents=sum(documents_by_language.values()),
        snapshots="snapshot " + snapshots[0] if len(snapshots) == 1 else f"{len(snapshots)} snapshots",
        beside="whose signals are not computed yet" if sample is None
        else "each with its quality signals and MinHash signature beside it",
        example=EXAMPLE_WITHOUT_SIGNALS if sample is None else EXAMPLE,
        folders=own if sample is None else SIGNALS.format(minhash=minhash) + own + SAMPLE.format(sample=sample),
        version=__version__,
        subset="" if subset is None else SUBSET.format_map({**subset, "read": read, "rules": rules_of(subset)}),
        recipes=RECIPES.format(rows="\n".join(each.row for each in recipes)) if recipes else "",
        edited=("" if paragraphs is None else EDITED.format(mode=paragraphs))
        + (EDITED_BY_RECIPE if subset and subset["edited"] else ""),
        artefacts=ARTEFACTS.format(
            rows="\n".join(f"| `{name}` | `{sha256[:12]}` |" for name, sha256 in sorted(artefacts.items()))
        ) if artefacts else "",
        limits=LIMITS.format(sentences=". ".join(limits)) if limits else "",
        languages="\n".join(f"| {name} | {count:,} |" for name, count in sorted(documents_by_language.items())),
    )


def rules_of(subset: Mapping[str, Any]) -> str:
    """The rows of the table of rules."""
    cells = ([cell(rule[key]) for key in ("name", "condition", "source")] for rule in subset["rules"])
    return "\n".join(f"| {name} | {condition} | {source} |" for name, condition, source in cells)


def cell(text: str) -> str:
    """Text of a table, in which the sign that ends a cell is no sign of Markdown's."""
    return text.replace("|", "\\|")
