"""Rules as nested tuples, and what they say of a row, by the definitions: one case for each kind, nothing shared."""

import math

from hypothesis import strategies as st

from rpdata.decide import Rule, all_of, any_of, col, rule, sample
from rpdata.decide.values import Value, value_of

NUMBERS = ("x", "y", "n")
LINES = ("rps_lines_a", "rps_lines_b")
LANGUAGES = ("de", "en", "fr")

floats = st.sampled_from([0.0, -0.0, 0.1, 0.2, 0.30000000000000004, 1.0, 2.5, 3.0, -1.0, 1e308, -1e308, 1e-308])
integers = st.sampled_from([0, 1, 2, 3, 50, 2**53 + 1])
bounds = st.sampled_from([-1.0, 0.0, 0.1, 0.3, 1.0, 2.5, 3.0, 50.0])

values = st.recursive(
    st.one_of(
        st.tuples(st.just("column"), st.sampled_from(NUMBERS)),
        st.tuples(st.just("lines"), st.sampled_from(LINES)),
        st.tuples(st.just("number"), bounds),
    ),
    lambda inner: st.tuples(st.sampled_from("+-*/"), inner, inner),
    max_leaves=4,
)
conditions = st.one_of(
    st.tuples(st.just("between"), values, bounds, bounds, st.sampled_from(["both", "left", "right", "none"])),
    st.tuples(st.sampled_from([">=", ">", "<=", "<", "==", "!="]), values, bounds),
    st.tuples(st.sampled_from(["has any", "has none"]), st.lists(st.sampled_from(["a", "b", "ü"]), max_size=2)),
    st.tuples(st.just("in"), st.lists(st.sampled_from(["a", "b", "ü"]), max_size=2)),
)
rules = st.recursive(
    st.one_of(
        st.tuples(st.just("rule"), conditions),
        st.tuples(st.just("sample"), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 2)),
    ),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
        st.tuples(st.just("not"), inner),
        st.tuples(st.just("language"), inner, st.sampled_from(LANGUAGES), st.one_of(st.none(), inner)),
    ),
    max_leaves=6,
)
rows = st.fixed_dictionaries({
    "doc_id": st.sampled_from([f"2023-06/0000/en_head.json.gz/{number}" for number in range(9)]),
    "language": st.one_of(st.none(), st.sampled_from(LANGUAGES)),
    "source_domain": st.sampled_from([None, "a", "b", "ü"]),
    "x": st.one_of(st.none(), floats, st.just(math.nan)),
    "y": st.one_of(st.none(), floats),
    "n": st.one_of(st.none(), integers),
    "rps_lines_a": st.one_of(st.none(), st.lists(st.one_of(st.none(), st.integers(0, 1)), max_size=3)),
    "rps_lines_b": st.lists(st.integers(0, 100), max_size=2),
    "names": st.one_of(st.none(), st.lists(st.sampled_from(["a", "b", "ü"]), max_size=3)),
})


def built_value(spec) -> Value:
    kind, *of = spec
    if kind == "column":
        return col(of[0])
    if kind == "lines":
        return col(of[0]).sum()
    if kind == "number":
        return value_of(of[0])
    left, right = map(built_value, of)
    return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right,
            "/": lambda: left / right}[kind]()


def built(spec) -> Rule:
    """The rule of a spec; a condition's name is the condition, so that two rules of one name are the same."""
    kind, *of = spec
    if kind == "rule":
        condition, *rest = of[0]
        name = repr(of[0]).translate(dict.fromkeys(map(ord, "()[]"), "'"))
        if condition == "in":
            return rule(name, col("source_domain").is_in(rest[0]))
        if condition.startswith("has"):
            return rule(name, (col("names").has_any if condition == "has any" else col("names").has_none)(rest[0]))
        value = built_value(rest[0])
        if condition == "between":
            return rule(name, value.is_between(*rest[1:3], closed=rest[3]))
        return rule(name, {
            ">=": value.__ge__, ">": value.__gt__, "<=": value.__le__, "<": value.__lt__, "==": value.__eq__,
            "!=": value.__ne__,
        }[condition](rest[1]))
    if kind == "sample":
        fraction, seed = of
        return rule(f"sample {fraction} {seed}", sample(fraction, seed))
    if kind == "not":
        return ~built(of[0])
    if kind == "language":
        inner, language, other = of
        return built(inner).for_language(language, None if other is None else built(other))
    return (all_of if kind == "all" else any_of)(*map(built, of[0]))


def number(spec, row):
    """A float, or None where there is none."""
    kind, *of = spec
    if kind == "column":
        found = row[of[0]]
        return None if found is None or math.isnan(found) else float(found)
    if kind == "lines":
        return None if row[of[0]] is None else float(sum(each for each in row[of[0]] if each is not None))
    if kind == "number":
        return of[0]
    left, right = (number(each, row) for each in of)
    if left is None or right is None:
        return None
    if kind == "/":
        found = None if right == 0 else left / right
    else:
        found = left + right if kind == "+" else left - right if kind == "-" else left * right
    return None if found is None or math.isnan(found) else found


def truth(spec, row):
    """True, False, or None: Kleene's tables."""
    kind, *of = spec
    if kind == "rule":
        return condition_truth(of[0], row)
    if kind == "sample":
        return sample(*of).of(Only(row["doc_id"]))
    if kind == "not":
        return {True: False, False: True, None: None}[truth(of[0], row)]
    if kind == "language":
        inner, language, other = of
        if row["language"] != language:
            return truth(inner, row)
        return True if other is None else truth(other, row)
    order = [False, None, True]
    return (min if kind == "all" else max)((truth(each, row) for each in of[0]), key=order.index)


def condition_truth(spec, row):
    kind, *of = spec
    if kind == "in":
        return None if row["source_domain"] is None else row["source_domain"] in of[0]
    if kind.startswith("has"):
        return None if row["names"] is None else bool(set(row["names"]) & set(of[0])) == (kind == "has any")
    value = number(of[0], row)
    if value is None:
        return None
    if kind == "between":
        low, high, closed = of[1:]
        return (value > low or (value == low and closed in ("both", "left"))) and \
            (value < high or (value == high and closed in ("both", "right")))
    bound = of[1]
    return {">=": value >= bound, ">": value > bound, "<=": value <= bound, "<": value < bound, "==": value == bound,
            "!=": value != bound}[kind]


class Only:
    """A row of which only the doc_id is looked at."""

    def __init__(self, doc_id: str) -> None:
        self.doc_id = doc_id

    def text(self, name: str) -> str:
        assert name == "doc_id"
        return self.doc_id
