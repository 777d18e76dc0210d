"""The columns of `documents/` and `minhash/`, and how rows are grouped in every overlay: declared here, nowhere else.

The columns of `quality_signals/` are the signals themselves (`rpdata.signals.catalogue`).
"""

import pyarrow as pa

FORMAT_VERSION = 1

# What every dataset has: the steps of `compute-signals`, in the order of their ledger entries.
OVERLAYS = ("documents", "quality_signals", "minhash")

# A batch is what is read, annotated and written together: it closes at ROWS_PER_BATCH documents or with the document
# that takes its strings to BYTES_PER_BATCH or its newlines to LINES_PER_BATCH, so that its size is a function of the
# documents alone. Each batch is one row group of every overlay, which keeps overlays aligned and makes a re-run write
# the same bytes.
ROWS_PER_BATCH = 1024
BYTES_PER_BATCH = 16 << 20
LINES_PER_BATCH = 1 << 20       # to measure one takes about 100 bytes, however short it is

DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("url", pa.string()),
        pa.field("source_domain", pa.string()),
        pa.field("language", pa.string()),
        pa.field("title", pa.string()),
        pa.field("date_download", pa.string()),
        pa.field("digest", pa.string()),
        pa.field("cc_segment", pa.string()),
        pa.field("length", pa.int64()),             # code points of raw_content, as the source says
        pa.field("original_length", pa.int64()),    # cc_net: bytes of the WET payload, title included
        pa.field("nlines", pa.int64()),
        pa.field("original_nlines", pa.int64()),
        pa.field("language_score", pa.float64()),
        pa.field("perplexity", pa.float64()),
        pa.field("bucket", pa.string()),
        pa.field("record_id", pa.string()),         # of WET and WARC: WARC-Record-ID, without its brackets
        pa.field("record_offset", pa.int64()),      # where in the file on disk the record, or its gzip member, begins
        pa.field("content_language", pa.string()),  # WARC-Identified-Content-Language, e.g. "eng,deu"
        pa.field("line_ids", pa.list_(pa.int32())), # the lines of the source, from 0, that paragraph deduplication
                                                    # left; null without it
        pa.field("raw_content", pa.string(), nullable=False),
    ]
)

MINHASH = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("id_int", pa.uint64(), nullable=False),
        pa.field("signature", pa.binary()),         # 128 big-endian uint32 = 512 bytes; null below 13 words
    ]
)
