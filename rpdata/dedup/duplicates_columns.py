"""The columns of `duplicates/`: declared here, nowhere else; and what the manifest says of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from rpdata.dedup.marks import EXACT
from rpdata.dedup.settings import DedupSettings


@dataclass(frozen=True)
class DuplicatesColumn:
    """One column; each level has its own."""

    name: str
    type: pa.DataType
    unit: str
    definition: str
    nullable: bool = False


def columns_of(level: str) -> list[DuplicatesColumn]:
    """Those of `exact`, or of a threshold as it is typed."""
    if level == EXACT:
        return [
            DuplicatesColumn("exact_group", pa.uint64(), "", "id_int of the first of its copies, or its own."),
            DuplicatesColumn("exact_keep", pa.bool_(), "", "Whether it is kept of its copies; true if it has none."),
        ]
    return [
        DuplicatesColumn(
            f"cluster_id_sim{level}", pa.uint64(), "", "id_int of the first document of its cluster, or its own."
        ),
        DuplicatesColumn(f"cluster_size_sim{level}", pa.int64(), "documents", "Of its cluster; 1 if it is alone."),
        DuplicatesColumn(f"keep_sim{level}", pa.bool_(), "", "Whether it is kept of its cluster."),
        DuplicatesColumn(
            f"jaccard_to_kept_sim{level}", pa.float64(), "1",
            "Similarity with the document that is kept in its place; null if it is kept, or if nothing was verified.",
            nullable=True,
        ),
    ]


def schema_of(levels: Iterable[str]) -> pa.Schema:
    """`doc_id`, and the columns of each level."""
    columns = [column for level in levels for column in columns_of(level)]
    fields = [pa.field(column.name, column.type, nullable=column.nullable) for column in columns]
    return pa.schema([pa.field("doc_id", pa.string(), nullable=False), *fields])


def configuration(settings: DedupSettings, state: str, against: Sequence[str] = ()) -> dict[str, Any]:
    """What the manifest says of the overlay: how it was made, for the card, and what its columns are.

    against: what the datasets are known by whose documents come first.
    """
    levels = [*([] if settings.exact == "none" else [EXACT]), *map(str, settings.fuzzy)]
    looked_for = [] if settings.exact == "none" else [f"copies ({settings.exact})"]
    if settings.fuzzy:
        proof = "not verified" if settings.verify == "none" else f"verified by {settings.verify}"
        looked_for.append(f"near-duplicates (Jaccard similarity {', '.join(map(str, settings.fuzzy))}, {proof})")
    described = {
        column.name: {
            "definition": column.definition, "unit": column.unit, "type": str(column.type), "source": "",
        }
        for level in levels for column in columns_of(level)
    }
    about = f"its clusters, and whether it is kept: {' and '.join(looked_for)}; preferred: {settings.keep}"
    return {**settings.as_dict(), "against": list(against), "state": state, "about": about, "signals": described}
