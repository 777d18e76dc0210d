"""Recipes with edits as lists of steps, and what they say of a row, by the definitions."""

from hypothesis import strategies as st

from rpdata.decide import Recipe, all_of, col, drop_lines, line, lines, rule, share

COLUMNS = ("a", "b", "u")       # of counts, and of fractions
LANGUAGES = ("de", "en")

numbers = st.one_of(st.none(), st.integers(0, 3))
bounds = st.sampled_from([0.0, 0.5, 1.0, 2.0])
comparisons = st.tuples(st.sampled_from(COLUMNS), st.sampled_from(["<", ">=", "==", "!="]), bounds)
edits = st.tuples(st.just("drop"), comparisons, st.sampled_from([None, *LANGUAGES]))
values = st.one_of(
    st.tuples(st.sampled_from(["sum", "mean"]), st.sampled_from(COLUMNS[:2])),
    st.tuples(st.just("share"), comparisons), st.just(("lines",)), st.just(("language",)),
)
steps = st.lists(st.one_of(edits, st.tuples(st.just("rule"), values, bounds)), max_size=6)


@st.composite
def rows(draw):
    size = draw(st.integers(0, 4))
    found = {name: draw(st.lists(numbers, min_size=size, max_size=size)) for name in COLUMNS}
    found["u"] = [None if value is None else value / 2 for value in found["u"]]
    lengths = draw(st.lists(st.integers(1, 9), min_size=size, max_size=size))
    ends = [sum(lengths[: number + 1]) for number in range(size)]
    whole = {"language": draw(st.sampled_from([None, *LANGUAGES])), "words": draw(st.integers(0, 3))}
    starts = [end - length for end, length in zip(ends, lengths, strict=True)]
    return {**whole, **found, "line_start": starts, "line_end": ends}


def condition(value, bound):
    kind, *of = value
    if kind == "language":
        return col("language").is_in(["en"])
    return {
        "sum": lambda: line(*of).sum(), "mean": lambda: line(*of).mean(), "share": lambda: share(compared(*of[0])),
        "lines": lines,
    }[kind]() >= bound


def compared(column, sign, bound):
    value = line(column)
    return {"<": value < bound, ">=": value >= bound, "==": value == bound, "!=": value != bound}[sign]


def built(spec) -> Recipe:
    """A rule about the whole text first; steps have the names of their places."""
    parts = [rule("whole", col("words") >= 1)]
    for number, (kind, *of) in enumerate(spec):
        if kind == "drop":
            edit = drop_lines(f"e{number}", compared(*of[0]))
            parts.append(edit if of[1] is None else all_of().for_language(of[1], edit))
        else:
            parts.append(rule(f"r{number}", condition(*of)))
    return Recipe("some", all_of(*parts))


def holds(value, sign, bound):
    return None if value is None else {"<": value < bound, ">=": value >= bound, "==": value == bound,
                                       "!=": value != bound}[sign]


def told(spec, row) -> tuple[dict, list]:
    """({rule: True, False or None}, for each edit (lines, characters, lines of which it cannot tell))."""
    left = list(range(len(row["line_start"])))
    verdicts, dropped = {"whole": row["words"] >= 1}, []
    for number, (kind, *of) in enumerate(spec):
        if kind == "rule":
            verdicts[f"r{number}"] = verdict(of[0], of[1], row, left)
        elif of[1] in (None, row["language"]):
            (column, sign, bound) = of[0]
            said = {place: holds(row[column][place], sign, bound) for place in left}
            gone = [place for place, true in said.items() if true]
            characters = sum(row["line_end"][place] - row["line_start"][place] for place in gone)
            dropped.append((len(gone), characters, sum(true is None for true in said.values())))
            left = [place for place in left if place not in gone]
        else:
            dropped.append((0, 0, 0))
    return verdicts, dropped


def verdict(value, bound, row, left):
    kind, *of = value
    if kind == "language":
        return None if row["language"] is None else row["language"] == "en"
    if kind == "lines":
        return len(left) >= bound
    if kind == "share":
        known = [said for place in left if (said := holds(row[of[0][0]][place], *of[0][1:])) is not None]
        return sum(known) / len(known) >= bound if known else None
    known = [row[of[0]][place] for place in left if row[of[0]][place] is not None]
    if kind == "mean":
        return sum(known) / len(known) >= bound if known else None
    return sum(known) >= bound
