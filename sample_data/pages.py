"""Makes the pages of the sample from the texts: what stands on a page, but not how it is stored (see build.py).

Every page comes from a seeded generator, so that the same pages come out on each run.
"""

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).with_name("texts")
MAIN_LANGUAGES = ("en", "de", "fr", "es", "it")
OTHER_LANGUAGES = ("ar", "el", "fi", "hi", "ja", "nl", "pl", "pt", "ru", "vi", "zh")
Furniture = dict[str, Any]


@dataclass(frozen=True)
class Article:
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """One page as a crawler sees it. Quality 0 is running prose, 1 a mixed page, 2 a page without prose."""

    language: str
    kind: str
    url: str
    title: str
    text: str
    quality: int


def articles(name: str) -> list[Article]:
    """The articles of texts/<name>.txt: a title line that starts with '# ', then one paragraph on each line."""
    parts = ("\n" + (TEXTS / f"{name}.txt").read_text("utf-8")).split("\n# ")[1:]
    return [Article(lines[0], tuple(lines[1:])) for lines in (part.rstrip("\n").split("\n") for part in parts)]


def furniture(language: str) -> Furniture:
    return tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8"))


def address(rng: random.Random, language: str, kind: str) -> str:
    """An address under .example, which belongs to nobody."""
    host = f"{rng.choice(['www.', ''])}{rng.choice(['alder', 'birch', 'cedar', 'hazel', 'larch', 'maple', 'rowan'])}"
    return f"https://{host}-{kind}.example/{language}/{rng.randrange(10_000, 99_999)}"


def date(rng: random.Random) -> str:
    return f"{rng.randrange(1, 29)}.{rng.randrange(1, 13)}.{rng.randrange(2008, 2026)}"


def header(rng: random.Random, words: Furniture) -> list[str]:
    lines = rng.sample(words["navigation"], rng.randrange(4, 9))
    return [" | ".join(lines)] if rng.random() < 0.3 else lines


def blog(rng: random.Random, prose: list[Article], words: Furniture) -> Article:
    """A few paragraphs between the furniture of a site."""
    article = rng.choice(prose)
    length = rng.randrange(1, 4)
    start = rng.randrange(0, max(1, len(article.paragraphs) - length))
    comments = [line for answer in rng.sample(words["answers"], 2) for line in (posted(rng, words), answer)]
    return Article(
        article.title,
        (
            *header(rng, words),
            words["cookies"],
            article.title,
            *article.paragraphs[start : start + length],
            rng.choice(words["more"]),
            *comments,
            *rng.sample(words["footer"], 3),
        ),
    )


def posted(rng: random.Random, words: Furniture) -> str:
    return words["posted"].format(date(rng), f"{rng.randrange(0, 24):02}:{rng.randrange(0, 60):02}")


def digest(rng: random.Random, prose: list[Article], words: Furniture) -> Article:
    """Paragraphs of several articles under their titles."""
    lines = [words["teaser"]]
    for article in rng.sample(prose, min(len(prose), rng.randrange(3, 6))):
        lines += [article.title, rng.choice(article.paragraphs), words["more"][1], ""]
    return Article(words["teaser"], tuple(lines[:-1]))


def shop(rng: random.Random, _: list[Article], words: Furniture) -> Article:
    """A page of products: short lines, prices, the same phrases again and again."""
    lines = header(rng, words)
    for product in rng.sample(words["products"], rng.randrange(5, 9)):
        name = f"{product}, {rng.choice(words['adjectives'])}"
        lines += [name, f"{rng.randrange(3, 120)},{rng.choice(['00', '49', '90', '95', '99'])} €", *words["shop"][:2]]
        if rng.random() < 0.4:
            lines += ["★" * rng.randrange(1, 6), words["shop"][2]]
    return Article(words["navigation"][8], (*lines, words["shop"][3], words["script"], *words["footer"][:3]))


def spam(rng: random.Random, _: list[Article], words: Furniture) -> Article:
    """The same key words over and over."""
    product = rng.choice(words["products"])
    phrases = [phrase.format(product) for phrase in words["spam"]]
    lines = []
    for _ in range(rng.randrange(3, 9)):
        lines.append(rng.choice([", ", " - ", " "]).join(rng.choices(phrases, k=rng.randrange(6, 20))))
        lines.append(f"#{product.replace(' ', '')} " * rng.randrange(1, 12))
    return Article(phrases[0], tuple(lines))


def legal(rng: random.Random, _: list[Article], words: Furniture) -> Article:
    return Article(words["footer"][1], (*header(rng, words), *words["legal"], words["cookies"], words["script"]))


