"""What `rpdata recipes` prints."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from rpdata.decide.algebra import asked, sources
from rpdata.decide.contradictions import contradictions
from rpdata.decide.difference import Difference
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule
from rpdata.terminal import console, counted, print_json
from rpdata.terminal_width import print_stacked, room

UNKNOWN = {
    "keep": "A document is kept unless a rule is false of it.",
    "drop": "A document is kept only where every rule is true of it.",
}


def print_recipes(recipes: Sequence[Recipe], *, as_json: bool) -> None:
    """A line for each recipe."""
    if as_json:
        print_json([described(recipe) for recipe in recipes])
        return
    table = Table("recipe", "rules", "edits", "title", box=None, pad_edge=False)
    for column in table.columns[1:3]:
        column.justify = "right"
    for recipe in recipes:
        table.add_row(escape(recipe.name), str(len(recipe.rules)), str(len(recipe.edits) or ""), escape(recipe.title))
    table.columns[0].no_wrap = True
    console.print(table, width=room(), soft_wrap=False)
    console.print("Next: rpdata recipes show RECIPE")


def print_recipe(recipe: Recipe, *, as_json: bool) -> None:
    """Its rules and edits, with what they ask and where they come from."""
    if as_json:
        print_json(described(recipe))
        return
    console.print(escape(f"{recipe.name}: {recipe.title}" if recipe.title else recipe.name))
    table = Table("rule", "a document is kept where", "source", box=None, pad_edge=False)
    for step in recipe.steps:
        table.add_row(*map(escape, (step.name, f"({asked(step)})" if step.is_edit else asked(step), sources(step))))
    print_stacked(table, names=1)
    console.print(UNKNOWN[recipe.unknown])
    for note in contradictions(recipe):
        console.print(f"Note: {escape(note)}.")
    if recipe.edits:
        console.print("Rules below an edit (in brackets) see the lines that it left.")
    edits = f", {counted(len(recipe.edits), 'edit')}" if recipe.edits else ""
    console.print(f"{counted(len(recipe.rules), 'rule')}{edits}, hash {recipe.hash[:12]}")


def print_difference(found: Difference, *, as_json: bool) -> None:
    """What one has and the other does not; - is the first, + the second."""
    if as_json:
        print_json(found.as_dict())
        return
    renamed = [(one, two) for one in found.only_first for two in found.only_second if asks_the_same(one, two)]
    others = [rule for pair in renamed for rule in pair]
    lines = [f"- {rule}" for rule in found.only_first if rule not in others]
    lines += [line for one, two in (*found.changed, *renamed) for line in (f"- {one}", f"+ {two}")]
    lines += [f"+ {rule}" for rule in found.only_second if rule not in others]
    lines += [f"{one.name} and {two.name} ask the same." for one, two in renamed]
    if found.first.unknown != found.second.unknown:
        lines += [f"- unknown: {found.first.unknown}", f"+ unknown: {found.second.unknown}"]
    for line in lines:
        console.print(escape(line))
    names = f"{found.first.name} and {found.second.name}"
    noun = "step" if found.first.edits or found.second.edits else "rule"
    told = "decide alike" if found.is_empty else f"have {counted(len(found.common), noun)} in common"
    if found.has_other_order:
        told += ", and their edits in another order"
    console.print(escape(f"{names} {told}."))


def asks_the_same(one: Rule, two: Rule) -> bool:
    """Whether two rules differ in name and source alone; what is printed of them tells their languages too."""
    conditions = [str(rule).removeprefix(f"{rule.name}: ") for rule in (one, two)]
    return one.is_edit == two.is_edit and conditions[0] == conditions[1]


def described(recipe: Recipe) -> dict[str, Any]:
    """As JSON values."""
    return {
        "name": recipe.name,
        "title": recipe.title,
        "hash": recipe.hash,
        "unknown": recipe.unknown,
        "rules": [
            {
                "name": step.name, "condition": asked(step), "source": sources(step), "columns": sorted(step.columns),
                "edit": step.is_edit,
            }
            for step in recipe.steps
        ],
    }
