"""What a definition in a Python file depends on within that file: the statements it mentions, directly or not."""

import ast
import symtable
from collections import defaultdict
from dataclasses import dataclass

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Statement:
    """A statement at the top of a file: its lines, the names that it binds and those that it mentions.

    has_effects: it may change what a name means without binding it, such as `WORDS.add("x")` or a loop.
    """

    first: int
    last: int
    source: str
    binds: frozenset[str]
    mentions: frozenset[str]
    has_effects: bool


class Statements:
    """The top of one file, by what each statement binds and mentions.

    An import counts name by name, so that another name beside it changes nothing; all else as it is written.
    """

    def __init__(self, source: str) -> None:
        lines = source.splitlines(keepends=True)
        self._statements: list[Statement] = []
        for node in ast.parse(source).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._statements += imports(node)
            else:
                self._statements.append(statement(node, lines))

    def behind(self, line: int) -> list[str]:
        """The sources of the statement that has the line and of all that it depends on, in the file's order."""
        binding: dict[str, set[int]] = defaultdict(set)
        affecting: dict[str, set[int]] = defaultdict(set)
        for number, part in enumerate(self._statements):
            for name in part.binds:
                binding[name].add(number)
            if part.has_effects:
                for name in part.mentions:
                    affecting[name].add(number)
        waiting = {number for number, part in enumerate(self._statements) if part.first <= line <= part.last}
        found: set[int] = set()
        while waiting:
            number = waiting.pop()
            found.add(number)
            for name in self._statements[number].mentions | self._statements[number].binds:
                makers = binding[name]
                if any(not is_import(self._statements[maker]) for maker in makers):
                    makers = makers | affecting[name]
                waiting |= makers - found
        return [self._statements[number].source for number in sorted(found)]


def is_import(part: Statement) -> bool:
    return part.first == 0


def imports(node: ast.Import | ast.ImportFrom) -> list[Statement]:
    """A statement for each name that an import binds; it has no line, because no definition is in it."""
    module = f"from {'.' * node.level}{node.module or ''} " if isinstance(node, ast.ImportFrom) else ""
    parts = []
    for alias in node.names:
        bound = frozenset([alias.asname or alias.name.partition(".")[0]])
        parts.append(Statement(0, 0, f"{module}import {alias.name} as {alias.asname}", bound, frozenset(), False))
    return parts


def statement(node: ast.stmt, lines: list[str]) -> Statement:
    decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    top = symtable.symtable(ast.unparse(node), "statement", "exec")
    mentions = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    scopes = top.get_children()
    while scopes:
        scope = scopes.pop()
        mentions |= {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global()}
        scopes += scope.get_children()
    return Statement(
        first,
        node.end_lineno or first,
        "".join(lines[first - 1 : node.end_lineno]),
        frozenset(s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()),
        frozenset(mentions),
        may_change_others(node),
    )


def may_change_others(node: ast.stmt) -> bool:
    """Whether a statement may change what a name means that it does not bind: `WORDS["x"] = 1`, `x = WORDS.pop()`."""
    if isinstance(node, DEFINITIONS):
        return False
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return True
    return any(
        isinstance(part, ast.Call)
        or (isinstance(part, ast.Subscript | ast.Attribute) and isinstance(part.ctx, ast.Store))
        for part in ast.walk(node)
    )
