"""The one pass over a batch: each document is classified, normalised, split and counted while it is in the cache."""

from typing import Any, NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Floats, Hashes, Ints, Words32
from rpdata.text.bitmaps import FIRST
from rpdata.text.classify import classify
from rpdata.text.codepoints import Tables
from rpdata.text.compiled import EntryPoint, kernel
from rpdata.text.hashing import Secret
from rpdata.text.line_structure import Structure, measure_structure
from rpdata.text.lines import Lines, measure_lines
from rpdata.text.minhash import SHINGLE_WORDS, hash_shingles_sha1, hash_shingles_xxh3
from rpdata.text.needles import mark_needles
from rpdata.text.ngrams import DUPLICATE_ORDERS, TOP_ORDERS, entropy, measure_ngrams
from rpdata.text.normalise import normalise
from rpdata.text.numbering import number_keys
from rpdata.text.peeled import cut_tokens
from rpdata.text.peeled_ngrams import measure_token_ngrams
from rpdata.text.peeled_tokens import (
    count_common,
    count_only_signs,
    count_spaced_words,
    count_with_letter,
    split_tokens,
)
from rpdata.text.permute import minima
from rpdata.text.repeated_lines import Pieces
from rpdata.text.scratch import Scratch
from rpdata.text.sentences import count_characters, mark_sentences
from rpdata.text.stop_words import PackedLists, hash_common, stop_table
from rpdata.text.tokens import count_ellipses, count_raw_words, count_sentences, count_stop_words
from rpdata.text.vectors import BLOCK
from rpdata.text.words import BLANK, count_lorem_ipsums, split_words

NO_MINHASH, SHA1, XXH3 = 0, 1, 2


class Batch(NamedTuple):
    """Documents as Arrow has them: document i is the UTF-8 text[offsets[i] : offsets[i + 1]]."""

    text: Bytes
    offsets: Ints
    stop_list: Ints                     # the number of each document's stop list; -1 for none
    common_list: Ints                   # likewise, of its list of common words


class Documents(NamedTuple):
    """Columns to fill, one row for each document: those of `stats.TextStats`."""

    code_points: Ints
    curly_brackets: Ints
    hashes: Ints
    ellipses: Ints
    newlines: Ints
    spaced_words: Ints
    spaced_words_with_letter: Ints
    tokens: Ints
    tokens_with_letter: Ints
    wordlike_tokens: Ints
    wordlike_token_code_points: Ints
    common_words: Ints
    sentences: Ints
    raw_words: Ints
    raw_words_all_caps: Ints
    raw_words_with_ascii_letter: Ints
    raw_stop_words: Ints
    words: Ints
    word_code_points: Ints
    unique_words: Ints
    word_entropy: Floats
    lorem_ipsums: Ints
    ellipsis_lines: Ints
    top_ngram_code_points: Ints         # (3, documents): n = 2, 3, 4
    duplicate_ngram_code_points: Ints   # (6, documents): n = 5 .. 10
    top_token_ngram_code_points: Ints   # (3, documents)
    token_ngram_again_code_points: Ints # (6, documents)
    line_offsets: Ints                  # (documents + 1,)


def make_documents(rows: int) -> Documents:
    """Columns of zeros."""
    columns: dict[str, Any] = {name: np.zeros(rows, np.int64) for name in Documents._fields}
    columns["word_entropy"] = np.zeros(rows, np.float64)
    for name in ("top_ngram_code_points", "top_token_ngram_code_points"):
        columns[name] = np.zeros((len(TOP_ORDERS), rows), np.int64)
    for name in ("duplicate_ngram_code_points", "token_ngram_again_code_points"):
        columns[name] = np.zeros((len(DUPLICATE_ORDERS), rows), np.int64)
    columns["line_offsets"] = np.zeros(rows + 1, np.int64)
    return Documents(**columns)


