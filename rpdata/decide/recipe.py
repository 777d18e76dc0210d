"""A recipe: a rule with a name, and what becomes of documents of which it cannot tell."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NoReturn, get_args

from rpdata.decide.algebra import all_of, ordered, segments
from rpdata.decide.rules import Rule
from rpdata.decide.sample_row import SampleRow
from rpdata.decide.values import Row
from rpdata.errors import UserError, unknown_name
from rpdata.ledger import configuration_hash

if TYPE_CHECKING:
    from rpdata.dataset import Dataset

Unknown = Literal["keep", "drop"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, eq=False)
class Recipe:
    """Keeps a document unless its rule is false of it; with unknown="drop", only where it is true.

    Equal recipes decide alike: name and title do not count. A recipe takes & and the changes of a rule (`without`,
    `replace`, `for_language`), which leave it its name and not its title. Called with a row of RedPajama-V2 it says
    whether the document is kept.

    Attributes
    ----------
    name: of letters, digits, dots, dashes and underscores; decisions are in a folder that begins with it.
    rule: what is asked of a document; its conjuncts are the recipe's rules and edits.
    unknown: what becomes of a document for which the rule is null.
    """

    name: str
    rule: Rule
    title: str = ""
    unknown: Unknown = "keep"

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise UserError(
                f"a recipe cannot be called {self.name!r}: use letters, digits, dots, dashes and underscores"
            )
        if not isinstance(self.rule, Rule):
            raise UserError(f"the recipe {self.name} is made of {self.rule!r}, which is no rule: rule(...) makes one")
        if self.unknown not in get_args(Unknown):
            raise unknown_name("value of unknown=", self.unknown, get_args(Unknown))
        names = [part.name for part in self.steps]
        for name in names:
            if names.count(name) > 1:
                raise UserError(
                    f"the recipe {self.name} has two rules that are called {name!r} and differ. Call one of them "
                    "otherwise, or leave it away: .without(...) before they are joined"
                )

    @property
    def steps(self) -> tuple[Rule, ...]:
        """Rules and edits in the order in which they were joined."""
        return self.rule.conjuncts

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Those of which every one has to be true, in their order."""
        return tuple(step for step in self.steps if not step.is_edit)

    @property
    def edits(self) -> tuple[Rule, ...]:
        """Those that drop lines, in their order; what is left of a kept document is what they all leave."""
        return tuple(step for step in self.steps if step.is_edit)

    @property
    def segments(self) -> list[tuple[tuple[Rule, ...], tuple[Rule, ...]]]:
        """(edits, rules that see what they left), ...; the first without edits."""
        return segments(self.steps)

    @cached_property
    def table(self) -> tuple[Rule, ...]:
        """The same in the order of their names: `failed` and `abstained` of a decision are numbers of these.

        Equal recipes have equal tables.
        """
        return tuple(sorted(self.rules, key=lambda part: part.name))

    @property
    def hash(self) -> str:
        """32 hexadecimal digits that stand for all that it decides."""
        return configuration_hash({"rules": ordered(self.steps), "unknown": self.unknown})

    @property
    def readers(self) -> set[str]:
        """Its hash and those of its rules: by them it may read what was computed for it, or for fewer rules."""
        return {self.hash} if self.edits else {self.hash, *(rule.hash for rule in self.rules)}

    @property
    def folder(self) -> str:
        """The overlay of its decisions."""
        return f"decisions/{self.name}-{self.hash[:12]}"

    def __call__(self, sample: Mapping[str, Any]) -> bool:
        """Whether a row of RedPajama-V2 is kept; the same as the decision on that document in a dataset.

        sample: has `quality_signals`, a dict or its JSON, and `meta` and `doc_id` if a rule looks at those.
        UserError for a signal that the row does not have, and for a recipe that has to be fitted first.
        """
        return self.keeps(SampleRow(sample))

    def keeps(self, row: Row) -> bool:
        """Whether a document is kept; UserError as for a sample."""
        found = self.rule.of(row)
        return found is not False if self.unknown == "keep" else found is True

    def fit(self, dataset: "Dataset") -> "Recipe":
        """With constants in the place of what depends on a whole dataset, such as the thresholds of `quantile`."""
        from rpdata.decide.fitted import fitted

        return replace(self, rule=fitted(self.rule, dataset))

    @property
    def is_fitted(self) -> bool:
        """Whether it can decide on a document by itself."""
        return not any(part.is_global for part in self.rule.walk())

    def without(self, name: str) -> "Recipe":
        """See `Rule.without`."""
        return replace(self, rule=self.rule.without(name), title="")

    def replace(
        self, name: str, rule: Rule | None = None, *, low: float | None = None, high: float | None = None
    ) -> "Recipe":
        """See `Rule.replace`."""
        return replace(self, rule=self.rule.replace(name, rule, low=low, high=high), title="")

    def for_language(self, language: str, rule: "Rule | Recipe | None") -> "Recipe":
        """See `Rule.for_language`."""
        other = rule.rule if isinstance(rule, Recipe) else rule
        return replace(self, rule=self.rule.for_language(language, other), title="")

    def __and__(self, other: "Rule | Recipe") -> "Recipe":
        if isinstance(other, Recipe):
            if other.unknown != self.unknown:
                raise UserError(
                    f"{self.name} says unknown={self.unknown!r} and {other.name} unknown={other.unknown!r}: "
                    "join their rules, Recipe(name, a.rule & b.rule, unknown=...)"
                )
            return Recipe(f"{self.name}_{other.name}", all_of(self.rule, other.rule), unknown=self.unknown)
        return replace(self, rule=all_of(self.rule, other), title="") if isinstance(other, Rule) else NotImplemented

    def __rand__(self, other: Rule) -> "Recipe":
        return replace(self, rule=all_of(other, self.rule), title="") if isinstance(other, Rule) else NotImplemented

    def __or__(self, other: object) -> NoReturn:
        joined = f"{other.name}.rule" if isinstance(other, Recipe) else "other"
        raise self._only_rules("|", f"{self.name}.rule | {joined}")

    def __ror__(self, other: object) -> NoReturn:
        raise self._only_rules("|", f"other | {self.name}.rule")

    def __invert__(self) -> NoReturn:
        raise self._only_rules("~", f"~{self.name}.rule")

    def _only_rules(self, sign: str, asked: str) -> UserError:
        return UserError(
            f"{self.name} is a recipe, and {sign} is for rules: a recipe also says what becomes of documents of which "
            f"it cannot tell. Say that anew: Recipe(NAME, {asked}), or that with unknown='drop'"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __str__(self) -> str:
        heading = f"{self.name}: {self.title}" if self.title else self.name
        return "\n".join([heading, *(f"    {step}" for step in self.steps)])
