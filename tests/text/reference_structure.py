"""The statistics of `rpdata.text.line_structure`, said once more in plain Python: what rules ask of lines."""

import math
import re

from rpdata.text.sentence_marks import SENTENCE_MARKS

LINE = re.compile(r"[^\n]*\n|[^\n]+")
STOP = r"(?:(?<!\.)(?<!\b[A-Za-z])\.(?!\.)|[!?])"
OTHERS = "".join(re.escape(chr(mark)) for mark in SENTENCE_MARKS if mark > 0x7F)
ASCII_CASE = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}
POLICIES = ("cookie policy", "privacy policy", "terms of use", "use cookies", "use of cookies", "uses cookies")
CITATION = re.compile(r"\[[0-9]*\]|\[edit\]|\[citation needed\]")
CITATIONS = re.compile(r"(?:\s|\[[0-9]*\]|\[edit\]|\[citation needed\])*\Z")
RUN = re.compile(r"(\S)\1{3,}")


def sentences(line: str) -> int:
    stretches = re.split(rf"{STOP}(?=[^\w\s]*(?:\s|\Z))|[{OTHERS}]", CITATION.sub("[]", line))
    return sum(bool(re.search(r"\w", stretch)) for stretch in stretches)


def line_structure(line: str) -> dict[str, int]:
    words = line.split()
    small = line.translate(ASCII_CASE)
    end = CITATIONS.sub("", line, count=1)
    return {
        "sentences": sentences(line),
        "whitespace_words": len(words),
        "longest_word": max(map(len, words), default=0),
        "left_braces": line.count("{"),
        "ends_with_mark_or_quote": int(end.endswith((".", "!", "?", '"', "'")) and not end.endswith("...")),
        "has_javascript": int("javascript" in small),
        "has_policy": int(any(phrase in small for phrase in POLICIES)),
        "has_lorem_ipsum": int("lorem ipsum" in small),
    }


def repeated(pieces: list[str]) -> tuple[int, int]:
    again = [piece for i, piece in enumerate(pieces) if piece in pieces[:i]]
    return len(again), sum(map(len, again))


def deviation(lengths: list[int]) -> float:
    if not lengths:
        return 0.0
    mean = sum(lengths) / len(lengths)
    return math.sqrt(sum((length - mean) ** 2 for length in lengths) / len(lengths))


def document_structure(text: str, bullets: tuple[str, ...]) -> dict[str, float]:
    lines = [line.removesuffix("\n") for line in LINE.findall(text)]
    nonblank = [line for line in lines if line.strip()]
    blocks = re.split(r"\n(?:\s*\n)+", "\n" + "\n".join(line if line.strip() else "" for line in lines) + "\n\n")
    paragraphs = [block.strip("\n") for block in blocks if block.strip()]
    duplicate_lines, duplicate_paragraphs = repeated(nonblank), repeated(paragraphs)
    return {
        "beyond_ascii": sum(sign > "\x7F" for sign in text),
        "in_runs": sum(len(run[0]) for run in RUN.finditer(text)),
        "nonblank_lines": len(nonblank),
        "nonblank_code_points": sum(map(len, nonblank)),
        "line_length_deviation": deviation([len(line) for line in nonblank]),
        "short_lines": sum(len(line) <= 30 for line in nonblank),
        "sentence_mark_lines": sum(ord(line.rstrip()[-1]) in SENTENCE_MARKS for line in nonblank),
        "bullet_lines": sum(line.lstrip().startswith(bullets) for line in lines),
        "bullet_or_dash_lines": sum(line.lstrip().startswith(("•", "-")) for line in lines),
        "duplicate_lines": duplicate_lines[0],
        "duplicate_line_code_points": duplicate_lines[1],
        "paragraphs": len(paragraphs),
        "duplicate_paragraphs": duplicate_paragraphs[0],
        "duplicate_paragraph_code_points": duplicate_paragraphs[1],
    }