@EntryPoint
def scan_batch(
    batch: Batch,
    packed_lists: PackedLists,
    packed_common: PackedLists,
    tables: Tables,
    permutations: Hashes,
    secret: Secret,
    family: int,
    scratch: Scratch,
    documents: Documents,
    lines: Lines,
    structure: Structure,
    signatures: Words32,
) -> int:
    """Fill `documents`, `lines`, `structure` and, with a family of hashes, the `signatures`: of 13 words or more.

    Returns the number of lines.
    """
    raw, bitmaps, ranks = scratch.raw, scratch.bitmaps, scratch.ranks
    normalised, words = scratch.normalised, scratch.words
    stop_tables = [stop_table(packed_lists, number, secret) for number in range(packed_lists.first.size - 1)]
    common_hashes = hash_common(packed_common, secret)
    line = 0
    for row in range(batch.stop_list.size):
        size = load_document(batch.text, batch.offsets[row], batch.offsets[row + 1], raw)
        blocks = (FIRST + size) // BLOCK + 1

        braces, hashes, ellipses = classify(raw, blocks, tables.properties, bitmaps, ranks)
        documents.code_points[row] = size - ranks.continuation[blocks]
        documents.curly_brackets[row] = braces
        documents.hashes[row] = hashes
        documents.ellipses[row] = ellipses + count_ellipses(raw, blocks)
        documents.sentences[row] = count_sentences(blocks, bitmaps)
        raw_words, all_caps, with_letter = count_raw_words(blocks, bitmaps)
        documents.raw_words[row] = raw_words
        documents.raw_words_all_caps[row] = all_caps
        documents.raw_words_with_ascii_letter[row] = with_letter
        if batch.stop_list[row] >= 0:
            table, longest = stop_tables[batch.stop_list[row]]
            documents.raw_stop_words[row] = count_stop_words(raw, blocks, bitmaps, table, longest, secret)

        common = common_hashes[batch.common_list[row]]
        measure_tokens(scratch, blocks, tables.properties, common, secret, row, documents)

        normalised_size = normalise(raw, blocks, tables, bitmaps, ranks, normalised)
        count, javascript, ipsum = split_words(normalised, normalised_size, words, secret)
        documents.words[row] = count
        documents.word_code_points[row] = words.code_points_before[count]
        documents.lorem_ipsums[row] = count_lorem_ipsums(normalised, words, count) if ipsum else 0
        first_line = line
        line, documents.ellipsis_lines[row] = measure_lines(
            raw, size, bitmaps, ranks, normalised, words, javascript, line, lines
        )
        documents.line_offsets[row + 1] = line
        measure_structure_of(scratch, size, blocks, braces, secret, first_line, lines, row, structure)

        count_distinct(scratch, count, secret, row, documents)
        if family != NO_MINHASH and count >= SHINGLE_WORDS:
            sign(scratch, count - SHINGLE_WORDS + 1, family, permutations, signatures[row])
    return line


@kernel
def load_document(text: Bytes, start: int, end: int, raw: Bytes) -> int:
    """Copy a document between margins of blanks; returns its size in bytes."""
    size = end - start
    for i in range(size):
        raw[FIRST + i] = text[start + i]
    raw[FIRST + size : FIRST + size + 2 * BLOCK] = BLANK
    return size


@kernel
def measure_tokens(
    scratch: Scratch, blocks: int, properties: Words32, common: Hashes, secret: Secret, row: int, documents: Documents
) -> None:
    """Fill the columns about white-space words and peeled tokens."""
    raw, bitmaps, tokens = scratch.raw, scratch.bitmaps, scratch.tokens
    words, with_letter, newlines = count_spaced_words(blocks, bitmaps)
    documents.spaced_words[row] = words
    documents.spaced_words_with_letter[row] = with_letter
    documents.newlines[row] = newlines
    cut_tokens(raw, blocks, properties, bitmaps)
    count = split_tokens(raw, blocks, bitmaps, tokens, secret)
    signs, sign_code_points = count_only_signs(blocks, bitmaps, tokens.inside)
    documents.tokens[row] = count
    documents.tokens_with_letter[row] = count_with_letter(blocks, bitmaps, tokens.inside)
    documents.wordlike_tokens[row] = count - signs
    documents.wordlike_token_code_points[row] = tokens.code_points_before[count] - sign_code_points
    documents.common_words[row] = count_common(tokens, count, common)
    top, again = documents.top_token_ngram_code_points, documents.token_ngram_again_code_points
    measure_token_ngrams(tokens, count, scratch.repeats, scratch.numbering, secret, row, top, again)


@kernel
def measure_structure_of(
    scratch: Scratch,
    size: int,
    blocks: int,
    braces: int,
    secret: Secret,
    first_line: int,
    lines: Lines,
    row: int,
    structure: Structure,
) -> None:
    """Fill the rows of a document and its lines in `structure`; the memory of n-grams, which come later, is lent."""
    raw, bitmaps, repeats = scratch.raw, scratch.bitmaps, scratch.repeats
    beyond_ascii, in_runs = count_characters(raw, blocks, bitmaps)
    structure.documents.beyond_ascii[row] = beyond_ascii
    structure.documents.in_runs[row] = in_runs
    mark_sentences(raw, size, blocks, bitmaps, scratch.sentence)
    found = mark_needles(raw, blocks, scratch.needles)
    pieces = Pieces(repeats.key, repeats.position, repeats.number)
    measure_structure(
        raw, size, braces, bitmaps, scratch.ranks, scratch.sentence, scratch.needles, found, pieces,
        scratch.numbering, secret, first_line, lines, row, structure,
    )


@kernel
def count_distinct(scratch: Scratch, count: int, secret: Secret, row: int, documents: Documents) -> None:
    """Fill the columns about equal words and equal n-grams."""
    words, numbering = scratch.words, scratch.numbering
    distinct = number_keys(words.hash, count, numbering, words.number)
    documents.unique_words[row] = distinct
    documents.word_entropy[row] = entropy(numbering.counts, distinct, count)
    top, duplicate = documents.top_ngram_code_points, documents.duplicate_ngram_code_points
    measure_ngrams(words, count, scratch.repeats, numbering, secret, row, top, duplicate)


@kernel
def sign(scratch: Scratch, shingles: int, family: int, permutations: Hashes, signature: Words32) -> None:
    """Fill the signature of a document of so many shingles."""
    if family == SHA1:
        hash_shingles_sha1(scratch.normalised, scratch.words.start, shingles, scratch.shingles)
    else:
        hash_shingles_xxh3(scratch.normalised, scratch.words.start, shingles, scratch.shingles)
    minima(scratch.shingles.hash, shingles, permutations, scratch.shingles.least, signature)
