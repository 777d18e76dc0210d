"""What CCNet measured of the page (Wenzek et al. 2020), carried along from the fields of the input record.

Null where the input has no such field: WET files and tables know of no perplexity, which a language model of the run
then gives. The numbers keep the type that they
have in `documents/`; RedPajama-V2 writes all of them as floats.
"""

import pyarrow as pa
import pyarrow.compute as pc

from rpdata.signals.catalogue import FLAG, FLOAT, signal
from rpdata.signals.model_stats import ModelStats

SOURCE = "CCNet (Wenzek et al. 2020)"
BUCKETS = pa.array(["head", "middle", "tail"])


@signal("ccnet_length", unit="code points", source=SOURCE, type=pa.int64())
def length(documents: pa.RecordBatch) -> pa.Array:
    """Length of the text, as the record says."""
    return documents["length"]


@signal("ccnet_original_length", unit="bytes", source=SOURCE, type=pa.int64())
def original_length(documents: pa.RecordBatch) -> pa.Array:
    """Length of the WET payload before paragraph deduplication, title included: in bytes, unlike ccnet_length."""
    return documents["original_length"]


@signal("ccnet_nlines", unit="lines", source=SOURCE, type=pa.int64())
def nlines(documents: pa.RecordBatch) -> pa.Array:
    """Number of lines, as the record says."""
    return documents["nlines"]


@signal("ccnet_original_nlines", unit="lines", source=SOURCE, type=pa.int64())
def original_nlines(documents: pa.RecordBatch) -> pa.Array:
    """Number of lines before paragraph deduplication."""
    return documents["original_nlines"]


@signal("ccnet_language_score", unit="1", source=SOURCE, type=FLOAT)
def language_score(documents: pa.RecordBatch) -> pa.Array:
    """Probability of the document's language, from fastText's language identification."""
    return documents["language_score"]


@signal("ccnet_perplexity", unit="1", source=SOURCE, type=FLOAT, filled_by="lm")
def perplexity(models: ModelStats) -> pa.Array:
    """Perplexity of the text under a 5-gram model of the language's Wikipedia.

    What the record says where it says something, else what the run's language model says; null without one.
    """
    return models["lm"]


@signal("ccnet_bucket", unit="0 head, 1 middle, 2 tail", source=SOURCE, type=FLAG, filled_by="lm")
def bucket(models: ModelStats) -> pa.Array:
    """Third of the language's perplexity range that the document is in; null for any other bucket."""
    return pc.index_in(models["lm.bucket"], value_set=BUCKETS).cast(FLAG)