def prices(rng: random.Random, _: list[Article], words: Furniture) -> Article:
    """A list with bullets and numbers."""
    bullet = rng.choice("•–▪◦")
    lines = [f"{bullet} {item}: {rng.randrange(1, 30)},{rng.randrange(0, 10)}0 €" for item in words["list_items"]]
    hours = [f"{day}/{day + 1} ½: {rng.randrange(8, 11)}:00-{rng.randrange(16, 20)}:30" for day in range(1, 7)]
    return Article(words["list_title"], (*header(rng, words), words["list_title"], *lines, *hours, *words["footer"]))


def forum(rng: random.Random, _: list[Article], words: Furniture) -> Article:
    """A question and its answers, some of them twice."""
    question = rng.choice(words["questions"]).format(rng.choice(words["products"]))
    lines = [question, posted(rng, words)]
    for answer in rng.choices(words["answers"], k=rng.randrange(5, 9)):
        lines += [posted(rng, words), f"> {question}" if rng.random() < 0.4 else "", answer]
    return Article(question, tuple(lines))


# kind, who makes it, how many pages for each of MAIN_LANGUAGES, quality
RECIPES: list[tuple[str, Callable[[random.Random, list[Article], Furniture], Article], tuple[int, ...], int]] = [
    ("blog", blog, (10, 5, 4, 4, 4), 1),
    ("digest", digest, (7, 3, 3, 3, 2), 1),
    ("forum", forum, (4, 2, 1, 1, 1), 1),
    ("legal", legal, (2, 1, 1, 1, 1), 2),
    ("prices", prices, (3, 1, 1, 1, 1), 2),
    ("shop", shop, (6, 4, 3, 3, 3), 2),
    ("spam", spam, (7, 3, 2, 2, 2), 2),
]


def prose_pages(rng: random.Random) -> Iterator[Page]:
    """Every article, whole."""
    for language in (*MAIN_LANGUAGES, *OTHER_LANGUAGES):
        for article in articles(language):
            url = address(rng, language, "journal")
            yield Page(language, "prose", url, article.title, "\n".join(article.paragraphs), 0)


def made_pages(rng: random.Random) -> Iterator[Page]:
    for place, language in enumerate(MAIN_LANGUAGES):
        prose, words = articles(language), furniture(language)
        for kind, make, counts, quality in RECIPES:
            for _ in range(counts[place]):
                page = make(rng, prose, words)
                text = "\n".join(page.paragraphs)
                yield Page(language, kind, address(rng, language, kind), page.title, text, quality)
        for number, text in enumerate(words["short"]):
            yield Page(language, "short", address(rng, language, "short"), f"{404 - number}", text, 2)
    for language in ("en", "de"):
        yield Page(language, "empty", address(rng, language, "empty"), "Untitled", "", 2)


def code_pages(rng: random.Random) -> Iterator[Page]:
    for article in articles("code"):
        text = "\n".join(article.paragraphs)
        yield Page("en", "code", address(rng, "en", "code"), article.title, text, 1)


def duplicates(rng: random.Random, pages: list[Page]) -> Iterator[Page]:
    """Copies of prose pages: the same bytes at another address, and copies with small changes."""
    for language, exact, near in (("en", 4, 6), ("de", 2, 2), ("fr", 1, 1), ("es", 1, 1), ("it", 1, 1)):
        prose = [page for page in pages if page.kind == "prose" and page.language == language]
        for page in rng.sample(prose, exact):
            yield replace(page, kind="exact duplicate", url=address(rng, language, "mirror"))
        for page in rng.sample(prose, near):
            yield replace(page, kind="near duplicate", url=address(rng, language, "mirror"), text=edited(rng, page))


def edited(rng: random.Random, page: Page) -> str:
    """The page with a few words taken out and a correction at its end."""
    words = page.text.split(" ")
    for _ in range(max(1, len(words) // 120)):
        del words[rng.randrange(len(words))]
    return " ".join(words) + f"\n{furniture(page.language)['correction']} {date(rng)}"


def all_pages(seed: int, odd_pages: Callable[[str], Iterator[tuple[str, str]]]) -> list[Page]:
    """Every page, in crawl order: that is, in none."""
    rng = random.Random(seed)
    pages = [*prose_pages(rng), *made_pages(rng), *code_pages(rng)]
    pages += list(duplicates(rng, pages))
    paragraph = articles("en")[0].paragraphs[1]
    pages += [Page("en", "odd", address(rng, "en", "odd"), title, text, 1) for title, text in odd_pages(paragraph)]
    rng.shuffle(pages)
    return pages
