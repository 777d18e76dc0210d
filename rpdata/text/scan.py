"""The one pass over a batch: each document is classified, normalised, split and counted while it is in the cache."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rpdata.text.classify import classify
from rpdata.text.compiled import EntryPoint, kernel
from rpdata.text.lines import measure_lines
from rpdata.text.minhash import SHINGLE_WORDS, hash_shingles_sha1, hash_shingles_xxh3
from rpdata.text.ngrams import entropy, measure_ngrams
from rpdata.text.normalise import normalise
from rpdata.text.numbering import number_keys
from rpdata.text.permute import minima
from rpdata.text.scratch import FIRST
from rpdata.text.stop_words import stop_table
from rpdata.text.tokens import count_ellipses, count_raw_words, count_sentences, count_stop_words
from rpdata.text.vectors import BLOCK
from rpdata.text.words import count_lorem_ipsums, split_words

BLANK = 0x20
NO_MINHASH, SHA1, XXH3 = 0, 1, 2


class Batch(NamedTuple):
    """Documents as Arrow has them: document i is the UTF-8 text[offsets[i] : offsets[i + 1]]."""

    text: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    stop_list: npt.NDArray[np.int64]        # the number of each document's stop list; -1 for none


class Documents(NamedTuple):
    """Columns to fill, one row for each document: those of `stats.TextStats`."""

    code_points: npt.NDArray[np.int64]
    curly_brackets: npt.NDArray[np.int64]
    symbols: npt.NDArray[np.int64]
    sentences: npt.NDArray[np.int64]
    raw_words: npt.NDArray[np.int64]
    raw_words_all_caps: npt.NDArray[np.int64]
    raw_words_with_ascii_letter: npt.NDArray[np.int64]
    raw_stop_words: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    word_code_points: npt.NDArray[np.int64]
    unique_words: npt.NDArray[np.int64]
    word_entropy: npt.NDArray[np.float64]
    lorem_ipsums: npt.NDArray[np.int64]
    ellipsis_lines: npt.NDArray[np.int64]
    top_ngram_code_points: npt.NDArray[np.int64]            # (3, documents): n = 2, 3, 4
    duplicate_ngram_code_points: npt.NDArray[np.int64]      # (6, documents): n = 5 .. 10
    line_offsets: npt.NDArray[np.int64]                     # documents + 1


class Lines(NamedTuple):
    """Columns to fill, one row for each line: those of `stats.LineStats`."""

    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    words: npt.NDArray[np.int32]
    javascript_words: npt.NDArray[np.int32]
    numeric_code_points: npt.NDArray[np.int32]
    normalised_code_points: npt.NDArray[np.int32]
    uppercase_code_points: npt.NDArray[np.int32]
    ends_with_terminal_mark: npt.NDArray[np.int8]
    starts_with_bullet: npt.NDArray[np.int8]


@EntryPoint
def scan_batch(batch, packed_lists, tables, permutations, family, scratch, documents, lines, signatures):
    """Fill `documents`, `lines` and, for documents of 13 words or more and a family of hashes, `signatures`."""
    stop_tables = [stop_table(packed_lists, number) for number in range(packed_lists.first.size - 1)]
    line = 0
    documents.line_offsets[0] = 0
    for row in range(batch.stop_list.size):
        size = load_document(batch.text, batch.offsets[row], batch.offsets[row + 1], scratch.raw)
        blocks = (FIRST + size) // BLOCK + 1
        bitmaps, ranks, words, numbering = scratch.bitmaps, scratch.ranks, scratch.words, scratch.numbering

        braces, symbols = classify(scratch.raw, blocks, tables.properties, bitmaps, ranks)
        documents.code_points[row] = size - ranks.continuation[blocks]
        documents.curly_brackets[row] = braces
        documents.symbols[row] = symbols + count_ellipses(scratch.raw, blocks)
        documents.sentences[row] = count_sentences(blocks, bitmaps)
        raw_words, all_caps, with_letter = count_raw_words(blocks, bitmaps)
        documents.raw_words[row] = raw_words
        documents.raw_words_all_caps[row] = all_caps
        documents.raw_words_with_ascii_letter[row] = with_letter
        if batch.stop_list[row] >= 0:
            table, longest = stop_tables[batch.stop_list[row]]
            documents.raw_stop_words[row] = count_stop_words(scratch.raw, blocks, bitmaps, table, longest)

        normalised_size = normalise(scratch.raw, blocks, tables, bitmaps, ranks, scratch.normalised)
        count, javascript, ipsum = split_words(scratch.normalised, normalised_size, words)
        documents.words[row] = count
        documents.word_code_points[row] = words.code_points_before[count]
        documents.lorem_ipsums[row] = count_lorem_ipsums(scratch.normalised, words, count) if ipsum else 0
        line, documents.ellipsis_lines[row] = measure_lines(scratch, size, javascript, line, lines)
        documents.line_offsets[row + 1] = line

        if count > 0:
            distinct = number_keys(words.hash, count, numbering, words.number)
            documents.unique_words[row] = distinct
            documents.word_entropy[row] = entropy(numbering.count, distinct, count)
            measure_ngrams(words, count, scratch.repeats, numbering, row, documents)

        if family != NO_MINHASH and count >= SHINGLE_WORDS:
            shingles = count - SHINGLE_WORDS + 1
            if family == SHA1:
                hash_shingles_sha1(scratch.normalised, words.start, shingles, scratch.shingles)
            else:
                hash_shingles_xxh3(scratch.normalised, words.start, shingles, scratch.shingles)
            minima(scratch.shingles.hash, shingles, permutations, scratch.shingles.least, signatures[row])
    return line


@kernel
def load_document(text, start, end, raw):
    """Copy a document between margins of blanks; returns its size in bytes."""
    size = end - start
    for i in range(size):
        raw[FIRST + i] = text[start + i]
    raw[FIRST + size : FIRST + size + 2 * BLOCK] = BLANK
    return size
