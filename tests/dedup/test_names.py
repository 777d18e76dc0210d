"""Numbers of documents lead back to the documents."""

import numpy as np
import pyarrow.parquet as pq
from clusters_by_hand import IDS, ROWS, TOTAL, build

from rpdata.dedup.index.names import id_ints, locate
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import KeysTask, make_keys, segments_of
from rpdata.ledger import Ledger


def test_numbers_lead_to_names_and_places(tmp_path, monkeypatch):
    monkeypatch.setattr("rpdata.dedup.index.segments.SEGMENT_DOCUMENTS", 200)
    root = build(tmp_path / "out").root
    entries = [[Ledger(root).entry(step, unit) for unit in ROWS] for step in ("documents", "minhash")]
    segments = segments_of(root, root / "index", entries[0], {entry.unit: entry for entry in entries[1]})
    assert len(segments) == 2
    for segment in segments:
        make_keys(KeysTask(segment, "ids"))
    numbering = Numbering(segments)
    chosen = np.flatnonzero(np.random.default_rng(1).random(TOTAL) < 0.3)
    assert id_ints(numbering, chosen).tolist() == IDS[chosen].tolist()
    ids = [(part, row) for part in ROWS for row in range(ROWS[part])]
    assert locate(numbering, chosen) == [(root, *ids[number]) for number in chosen]
    for dataset, partition, row in locate(numbering, np.array([0, TOTAL - 1])):
        assert row < pq.read_metadata(dataset / "documents" / f"{partition}.parquet").num_rows
