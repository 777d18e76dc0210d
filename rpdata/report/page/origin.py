"""Where all this comes from, and how to make it again."""

import json
import shlex

from rpdata.report.findings import Findings
from rpdata.report.page.markup import (
    Html,
    breakable,
    element,
    folded,
    head,
    isolated,
    number,
    scrolled,
    section,
    table,
)
from rpdata.report.page.numbers import counted, size_of
from rpdata.report.page.overview import recipe_name
from rpdata.report.provenance import Step

INPUTS = 60         # files that are named


def origin(found: Findings) -> Html:
    """The last section."""
    told = found.provenance
    inputs = ", ".join(f"{counted(files, f'{kind} file')} ({size_of(size)})"
                       for kind, (files, size) in sorted(told.inputs.items()))
    facts = [
        ("Dataset", told.name), ("Made with", f"rpdata {told.version}"), ("Read from", inputs),
        ("Units", f"{told.units:,}, {told.units_without_documents:,} of them without documents"),
        ("Code that decides", told.deciding),
    ]
    return section(
        "provenance", "Provenance",
        element("dl", (element("div", element("dt", name), element("dd", isolated(value))) for name, value in facts),
                class_="list"),
        folded(f"Input files ({len(told.files):,})", inputs_table(found)) if told.files else None,
        element("h3", "Recipes"), recipes_table(found),
        element("h3", "Steps"), steps_table(found),
        artefacts(found),
        element("h3", "To make it again"),
        element("pre", element("code", "\n".join(commands(found)), dir="ltr"), tabindex=0, aria_label="Commands"),
    )


def inputs_table(found: Findings) -> Html:
    """The first files that were read."""
    files = found.provenance.files
    rows = [
        [element("th", element("code", breakable(f"{file.unit}: {file.name}")), scope="row"),
         number(size_of(file.bytes)), element("td", element("code", file.xxh3))]
        for file in files[:INPUTS]
    ]
    more = element("p", f"and {len(files) - INPUTS:,} more.") if len(files) > INPUTS else None
    heads = [head("Unit and file"), head("Bytes", numeric=True), head("xxh3")]
    return element("div", scrolled("Input files", table("Input files", heads, rows, hidden=True)), more)


def recipes_table(found: Findings) -> Html:
    rows = [
        [element("th", recipe_name(found, at), scope="row"), element("td", element("code", recipe.hash)),
         element("td", element("code", breakable(recipe.folder)))]
        for at, recipe in enumerate(found.recipes)
    ]
    return scrolled("Recipes", table("Recipes by the hash of what they decide", [
        head("Recipe"), head("Hash of all that it decides"), head("Decisions")], rows, hidden=True))


def steps_table(found: Findings) -> Html:
    rows = [
        [element("th", element("code", breakable(step.name)), scope="row"), number(step.totals["units"]),
         number(step.totals["read"]), number(step.totals["written"]),
         number(sum(step.totals["dropped"].values())), number(step.totals["failed"]), number(size_of(step.bytes)),
         element("td", options_of(step))]
        for step in found.provenance.steps
    ]
    heads = [head("Step"), *(head(name, numeric=True) for name in (
        "Units", "Read", "Written", "Dropped", "Failed", "On disk")), head("Made with")]
    return scrolled("Steps", table("What the ledger says of each step", heads, rows, hidden=True))


def options_of(step: Step) -> Html:
    """Its options, and the hashes of code, artefact and configuration that its columns were made with."""
    dropped = [f"dropped {reason}: {number:,}" for reason, number in step.totals["dropped"].items()]
    options = [f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in step.options.items()]
    hashes = [f"{counted(times, 'column')} {version}" for version, times in step.versions.items()]
    lines = [*dropped, *options, *hashes]
    if not lines:
        return element("span", "–")
    return folded(f"{len(lines)} facts" if len(lines) > 1 else "1 fact",
                  element("ul", (element("li", isolated(each)) for each in lines), class_="small-list"))


def artefacts(found: Findings) -> Html | None:
    """Models and lists that feed signals."""
    known = found.provenance.artefacts
    if not known:
        return None
    rows = [[isolated(name), element("td", element("code", sha256[:16]))] for name, sha256 in sorted(known.items())]
    return element("div", element("h3", "Models and lists"), folded(
        counted(len(known), "artefact"), scrolled("Artefacts", table("Models and lists that feed signals", [
            head("Artefact"), head("sha256 begins with")], rows, hidden=True))))


def commands(found: Findings) -> list[str]:
    """What was run, as far as the manifest says."""
    told = found.provenance
    steps = dict.fromkeys(step.command for step in told.steps if not step.name.startswith("decisions/"))
    filters = [f"rpdata filter {shlex.quote(told.name)} --recipe {shlex.quote(name)}" for name in found.named]
    names = shlex.quote(",".join(found.named))
    return [*steps, *filters, f"rpdata report {shlex.quote(told.name)} --recipes {names}"]
