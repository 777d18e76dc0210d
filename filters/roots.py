"""ROOTS (Laurençon et al. 2022): the filters of its OSCAR part, with cutoffs that speakers of each language chose.

Not here: repetition of characters and words, special characters, closed class words and flagged words, which no signal
measures as they do.
"""

from rpdata.decide import Rule, all_of, col, rule

SOURCE = "ROOTS (Laurençon et al. 2022), appendix C; parameters_filtering.py of its preparation"
SEGMENTED = ("zh",)     # the paper counts words that SentencePiece finds; those of the signal are cut at white space

# At least so many words, the language as sure as this, a perplexity of at most that.
CUTOFFS = {
    "ar": (20, 0.81, 2300),
    "bn": (33, 0.95, 2000),
    "ca": (15, 0.80, 2500),
    "en": (20, 0.80, 1500),
    "es": (16, 0.80, 1300),
    "eu": (8, 0.70, 3000),
    "fr": (13, 0.80, 1770),
    "hi": (38, 0.90, 1517),
    "id": (15, 0.70, 5000),
    "pt": (19, 0.60, 3038),
    "ur": (25, 0.90, 1495),
    "vi": (30, 0.90, 1600),
    "zh": (1, 0.85, 2095),
}
OTHERS = (10, 0.70, 10_000)
MOST_WORDS = 100_000


def cutoffs(words: float, score: float, perplexity: float) -> Rule:
    """The rules of one language."""
    return all_of(
        rule("roots.word_count", col("rps_doc_word_count").is_between(words, MOST_WORDS), source=SOURCE),
        rule("roots.language_score", col("ccnet_language_score") >= score, source=SOURCE),
        rule("roots.perplexity", col("ccnet_perplexity") <= perplexity, source=SOURCE),
    )


def every_language() -> Rule:
    """Those of each language for its documents, and the last ones for all others."""
    rules = cutoffs(*OTHERS)
    for language, numbers in CUTOFFS.items():
        own = cutoffs(*numbers)
        rules = rules.for_language(language, own.without("roots.word_count") if language in SEGMENTED else own)
    return rules


by_language = every_language()
