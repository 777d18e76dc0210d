"""Recipes as they are named on the command line: "gopher" is one of `rpdata.recipes`, "mine.py:strict" a user's."""

import contextlib
import linecache
import sys
import tokenize
import types
from dataclasses import replace
from pathlib import Path

import xxhash

from rpdata.annotate.signals_file import advice, said, where
from rpdata.decide.learned import load_learned
from rpdata.decide.recipe import NAME, Recipe
from rpdata.decide.rules import Rule
from rpdata.errors import UserError, unknown_name
from rpdata.recipes import RECIPES

EXAMPLE = """\
    from rpdata.decide import Recipe, col, rule

    strict = Recipe("strict", rule("long", col("rps_doc_word_count") >= 200))"""


def recipe_named(name: str) -> Recipe:
    """The recipe of that name, or that a file has: FILE.py:NAME, or FILE.json that `learn` saved. UserError if not."""
    if name.endswith(".json"):
        return load_learned(name)
    path, colon, variable = name.rpartition(":")
    if colon and path.endswith(".py"):
        return recipe_of_file(Path(path), variable)
    if name.endswith(".py"):
        raise UserError(f"which recipe of {name} is meant? {name}:NAME. It has: {listed(recipes_in(Path(name)))}")
    if name not in RECIPES:
        raise unknown_name("recipe", name, RECIPES)
    return RECIPES[name]


def recipe_of_file(path: Path, variable: str) -> Recipe:
    """The recipe, or the rule, that a file calls so. It has that name here, whatever it was made of."""
    found = recipes_in(path)
    if variable not in found:
        raise unknown_name(f"recipe of {path}:", variable, found)
    recipe = found[variable]
    if not NAME.fullmatch(variable):
        raise UserError(f"a recipe cannot be called {variable!r}: a name begins with a letter. Call it otherwise")
    return replace(recipe, name=variable) if isinstance(recipe, Recipe) else Recipe(variable, recipe)


def recipes_in(path: Path) -> dict[str, Recipe | Rule]:
    """All recipes and rules of a Python file, which is executed. UserError if that fails, or it has none."""
    try:
        with tokenize.open(path) as file:
            source = file.read()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not a Python file: {error}") from error
    except FileNotFoundError as error:
        beside = [str(other) for other in path.parent.glob("*.py")]
        hint = f": {unknown_name('file', str(path), beside)}" if beside else f", nor any other .py in {path.parent}/"
        raise UserError(f"there is no {path}{hint}") from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    module = types.ModuleType(f"rpdata_recipes_{xxhash.xxh3_64_hexdigest(source.encode())}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module       # dataclasses look their module up there
    linecache.cache[str(path)] = (len(source), None, source.splitlines(keepends=True), str(path))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(source, str(path), "exec", dont_inherit=True), module.__dict__)
    except UserError as error:
        raise UserError(f"{path}{where(error, str(path))}: {error}") from error
    except (Exception, SystemExit) as error:
        raise UserError(f"{path} can't be executed{where(error, str(path))}: {said(error)}{advice(error)}") from error
    found = {name: value for name, value in vars(module).items() if isinstance(value, (Recipe, Rule))}
    if not found:
        raise UserError(f"{path} has no recipe. A recipe is made of rules:\n{EXAMPLE}")
    return found


def listed(found: dict[str, Recipe | Rule]) -> str:
    """Recipes, or if there are none, rules."""
    recipes = [name for name, value in found.items() if isinstance(value, Recipe)]
    return ", ".join(recipes or found)
