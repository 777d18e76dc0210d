"""Overlays are brought up to date from the documents that are there, and those are never written."""

import time

import pytest

from rpdata.annotate import Settings
from rpdata.annotate.refresh import refresh_unit
from rpdata.annotate.unit import annotate_unit
from rpdata.artefacts.folder import collected
from rpdata.engine.plan import plan
from rpdata.errors import UserError
from rpdata.manifest import Manifest
from rpdata.sources import discover
from tests.command import contents


def test_damaged_documents_are_named_and_not_made_again(repository, tmp_path):
    """The file has the size that it had, so that only its bytes tell."""
    crawl = repository / "sample_data" / "cc_net" / "2026-34" / "0000"
    [unit] = plan([], discover([str(crawl / "en_head.json.gz")]))
    settings = Settings(tmp_path / "out")
    annotate_unit(unit, settings)
    Manifest([unit]).save(settings.output)
    documents, minhash = (
        settings.output / step / f"{unit.partition_path}.parquet" for step in ("documents", "minhash")
    )
    data = bytearray(documents.read_bytes())
    data[len(data) // 2] ^= 1
    documents.write_bytes(data)
    minhash.unlink()
    before = contents(settings.output)
    with pytest.raises(UserError, match=rf"the documents of {unit.name} are not as .*(?s:.*)Read its inputs again"):
        refresh_unit(unit, {"ccnet": settings})
    assert contents(settings.output) == before


def test_the_seconds_of_all_stages_are_no_more_than_the_unit_took(repository, tmp_path):
    """Models are asked within other stages, and counted once."""
    [unit] = plan([], discover([str(repository / "sample_data/cc_net/2026-34/0000/en_head.json.gz")]))
    artefacts = collected(repository / "sample_data/artefacts/models")
    settings = Settings(tmp_path / "out", artefacts=artefacts).with_artefacts(Manifest())
    began = time.perf_counter()
    report = annotate_unit(unit, settings)
    took = time.perf_counter() - began
    assert report.seconds["classifier"] > 0
    assert all(seconds >= 0 for seconds in report.seconds.values())
    assert sum(report.seconds.values()) <= took
