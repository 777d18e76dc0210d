"""Learned recipes: the best share of the documents by a learned score; and the file that holds one."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rpdata.decide.fitted import Quantile, Thresholds
from rpdata.decide.learn_report import Report
from rpdata.decide.recipe import Recipe
from rpdata.decide.rules import Rule
from rpdata.decide.score import Input, Linear, Score, Trees
from rpdata.decide.values import finite
from rpdata.engine.commit import write_atomically
from rpdata.errors import UserError

FORMAT = "rpdata learned recipe 1"


@dataclass(frozen=True, eq=False)
class BestShare(Quantile):
    """The documents of each language whose score is highest."""

    @property
    def name(self) -> str:
        return self.value.label if isinstance(self.value, Score) else super().name


@dataclass(frozen=True, eq=False)
class LearnedRecipe(Recipe):
    """A recipe that `learn` made, possibly joined to other rules since. It is a recipe like all others."""

    @property
    def score(self) -> Score:
        """What it learned; UserError if its rule was taken away."""
        for part in self.rule.walk():
            if isinstance(part, Quantile | Thresholds) and isinstance(part.value, Score):
                return part.value
        raise UserError(f"the recipe {self.name} has no learned rule any more")

    @property
    def report(self) -> Report:
        """How well it tells positives from negatives that it was not fitted to."""
        report = self.score.report
        assert report is not None, "learn and load_learned give one"
        return report

    def save(self, path: str | Path) -> None:
        """Write it to a file that `load_learned` reads, and `--recipe FILE.json`. UserError for a joined one."""
        rule = self.rule
        alone = isinstance(rule, BestShare | Thresholds) and isinstance(rule.value, Score) and rule.at_least
        if not alone:
            raise UserError(
                f"a file holds a learned recipe alone, and {self.name} has other rules too. Save the learned one, and "
                'join them in a recipe file: load_learned("FILE.json") & ...'
            )
        assert isinstance(rule, BestShare | Thresholds)
        asked = {"thresholds": rule.thresholds, "words": rule.words} if isinstance(rule, Thresholds) else \
            {"share": rule.share}
        told = {
            "format": FORMAT,
            "name": self.name,
            "title": self.title,
            "hash": self.hash,
            "unknown": self.unknown,
            "by": rule.by,
            **asked,
            "score": score_as_json(self.score),
            "report": self.report.as_dict(),
        }
        write_atomically(Path(path), (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode())


def learned_recipe(name: str, title: str, score: Score, share: float, by: str | None) -> LearnedRecipe:
    """The recipe that keeps the documents whose score is at least its quantile `share`, by a column of text."""
    return LearnedRecipe(name, BestShare(score, share, True, by), title=title)


def load_learned(path: str | Path) -> LearnedRecipe:
    """The recipe that `LearnedRecipe.save` wrote. UserError if the file is anything else, or was changed."""
    try:
        told = json.loads(Path(path).read_bytes())
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {told['format']!r}, not {FORMAT!r}")
        recipe = recipe_of(told)
        f"{recipe.title}{recipe.report}".encode()       # what cannot be shown is no report
        noted = f"{told['hash']}"
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise UserError(
            f"{path} is no file of a learned recipe ({type(error).__name__}: {error}). learn(...).save(FILE) makes one"
        ) from error
    if recipe.hash != noted:
        raise UserError(
            f"{path} was changed by hand: what it decides has the hash {recipe.hash[:12]}, and the file says "
            f"{noted[:12]}. Bring it back, or learn anew; in Python, rules can be changed and joined"
        )
    return recipe


def recipe_of(told: Mapping[str, Any]) -> LearnedRecipe:
    score = replace(score_of(told["score"]), report=Report.of(told["report"]))
    if not isinstance(told["title"], str):
        raise TypeError(f"its title is {told['title']!r}")
    rule: Rule
    if "thresholds" in told:
        groups = tuple((str(group), finite(at)) for group, at in told["thresholds"])
        rule = Thresholds(score.label, score, groups, told["words"], True, told["by"])
    else:
        rule = BestShare(score, finite(told["share"]), True, told["by"])
    return LearnedRecipe(told["name"], rule, title=told["title"], unknown=told["unknown"])


def score_as_json(score: Score) -> dict[str, Any]:
    """Names beside numbers, for people."""
    inputs = [{"signal": one.name, "median": one.median, "low": one.low, "high": one.high} for one in score.inputs]
    model = score.model
    if isinstance(model, Linear):
        weighted = [{**one, "weight": weight} for one, weight in zip(inputs, model.weights, strict=True)]
        return {"label": score.label, "intercept": model.intercept, "inputs": weighted}
    return {"label": score.label, "base": model.base, "inputs": inputs, "trees": model.trees}


def score_of(told: Mapping[str, Any]) -> Score:
    """The inverse."""
    read = told["inputs"]
    inputs = tuple(Input(one["signal"], *(finite(one[key]) for key in ("median", "low", "high"))) for one in read)
    if "trees" not in told:
        linear = Linear(finite(told["intercept"]), tuple(finite(one["weight"]) for one in read))
        return Score(told["label"], inputs, linear)
    trees = tuple(
        tuple((int(number), finite(bound), int(left), int(right)) for number, bound, left, right in tree)
        for tree in told["trees"]
    )
    refuse_loops(trees, len(inputs))
    return Score(told["label"], inputs, Trees(finite(told["base"]), trees))


def refuse_loops(trees: tuple[tuple[tuple[int, float, int, int], ...], ...], inputs: int) -> None:
    """ValueError for a tree in which one could go on for ever, or beyond its end."""
    for tree in trees:
        for place, (number, bound, left, right) in enumerate(tree):
            ahead = number < 0 or (number < inputs and place < left < len(tree) and place < right < len(tree))
            if not ahead or not math.isfinite(bound):
                raise ValueError(f"node {place} of a tree leads nowhere")
