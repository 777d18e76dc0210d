"""A dataset whose texts try to break out of the page that shows them."""

from pathlib import Path

from dedup.annotated import annotated

SCRIPT = "<script>alert('text')</script>"
OVERRIDE, ISOLATE, NUL, ESCAPE = "\u202e", "\u2066", "\x00", "\x1b[31m"
LONG = "x" * 3000
SCRIPTS = "العربية עברית हिन्दी 日本語 русский 👩‍👩‍👧‍👦"
TEXTS = [
    f"{SCRIPT}\n</style></title><!-- &lt;b&gt; ]]>\n" + "one line that is here twice, as lines are\n" * 2,
    f"turned {OVERRIDE}round{ISOLATE} and {NUL} and {ESCAPE} and\r a carriage\n{{ }}\n{LONG}",
    f"{SCRIPTS}\n" * 3,
    "A plain page of some words. It has three sentences. This is the third one, and it ends here.",
]
RECORDS = [
    {
        "raw_content": text, "title": f"<b>{SCRIPT}{OVERRIDE}", "url": "javascript:alert(document.domain)",
        "source_domain": f'"><img src=x onerror=alert({number})>{OVERRIDE}',
    }
    for number, text in enumerate(TEXTS)
]
MINE = '''
from rpdata.decide import Recipe, col, drop_lines, line, lines, rule

FEW = drop_lines("few <words>", line("rps_lines_num_words") < 3, source="<i>a guess</i>")
ALL = rule('long "<script>"', col("rps_doc_word_count") >= 10_000, source="<script>alert(0)</script>")
NO_CURLY = rule("no_curly", col("rps_doc_curly_bracket") == 0)
NO_REPEATS = rule("no_repeats", col("rps_doc_frac_chars_dupe_5grams") <= 0.1)
ENOUGH = rule("enough", lines() >= 2)
none = Recipe("none", ALL & NO_CURLY & NO_REPEATS & FEW & ENOUGH, title="<script>alert(1)</script>")
'''


def hostile_dataset(folder: Path) -> Path:
    """In two languages and three buckets."""
    return annotated(folder / "out <b>", folder / "crawl", {
        "2023-06/0000/en_head": RECORDS, "2023-06/0000/en_tail": RECORDS[:2], "2023-14/0000/de_middle": RECORDS[1:],
    })


def hostile_recipes(folder: Path) -> Path:
    """A file with a recipe that keeps nothing."""
    (folder / "mine.py").write_text(MINE)
    return folder / "mine.py"
