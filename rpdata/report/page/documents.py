"""Documents that a recipe drops and keeps, with what speaks against them marked in the text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rpdata.decide.values import plain
from rpdata.report.examples import Example, Failure
from rpdata.report.findings import Findings
from rpdata.report.page.markup import Html, element, folded, isolated, joined, section
from rpdata.report.page.numbers import counted
from rpdata.report.page.overview import label, recipe_name

LINES = 24          # of a document that are shown
AROUND = 1          # lines before and after a marked one
WIDTH = 400         # code points of a line that are shown
LEAD = 80           # of these, before the first mark


def documents(found: Findings) -> Html:
    """Examples for each recipe."""
    return section(
        "documents", "Documents kept and dropped",
        element(
            "p", "The first documents of the sample (by the hash of their id) that each rule is the first to drop, "
            "and some that are kept. Numbers beside a line name the failing rules that it speaks for; what a rule "
            "asks of a document as a whole is marked nowhere. Lines that an edit drops are struck through.",
            class_="lead",
        ),
        (of_recipe(found, at) for at in range(len(found.recipes))),
    )


def of_recipe(found: Findings, at: int) -> Html:
    examples = found.examples[at]
    dropped = [example for example in examples if not example.keep]
    kept = [example for example in examples if example.keep]
    return element(
        "div", element("h3", recipe_name(found, at)),
        element("h4", f"Dropped by {label(found, at)}"),
        [shown(example, opened=not number) for number, example in enumerate(dropped)] or element("p", "None."),
        element("h4", f"Kept by {label(found, at)}"),
        [shown(example) for example in kept] or element("p", "None."),
    )


def shown(example: Example, *, opened: bool = False) -> Html:
    """One document; its summary line names it and the rules that it fails."""
    rules = [failure.told.rule for failure in example.failures if failure.told.verdict == "fails"]
    summary = joined([
        element("span", title_of(example), class_="title", dir="auto"),
        element("span", isolated(example.language or "no language"), " · ", isolated(example.doc_id), class_="small"),
        element("span", (element("span", rule, class_="failing", dir="auto") for rule in rules), class_="failings")
        if rules else None,
    ])
    return folded(
        summary,
        element("p", isolated(example.url), class_="small url") if example.url else None,
        failures_list(example.failures) if example.failures else None,
        text_of(example),
        opened=opened, kind="document",
    )


def title_of(example: Example) -> str:
    """Its title, or the first line that has a letter or a digit."""
    candidates = (line.strip()[:WIDTH] for line in (example.title or "", *example.lines))
    return next((line for line in candidates if any(sign.isalnum() for sign in line)), "(no title)")


def failures_list(failures: Sequence[Failure]) -> Html:
    """Each failing rule: its number in the text, value, what was asked, how far off."""
    items = []
    for number, failure in enumerate(failures, 1):
        told = failure.told
        value = plain(told.value) if isinstance(told.value, float) else told.value
        items.append(element(
            "li", element("span", f"{number}", class_=f"badge mark{number % 5}"), " ",
            element("b", isolated(told.rule)), ": ",
            isolated(f"{value}") if value is not None else "fails",
            " dropped where " if told.verdict == "edits" else " where ",
            isolated(told.condition), f" (off by {told.off:.4g})" if told.off else None,
            None if failure.spans else element("i", " – the whole document"),
        ))
    return element("ul", items, class_="failures")


@dataclass(frozen=True)
class Mark:
    """A part of a line, and the number of the rule that it speaks for, or of the edit that drops it."""

    start: int
    end: int
    rule: int
    is_dropped: bool


def text_of(example: Example) -> Html:
    """Lines around the marked ones, else the first ones."""
    marks: dict[int, list[Mark]] = {}
    for number, failure in enumerate(example.failures, 1):
        for span in failure.spans:
            marks.setdefault(span.line, []).append(Mark(span.start, span.end, number, failure.told.verdict == "edits"))
    chosen = chosen_lines(len(example.lines), sorted(marks))
    items: list[Html] = []
    before = -1
    for at in chosen:
        if at > before + 1:
            items.append(gap(at - before - 1))
        items.append(line(at, example.lines[at], sorted(marks.get(at, []), key=lambda m: (m.start, -m.end, m.rule))))
        before = at
    if before + 1 < len(example.lines):
        items.append(gap(len(example.lines) - before - 1))
    if not example.lines:
        return element("p", "The text is empty.", class_="note")
    return element("ol", items, class_="lines", tabindex=0, aria_label="Text")


def chosen_lines(lines: int, marked: Sequence[int]) -> list[int]:
    """At most LINES of them, ascending: the first, then marked ones with their neighbours, then what follows."""
    found: dict[int, None] = dict.fromkeys([0] if lines else [])
    for at in marked:
        for near in range(max(at - AROUND, 0), min(at + AROUND + 1, lines)):
            if len(found) < LINES:
                found[near] = None
    for at in range(lines):
        if len(found) >= LINES:
            break
        found[at] = None
    return sorted(found)


def gap(lines: int) -> Html:
    return element("li", f"… {counted(lines, 'line')} …", class_="skipped")


def line(at: int, content: str, marks: Sequence[Mark]) -> Html:
    """One line with its number, the rules that it speaks for, and the marks."""
    rules = sorted({mark.rule for mark in marks})
    low = max(0, min((mark.start for mark in marks), default=0) - LEAD)
    high = low + WIDTH
    cut = [element("span", f"… {low:,} … ", class_="skipped")] if low else []
    rest = [element("span", f" … {len(content) - high:,} more", class_="skipped")] if len(content) > high else []
    badges = [
        element("span", f"{first}" if first == last else f"{first}–{last}", class_=f"badge mark{first % 5}")
        for first, last in runs(rules)
    ]
    return element(
        "li", element("span", f"{at + 1}", class_="at"), element("span", badges, class_="why"),
        element("span", cut, pieces(content, low, min(high, len(content)), marks), rest, class_="text", dir="auto"),
        class_="dropped" if any(mark.is_dropped for mark in marks) else None,
    )


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of numbers that follow each other."""
    for _, run in groupby(enumerate(numbers), key=lambda each: each[1] - each[0]):
        here = [number for _, number in run]
        yield here[0], here[-1]


def pieces(content: str, low: int, high: int, marks: Sequence[Mark]) -> Iterator[Html | str]:
    """The text from `low` to `high`; a part with several marks has the colour of the first rule."""
    cuts = sorted({low, high, *(at for mark in marks for at in (mark.start, mark.end) if low < at < high)})
    for start, end in pairwise(cuts):
        here = [mark for mark in marks if mark.start <= start and mark.end >= end]
        part = content[start:end]
        if here and all(mark.is_dropped for mark in here):
            yield element("del", part)
            continue
        yield element("mark", part, class_=f"mark{min(mark.rule for mark in here) % 5}") if here else part
