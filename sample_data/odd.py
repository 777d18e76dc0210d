"""Texts in which something is unusual on purpose: code points, line ends, lengths, repetition."""

import unicodedata
from collections.abc import Iterator

ZERO_WIDTH = "\u200b\u00ad\ufeff"
STYLED = {ord(letter): 0x1D41A + place for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def odd_pages(paragraph: str) -> Iterator[tuple[str, str]]:
    """(title, text) of each; `paragraph` is plain English that carries the oddity over the shortest length."""
    accented = "Dvořák’s naïve façade, Ångström, São Tomé, Việt Nam, ǅungla, ﬁligree, ½ litre, Ⅷ, ٣٤ and 七百. "
    yield "Decomposed accents", unicodedata.normalize("NFD", accented * 4 + paragraph)
    yield "Composed accents", accented * 4 + paragraph
    yield "Marks in no canonical order", "a\u0301\u0323 o\u0323\u0302 q\u0307\u0323 " * 12 + paragraph
    yield "Families of emoji", "👩‍👩‍👧‍👦 went 🏳️‍🌈 to the 🏖️ and 👍🏽 said ❤️‍🔥 " * 6 + paragraph
    yield "White space of all kinds", paragraph.replace(" ", "\u00a0", 9).replace(". ", ".\u2028\u3000\u2009\x85\x1c")
    yield "Nothing between the letters", ZERO_WIDTH.join(paragraph)
    yield "Mathematical bold", paragraph.lower().translate(STYLED)
    yield "Full width", paragraph.translate(FULL_WIDTH)
    yield "Capital letters", f"{paragraph.upper()} İSTANBUL, ΟΔΥΣΣΕΥΣ, STRASSE, ẞ, ΑΣ. Σ"
    yield "Carriage returns", paragraph.replace(". ", ".\r\n") + "\r\n\r\n\ttab\x0bvertical tab\x0cform feed\x00zero"
    yield "Only punctuation", "?! … --- ... *** ### ;;; “”‘’ «» ¿¡ ~~~ \n" * 20
    yield "Blank lines", "\n\n \n\t\n".join(paragraph.split(". "))
    yield "White space alone", " \t\n\u3000\n \u00a0"
    yield "One word", "ha " * 400 + "!"
    yield "One line without a space", "antidisestablishmentarianism" * 40
    yield "Right to left in the middle", paragraph.replace(", ", " \u202e(ביחד, معًا)\u202c, ")
    yield "Outside the first plane", "𐍈𐌰𐌽𐌳 𓀀𓂀𓆣 𝄞 🀄 𠜎𠝹 \U0010fffd \ufffd " * 12 + paragraph
    yield "Ellipses", "\n".join(f"{sentence}..." for sentence in paragraph.split(". ")) + "\nand so on…"
    yield "Placeholder", f"Lorem ipsum dolor sit amet, lorem ipsum. {{ {{ }} }} {paragraph} Lorem   IPSUM!"
