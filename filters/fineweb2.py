"""FineWeb2 (Penedo et al. 2025): thresholds for each language, from the configurations published with it.

Here are those for the languages of RedPajama-V2 besides English, which FineWeb2 leaves to FineWeb. Not here: the score
of the language (GlotLID's), the share of duplicate lines, and stop words, which no signal measures.
"""

from collections.abc import Sequence

from rpdata.decide import Rule, all_of, col, rule
from rpdata.filters.fineweb import end_marks_share

newlines_per_word = (col("ccnet_nlines") - 1) / col("rps_doc_word_count")


def thresholds(
    configuration: str, *, word_length: tuple[float, float], non_alphabetic: float, end_marks: float, newlines: float,
    top: Sequence[float], dupes: Sequence[float],
) -> Rule:
    """The rules of one language; the numbers are the configuration's, only that `non_alphabetic` is 1 minus its
    (misnamed) `max_non_alpha_words_ratio`.

    top: for 2-, 3- and 4-grams. dupes: for 5- to 10-grams.
    """
    source = f"FineWeb2 (Penedo et al. 2025), configs/{configuration}.yml"
    tokens, end = col("rps_doc_frac_no_alph_words") <= non_alphabetic, end_marks_share > end_marks
    return all_of(
        rule("fineweb2.mean_word_length", col("rps_doc_mean_word_length").is_between(*word_length), source=source),
        rule("fineweb2.alphabetic_tokens", tokens, source=source),
        rule("fineweb2.end_marks", end, source=source),
        rule("fineweb2.newlines_per_word", newlines_per_word <= newlines, source=source),
        *(
            rule(f"fineweb2.top_{n}gram", col(f"rps_doc_frac_chars_top_{n}gram") <= most, source=source)
            for n, most in zip(range(2, 5), top, strict=True)
        ),
        *(
            rule(f"fineweb2.dupe_{n}grams", col(f"rps_doc_frac_chars_dupe_{n}grams") <= most, source=source)
            for n, most in zip(range(5, 11), dupes, strict=True)
        ),
    )


GERMAN = thresholds(
    "deu_Latn", word_length=(0, 15), non_alphabetic=0.226, end_marks=0.0, newlines=0.152,
    top=(0.169, 0.153, 0.137), dupes=(0.141, 0.134, 0.126, 0.117, 0.108, 0.098),
)
SPANISH = thresholds(
    "spa_Latn", word_length=(4, 14), non_alphabetic=0.175, end_marks=0.3, newlines=0.171,
    top=(0.077, 0.097, 0.112), dupes=(0.152, 0.137, 0.123, 0.114, 0.107, 0.099),
)
FRENCH = thresholds(
    "fra_Latn", word_length=(2, 11), non_alphabetic=0.188, end_marks=0.1, newlines=0.185,
    top=(0.161, 0.149, 0.134), dupes=(0.15, 0.141, 0.131, 0.121, 0.111, 0.1),
)
ITALIAN = thresholds(
    "ita_Latn", word_length=(3, 21), non_alphabetic=0.193, end_marks=0.025, newlines=0.2,
    top=(0.198, 0.156, 0.133), dupes=(0.144, 0.136, 0.127, 0.118, 0.109, 0.1),
)

by_language = (
    all_of()
    .for_language("de", GERMAN)
    .for_language("es", SPANISH)
    .for_language("fr", FRENCH)
    .for_language("it", ITALIAN)
)
