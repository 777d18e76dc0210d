"""A dataset of synthetic signals, of any number of documents, with nothing for a text; and 20 rules to ask of it.

The distributions are like those of web pages: many zeros, long tails, values rounded to 8 decimals, some nulls.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rpdata.annotate.settings import Settings
from rpdata.decide import Recipe, all_of, col, rule
from rpdata.manifest import Manifest
from rpdata.report.views import write_views
from rpdata.schema import DOCUMENTS, MINHASH, ROWS_PER_BATCH
from rpdata.signals import schema
from tests.build_dataset import Builder, unit

LANGUAGES = ("en", "de", "fr", "es", "it")
DOMAINS = 50_000            # of which a few have most of the documents
UNKNOWN = 0.003             # of the values of most signals

LEAST = {"rps_doc_num_sentences": 3, "ccnet_language_score": 0.65, "rps_doc_stop_word_fraction": 0.06,
         "rps_doc_frac_unique_words": 0.1}
MOST = {
    "rps_doc_symbol_to_word_ratio": 0.1, "rps_doc_frac_lines_end_with_ellipsis": 0.3,
    "rps_doc_frac_no_alph_words": 0.3, "rps_doc_frac_all_caps_words": 0.3, "rps_doc_curly_bracket": 0,
    "rps_doc_top_2gram": 0.2, "rps_doc_top_3gram": 0.18, "rps_doc_top_4gram": 0.16,
    **{f"rps_doc_dupe_{order}grams": 0.20 - order / 100 for order in range(5, 11)},
}
COLUMNS = {name: name.replace("doc_top", "doc_frac_chars_top").replace("doc_dupe", "doc_frac_chars_dupe")
           for name in (*LEAST, *MOST)}

TWENTY_RULES = Recipe(
    "twenty",
    all_of(
        rule("bench.word_count", col("rps_doc_word_count").is_between(50, 100_000)),
        rule("bench.mean_word_length", col("rps_doc_mean_word_length").is_between(3, 10)),
        *(rule(f"bench.{name}", col(COLUMNS[name]) >= low) for name, low in LEAST.items()),
        *(rule(f"bench.{name}", col(COLUMNS[name]) <= high) for name, high in MOST.items()),
    ),
)


def write_signals(root: Path, documents: int, rows_per_partition: int) -> None:
    """Write the dataset as `compute-signals` would: documents, quality_signals and minhash."""
    builder = Builder(root, ROWS_PER_BATCH)
    root.mkdir(parents=True)
    starts = range(0, documents, rows_per_partition)
    partitions = [f"2023-06/{number:04}/{LANGUAGES[number % len(LANGUAGES)]}_head" for number in range(len(starts))]
    manifest = Manifest([unit(partition) for partition in partitions])
    manifest.replace("minhash", Settings(root).minhash_configuration())
    manifest.save(root)
    for number, (partition, first) in enumerate(zip(partitions, starts, strict=True)):
        rows = min(rows_per_partition, documents - first)
        rng = np.random.default_rng([7, number])
        numbers = pc.cast(pa.array(range(rows)), pa.string())
        doc_ids = pc.binary_join_element_wise(f"{partition}.json.gz", numbers, "/")
        values = measured(rng, rows)
        known = {
            "doc_id": doc_ids,
            "source_domain": pc.binary_join_element_wise("site", pc.cast(domains(rng, rows), pa.string()), ""),
            "language": pa.repeat(partition.rpartition("/")[2][:2], rows),
            "length": pc.cast(pc.multiply(values["rps_doc_word_count"], 6), pa.int64()),
            "raw_content": pa.repeat("", rows),
        }
        texts = [known.get(field.name, pa.nulls(rows, field.type)) for field in DOCUMENTS]
        builder.write("documents", partition, pa.table(texts, schema=DOCUMENTS))
        signals = [doc_ids, *(values.get(field.name, pa.nulls(rows, field.type)) for field in list(schema())[1:])]
        builder.write("quality_signals", partition, pa.table(signals, schema=schema()))
        unsigned = [doc_ids, pa.array(range(first, first + rows), pa.uint64()), pa.nulls(rows, pa.binary())]
        builder.write("minhash", partition, pa.table(unsigned, schema=MINHASH))
        builder.tables.clear()      # it remembers what it wrote, for tests
    write_views(root)


def domains(rng: np.random.Generator, rows: int) -> pa.Array:
    return pa.array(np.minimum(rng.zipf(1.3, rows), DOMAINS))


def measured(rng: np.random.Generator, rows: int) -> dict[str, pa.Array]:
    """The values that the rules look at, by the name of their column."""
    words = np.maximum(rng.lognormal(5.8, 1.1, rows), 1).astype(np.int32)
    found: dict[str, np.ndarray] = {
        "rps_doc_mean_word_length": np.maximum(rng.normal(4.8, 0.7, rows), 1),
        "ccnet_language_score": rng.beta(14, 1.2, rows),
        "rps_doc_stop_word_fraction": rng.beta(12, 18, rows),
        "rps_doc_frac_unique_words": np.minimum(rng.normal(0.55, 0.17, rows), 1),
        "rps_doc_symbol_to_word_ratio": mostly_zero(rng, rows, 0.15, 0.02),
        "rps_doc_frac_lines_end_with_ellipsis": mostly_zero(rng, rows, 0.1, 0.15),
        "rps_doc_frac_no_alph_words": rng.beta(6, 29, rows),
        "rps_doc_frac_all_caps_words": mostly_zero(rng, rows, 0.8, 0.03),
        "rps_doc_curly_bracket": mostly_zero(rng, rows, 0.04, 0.01),
        **{f"rps_doc_frac_chars_top_{order}gram": mostly_zero(rng, rows, 0.9, 0.15 / order) for order in (2, 3, 4)},
        **{f"rps_doc_frac_chars_dupe_{order}grams": mostly_zero(rng, rows, 0.7, 0.3 / order)
           for order in range(5, 11)},
    }
    counts = {"rps_doc_word_count": pa.array(words), "rps_doc_num_sentences": pa.array(words // 17 + 1)}
    return {
        **counts, **{name: pa.array(np.round(values, 8), mask=rng.random(rows) < UNKNOWN)
                     for name, values in found.items()}
    }


def mostly_zero(rng: np.random.Generator, rows: int, some: float, mean: float) -> np.ndarray:
    """A share that is 0 but for some documents."""
    return np.where(rng.random(rows) < some, np.minimum(rng.exponential(mean, rows), 1), 0)
