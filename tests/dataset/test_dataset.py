"""Opening a dataset and its status: each a promise of `rpdata.dataset`."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from build_dataset import PARTITIONS, Builder, documents, signals

from rpdata.dataset import Dataset
from rpdata.errors import UserError
from rpdata.manifest import Manifest
from rpdata.overlay import Footer, read_footer


def test_an_opened_dataset_knows_its_partitions_in_order_and_its_overlays(dataset: Dataset) -> None:
    assert dataset.partitions == sorted(PARTITIONS)
    assert list(dataset.overlays) == ["minhash", "quality_signals"]
    assert dataset.columns("quality_signals") == ["doc_id", "score", "words", "flag", "line_ends"]


def test_a_swapped_file_raises_with_its_name(copy: Builder) -> None:
    first = copy.root / "quality_signals/2023-06/0000/de_all.parquet"
    second = copy.root / "quality_signals/2023-06/0000/en_head.parquet"
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    message = r"quality_signals/2023-06/0000/de_all.parquet is not the file[^\n]*\nDelete it and run"
    with pytest.raises(UserError, match=message):
        Dataset.open(copy.root)


@pytest.mark.parametrize("overlay", ["documents", "quality_signals", "minhash"])
def test_a_missing_truncated_or_empty_file_raises_with_its_name(copy: Builder, overlay: str) -> None:
    path = copy.root / overlay / "2023-06/0000/en_head.parquet"
    whole = path.read_bytes()
    for content in (None, whole[:-1], whole[: len(whole) // 2], b"", whole + b"PAR1"):
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UserError, match=f"{overlay}/2023-06/0000/en_head.parquet"):
            Dataset.open(copy.root)
    path.write_bytes(whole)
    Dataset.open(copy.root)


def test_a_file_of_another_dataset_raises_though_it_has_as_many_rows(copy: Builder, tmp_path: Path) -> None:
    other = Builder(tmp_path / "other").with_partitions({"2024-10/0000/en_head": 333})
    target = copy.root / "minhash/2023-06/0000/en_head.parquet"
    target.write_bytes((other.root / "minhash/2024-10/0000/en_head.parquet").read_bytes())
    with pytest.raises(UserError, match="checksum of doc_id"):
        Dataset.open(copy.root)


def test_an_overlay_of_other_documents_raises_though_its_ledger_entry_fits_it(copy: Builder) -> None:
    table = documents("2023-06/0000/en_head", 333)
    reordered = table.take(pa.array([1, 0, *range(2, 333)]))
    copy.write("quality_signals", "2023-06/0000/en_head", signals(reordered))
    with pytest.raises(UserError, match=r"quality_signals/.*en_head.parquet belongs to other documents"):
        Dataset.open(copy.root)


def test_a_file_that_is_replaced_while_the_dataset_is_opened_is_not_called_damaged(
    copy: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced_meanwhile(path: Path) -> Footer:
        if path.match("quality_signals/*/*/de_all.parquet"):
            monkeypatch.undo()
            table = documents("2023-06/0000/de_all", 150)
            copy.write("quality_signals", "2023-06/0000/de_all", signals(table, seed=9))
        return read_footer(path)

    monkeypatch.setattr("rpdata.dataset.read_footer", replaced_meanwhile)
    with pytest.raises(UserError, match=r"is being written to\. Open it again"):
        Dataset.open(copy.root)
    Dataset.open(copy.root)


def test_a_folder_that_is_no_dataset_is_refused_with_the_way_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="rpdata compute-signals"):
        Dataset.open(tmp_path / "nothing")


def test_a_file_that_no_ledger_entry_speaks_of_is_not_part_of_the_dataset(copy: Builder) -> None:
    (copy.root / "ledger/minhash/2023-06/0000/en_head.json").unlink()
    opened = Dataset.open(copy.root)
    assert "2023-06/0000/en_head" not in opened.overlays["minhash"]


def test_a_whole_dataset_is_complete_and_balances(dataset: Dataset) -> None:
    status = dataset.status()
    assert status.complete
    assert [(step.step, step.done, step.missing, step.balances) for step in status.steps] == \
        [(step, 4, [], True) for step in ("documents", "minhash", "quality_signals")]
    assert status.steps[0].read == status.steps[0].written == sum(PARTITIONS.values())


def test_partitions_without_an_overlay_are_counted_named_and_refused_by_a_scan_that_needs_it(copy: Builder) -> None:
    for partition in ("2023-06/0000/en_head", "2023-14/0000/en_tail"):
        (copy.root / f"ledger/quality_signals/{partition}.json").unlink()
    opened = Dataset.open(copy.root)
    status = opened.status()
    sentence = r"2 of 4 partitions lack `quality_signals` \(the first is 2023-06/0000/en_head\): run rpdata compute"
    assert not status.complete
    assert {step.step: len(step.missing) for step in status.steps}["quality_signals"] == 2
    assert len(status.disagreements) == 1
    with pytest.raises(UserError, match=sentence):
        opened.scan()
    with pytest.raises(UserError, match=sentence):
        opened.scan(columns=["score"])
    assert opened.scan(overlays=["minhash"]).collect().height == sum(PARTITIONS.values())
    assert opened.scan(columns=["score"], languages=["de"]).collect().height == PARTITIONS["2023-06/0000/de_all"]


def test_a_column_that_some_partitions_lack_is_refused_and_the_others_are_not(copy: Builder) -> None:
    table = signals(documents("2023-06/0000/de_all", 150))
    copy.write("quality_signals", "2023-06/0000/de_all", table.drop_columns(["score"]))
    opened = Dataset.open(copy.root)
    assert [sentence.partition(" (")[0] for sentence in opened.status().disagreements] == \
        ["1 of 4 partitions lack `score`"]
    with pytest.raises(UserError, match="1 of 4 partitions lack `score`"):
        opened.scan().collect()
    assert opened.scan(columns=["doc_id", "words"]).collect().height == sum(PARTITIONS.values())


def test_a_column_made_by_different_code_is_refused(copy: Builder) -> None:
    table = signals(documents("2023-14/0000/en_tail", 70))
    copy.write("quality_signals", "2023-14/0000/en_tail", table, version="v2")
    with pytest.raises(UserError, match="3 of 4 partitions have another version of `score`"):
        Dataset.open(copy.root).scan(columns=["score"])


def test_units_that_were_planned_and_not_done_are_missing(copy: Builder) -> None:
    manifest = Manifest.load(copy.root)
    manifest.units = [unit for unit in manifest.units if unit.partition != "de_all"]
    manifest.save(copy.root)
    shutil.rmtree(copy.root / "ledger/documents/2023-14")
    status = Dataset.open(copy.root).status()
    assert status.steps[0].missing == ["2023-14/0000/en_tail"]
    assert status.partitions == 2
