"""What filters measure on tokens: peeled ones, that come near to the words of their tokenizers; and white-space words.

*Tokens* are white-space words whose outer signs (Unicode categories P and S) are peeled off, each a token, and whose
parts are cut apart at ellipses, icons, hyphens, dashes, slashes and colons between letters, contractions (`'s`, `n't`)
and units of measure (`10g`): the definition, sign by sign, is in `rpdata.text.peeled`.
"""

import pyarrow as pa
import pyarrow.compute as pc

from rpdata.signals.catalogue import COUNT, signal
from rpdata.signals.rounding import count, ratio
from rpdata.signals.stop_words import COMMON_LANGUAGES
from rpdata.text.stats import TextStats

GOPHER = "Gopher (Rae et al. 2021), A1.1"
DATATROVE = "datatrove 0.10, GopherQualityFilter; " + GOPHER
REPETITION = "datatrove 0.10, GopherRepetitionFilter; Gopher (Rae et al. 2021), table A1"


@signal("rpdata_doc_tokens", unit="tokens", source=DATATROVE, type=COUNT)
def tokens(text: TextStats) -> pa.Array:
    """Number of tokens, signs among them; 0 for an empty document."""
    return count(text.tokens)


@signal("rpdata_doc_wordlike_tokens", unit="tokens", source=DATATROVE, type=COUNT)
def wordlike_tokens(text: TextStats) -> pa.Array:
    """Number of tokens with any character that is neither punctuation nor symbol; 0 for an empty document."""
    return count(text.wordlike_tokens)


@signal("rpdata_doc_mean_wordlike_token_length", unit="code points / token", source=DATATROVE)
def mean_wordlike_token_length(text: TextStats) -> pa.Array:
    """Mean length of the tokens with any character that is neither punctuation nor symbol; null if there are none."""
    return ratio(text.wordlike_token_code_points, text.wordlike_tokens)


@signal("rpdata_doc_hashes_per_token", unit="signs / token", source=DATATROVE)
def hashes_per_token(text: TextStats) -> pa.Array:
    """Occurrences of `#` over tokens; null when there are none."""
    return ratio(text.hashes, text.tokens)


@signal("rpdata_doc_ellipses_per_token", unit="ellipses / token", source=DATATROVE)
def ellipses_per_token(text: TextStats) -> pa.Array:
    """Occurrences of `...` and U+2026 over tokens; null when there are none."""
    return ratio(text.ellipses, text.tokens)


@signal("rpdata_doc_frac_alphabetic_tokens", unit="1", source=DATATROVE)
def frac_alphabetic_tokens(text: TextStats) -> pa.Array:
    """Tokens with a letter of any script over all tokens, of which signs are many; null when there are none."""
    return ratio(text.tokens_with_letter, text.tokens)


@signal("rpdata_doc_newlines_per_token", unit="newlines / token", source="datatrove 0.10, FineWebQualityFilter")
def newlines_per_token(text: TextStats) -> pa.Array:
    """Newlines over tokens; null when there are no tokens."""
    return ratio(text.newlines, text.tokens)


@signal("rpdata_doc_frac_alphabetic_words", unit="1", source=GOPHER)
def frac_alphabetic_words(text: TextStats) -> pa.Array:
    """White-space words with a letter of any script over all of them; null when there are none."""
    return ratio(text.spaced_words_with_letter, text.spaced_words)


@signal("rpdata_doc_whitespace_words", unit="words", source=GOPHER, type=COUNT)
def whitespace_words(text: TextStats) -> pa.Array:
    """Number of words cut at white space and nowhere else; 0 for an empty document."""
    return count(text.spaced_words)


@signal(
    "rpdata_doc_gopher_stop_words",
    unit="words",
    source=GOPHER + "; lists beyond English: ours, after FineWeb2 (Penedo et al. 2025)",
    type=COUNT,
    languages=COMMON_LANGUAGES,
)
def gopher_stop_words(text: TextStats) -> pa.Array:
    """How many of eight common words are among the tokens: in English the, be, to, of, and, that, have, with.

    Case counts: `The` is none. Null for a language without a list.
    """
    return pc.if_else(pa.array(text.has_common_words), count(text.common_words), None)


for n in (2, 3, 4):

    @signal(f"rpdata_doc_frac_chars_top_{n}gram_tokens", unit="1", source=REPETITION)
    def top_token_ngram(text: TextStats, n: int = n) -> pa.Array:
        """Characters of the most frequent token n-gram (on ties the first one) times its count, over all of the text.

        The n-gram has blanks between its tokens, and counts where it occurs once, too. 0 for a text of fewer tokens;
        null for an empty one. Overlapping occurrences all count, so that it can exceed 1.
        """
        return ratio(text.top_token_ngram_code_points[n], text.code_points)


for n in range(5, 11):

    @signal(f"rpdata_doc_frac_chars_repeated_{n}gram_tokens", unit="1", source=REPETITION)
    def repeated_token_ngram(text: TextStats, n: int = n) -> pa.Array:
        """Characters of the tokens of repeated n-grams, first occurrences left out, over all characters of the text.

        Read from the start: an n-gram that was read before counts, and reading goes on behind it; one that was not is
        remembered, and reading goes on at the next token. 0 if there is none; null for an empty text.
        """
        return ratio(text.token_ngram_again_code_points[n], text.code_points)
