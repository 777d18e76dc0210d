"""FineWeb2 (Penedo et al. 2025): thresholds for each language, from the configurations published with it.

Here are those for the languages of RedPajama-V2 besides English, which FineWeb2 leaves to FineWeb. Not here: the score
of the language, which is that of GlotLID. Stop words are those of the signal, not the lists of the configurations.
"""

from collections.abc import Sequence

from rpdata.decide import Rule, all_of, col, rule
from rpdata.filters import datatrove

PIPELINE = "FineWeb2 (Penedo et al. 2025), fineweb-2-pipeline.py"

DUPLICATE_LINE_CHARACTERS = rule(
    "fineweb2.duplicate_line_characters", col("rpdata_doc_frac_chars_duplicate_nonblank_lines") <= 0.1, source=PIPELINE
)

# Of datatrove's filters, those that have the same constants for every language.
shared = all_of(
    DUPLICATE_LINE_CHARACTERS, datatrove.WORDS, datatrove.HASHES, datatrove.ELLIPSES, datatrove.BULLET_LINES,
    datatrove.ELLIPSIS_LINES, datatrove.STOP_WORDS,
)


def thresholds(
    configuration: str, *, duplicate_lines: float, top: Sequence[float], repeated: Sequence[float], end_marks: float,
    newlines: float, word_length: tuple[float, float], alphabetic: float,
) -> Rule:
    """The rules of one language, in the order of the pipeline.

    top: for 2-, 3- and 4-grams. repeated: for 5- to 10-grams. alphabetic: `max_non_alpha_words_ratio`, which despite
    its name is the least share of words that has a letter.
    """
    source = f"FineWeb2 (Penedo et al. 2025), configs/{configuration}.yml"
    lengths = col("rpdata_doc_mean_wordlike_token_length").is_between(*word_length)
    return all_of(
        rule("fineweb2.duplicate_lines", col("rpdata_doc_frac_duplicate_lines") <= duplicate_lines, source=source),
        *(
            rule(f"fineweb2.top_{n}gram", col(f"rpdata_doc_frac_chars_top_{n}gram_tokens") <= most, source=source)
            for n, most in zip(range(2, 5), top, strict=True)
        ),
        *(
            rule(
                f"fineweb2.repeated_{n}grams", col(f"rpdata_doc_frac_chars_repeated_{n}gram_tokens") <= most,
                source=source,
            )
            for n, most in zip(range(5, 11), repeated, strict=True)
        ),
        rule("fineweb2.end_marks", col("rpdata_doc_frac_lines_end_with_mark") >= end_marks, source=source),
        rule("fineweb2.newlines", col("rpdata_doc_newlines_per_token") <= newlines, source=source),
        rule("fineweb2.mean_word_length", lengths, source=source),
        rule("fineweb2.alphabetic_tokens", col("rpdata_doc_frac_alphabetic_tokens") >= alphabetic, source=source),
    )


GERMAN = thresholds(
    "deu_Latn", duplicate_lines=0.263, top=(0.169, 0.153, 0.137), repeated=(0.141, 0.134, 0.126, 0.117, 0.108, 0.098),
    end_marks=0.0, newlines=0.152, word_length=(0, 15), alphabetic=0.774,
)
SPANISH = thresholds(
    "spa_Latn", duplicate_lines=0.265, top=(0.077, 0.097, 0.112), repeated=(0.152, 0.137, 0.123, 0.114, 0.107, 0.099),
    end_marks=0.3, newlines=0.171, word_length=(4, 14), alphabetic=0.825,
)
FRENCH = thresholds(
    "fra_Latn", duplicate_lines=0.264, top=(0.161, 0.149, 0.134), repeated=(0.15, 0.141, 0.131, 0.121, 0.111, 0.1),
    end_marks=0.1, newlines=0.185, word_length=(2, 11), alphabetic=0.812,
)
ITALIAN = thresholds(
    "ita_Latn", duplicate_lines=0.246, top=(0.198, 0.156, 0.133), repeated=(0.144, 0.136, 0.127, 0.118, 0.109, 0.1),
    end_marks=0.025, newlines=0.2, word_length=(3, 21), alphabetic=0.807,
)

by_language = (
    all_of()
    .for_language("de", GERMAN)
    .for_language("es", SPANISH)
    .for_language("fr", FRENCH)
    .for_language("it", ITALIAN)
)
