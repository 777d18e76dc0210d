"""The ledger: it balances, it is the same bytes for the same work, and damage to it shows."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.errors import UserError
from rpdata.ledger import ERRORS_LISTED, Entry, Ledger, PartitionFile, ReadReport, configuration_hash, totals

UNIT = "2023-06/0000/en_head"


def entry(step: str = "documents", unit: str = UNIT, rows: int = 7, **fields: object) -> Entry:
    written = {unit: PartitionFile(rows, "c0ffee", "f00d", 3)}
    return Entry(step, unit, "configuration", written, **{"read": rows, **fields})     # type: ignore[arg-type]


def put(root: Path, account: Entry) -> Path:
    """The entry and the files it speaks of."""
    path = Ledger(root).path(account.step, account.unit)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(account.to_json())
    for partition, file in account.partitions.items():
        target = root / account.step / f"{partition}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"x" * file.bytes)
    return path


def test_a_report_counts_failed_records_and_not_files() -> None:
    report = ReadReport(read=5)
    report.drop("too_short")
    report.drop("too_short")
    report.fail("a.wet.gz", 3, "not UTF-8")
    report.fail("b.wet.gz", None, "torn at byte 7")
    assert report.dropped == Counter(too_short=2)
    assert report.failed == 1
    assert [error["record"] for error in report.errors] == [3, None]


@given(rows=st.integers(0, 9), dropped=st.dictionaries(st.sampled_from(["too_short", "too_long"]), st.integers(0, 9)),
       failed=st.integers(0, 9), too_many=st.integers(-3, 3))
def test_an_entry_balances_if_and_only_if_every_record_is_accounted_for(
    rows: int, dropped: dict[str, int], failed: int, too_many: int
) -> None:
    read = rows + sum(dropped.values()) + failed + too_many
    account = entry(rows=rows, read=read, dropped=dropped, failed=failed, failed_values=5, unread_bytes=100)
    assert account.balances() == (too_many == 0)


counts = st.integers(0, 2**40)
texts = st.text(max_size=8)


@given(account=st.builds(
    Entry, step=texts, unit=texts, configuration=texts, read=counts, failed=counts, failed_values=counts,
    unread_bytes=counts, dropped=st.dictionaries(texts, counts, max_size=3),
    columns=st.dictionaries(texts, texts, max_size=3),
    partitions=st.dictionaries(texts, st.builds(PartitionFile, counts, texts, texts, counts), max_size=3),
    inputs=st.lists(st.fixed_dictionaries({"name": texts, "bytes": counts, "xxh3": texts}), max_size=3).map(tuple),
))
def test_an_entry_comes_back_from_its_json(account: Entry) -> None:
    assert Entry.from_json(account.to_json()) == account


def test_the_same_entry_is_the_same_bytes_whatever_the_order_of_its_parts() -> None:
    one = entry(dropped={"a": 1, "b": 2}, columns={"x": "1", "y": "2"})
    other = entry(dropped={"b": 2, "a": 1}, columns={"y": "2", "x": "1"})
    assert one.to_json() == other.to_json()
    assert configuration_hash({"a": 1, "b": [None, True]}) == configuration_hash({"b": [None, True], "a": 1})
    assert configuration_hash({"a": 1}) != configuration_hash({"a": 2})


def test_entries_are_found_by_step_and_unit_and_listed_in_order(tmp_path: Path) -> None:
    accounts = [entry("decisions/gopher-12ab"), entry(), entry(unit="2026-34/0001"), entry("minhash")]
    for account in reversed(accounts):
        put(tmp_path, account)
    ledger = Ledger(tmp_path)
    assert list(ledger.entries()) == accounts
    assert list(ledger.entries("documents")) == accounts[1:3]
    assert ledger.entry("minhash", UNIT) == accounts[3]
    assert ledger.entry("minhash", "2026-34/0001") is None
    assert list(Ledger(tmp_path / "nothing").entries()) == []


def test_totals_add_up_over_the_units_of_a_step(tmp_path: Path) -> None:
    put(tmp_path, entry(rows=5, read=9, dropped={"too_short": 3}, failed=1))
    put(tmp_path, entry(unit="2026-34/0001", rows=2, read=4, dropped={"too_short": 1, "too_long": 1}, unread_bytes=10))
    put(tmp_path, entry("minhash", rows=100))
    assert totals(Ledger(tmp_path).entries("documents")) == {
        "units": 2, "read": 13, "written": 7, "failed": 1, "failed_values": 0, "skipped": 0, "unread_bytes": 10,
        "dropped": {"too_long": 1, "too_short": 4},
    }


def test_done_means_this_configuration_and_every_file_in_its_place(tmp_path: Path) -> None:
    put(tmp_path, entry())
    ledger = Ledger(tmp_path)
    assert ledger.done("documents", UNIT, "configuration")
    assert not ledger.done("documents", UNIT, "another configuration")
    assert not ledger.done("minhash", UNIT, "configuration")
    file = tmp_path / f"documents/{UNIT}.parquet"
    file.write_bytes(b"xx")
    assert not ledger.done("documents", UNIT, "configuration")
    file.unlink()
    assert not ledger.done("documents", UNIT, "configuration")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe", b'{"written": 3}'])
def test_a_damaged_entry_is_named_with_the_way_out_and_counts_as_not_done(tmp_path: Path, damage: bytes) -> None:
    path = put(tmp_path, entry())
    path.write_bytes(damage)
    ledger = Ledger(tmp_path)
    message = r"en_head.json is damaged.*\nDelete that file and run the same command again"
    with pytest.raises(UserError, match=message):
        ledger.entry("documents", UNIT)
    with pytest.raises(UserError, match=message):
        list(ledger.entries())
    assert not ledger.done("documents", UNIT, "configuration")


def test_every_torn_beginning_of_an_entry_is_noticed() -> None:
    whole = entry(dropped={"too_short": 1}).to_json()
    for length in range(len(whole) - 2):    # without the last line break it is still whole
        with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
            Entry.from_json(whole[:length])


def test_an_entry_that_was_copied_to_another_unit_is_refused(tmp_path: Path) -> None:
    source = put(tmp_path, entry())
    target = Ledger(tmp_path).path("documents", "2023-06/0000/en_tail")
    target.write_bytes(source.read_bytes())
    with pytest.raises(UserError, match=r"en_tail.json belongs to documents/2023-06/0000/en_head"):
        Ledger(tmp_path).entry("documents", "2023-06/0000/en_tail")


def test_written_that_differs_from_the_rows_of_its_files_is_damage() -> None:
    with pytest.raises(ValueError, match="written is 8, but its partitions have 7 rows"):
        Entry.from_json(entry().to_json().replace(b'"written": 7', b'"written": 8'))


def test_errors_beyond_the_bound_are_counted_and_not_kept() -> None:
    report = ReadReport()
    for number in range(ERRORS_LISTED + 5):
        report.fail("a.jsonl", number, "torn")
    assert report.failed == ERRORS_LISTED + 5
    assert len(report.errors) == ERRORS_LISTED
    assert report.told()[-1]["cause"] == "5 more errors are counted, but not listed"
