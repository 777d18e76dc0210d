"""The plan: which input is in which unit, for ever."""

import random
import time
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.engine.plan import BYTES_PER_SHARD, Input, Unit, plan
from rpdata.errors import UserError


def wet(name: str, size: int = 100, folder: str = "/crawl") -> tuple[str, Input]:
    return "2026-34", Input(f"{folder}/{name}", name, "wet", size)


def ccnet(place: str, size: int = 100) -> tuple[str, Input]:
    path = f"/pool/{place}.json.gz"
    return "", Input(path, path.rpartition("/")[2], "ccnet", size)


def shape(units: list[Unit]) -> dict[str, list[str]]:
    return {unit.name: [source.name for source in unit.inputs] for unit in units}


def test_a_ccnet_file_is_a_unit_of_its_own_and_its_path_says_where() -> None:
    units = plan([], [ccnet("2023-06/0001/en_head"), ccnet("2023-06/0000/fr_tail"), ccnet("2023-06/0000/en_head")])
    assert [(unit.name, unit.partition_path) for unit in units] == \
        [(name, name) for name in ("2023-06/0000/en_head", "2023-06/0000/fr_tail", "2023-06/0001/en_head")]


def test_the_last_place_in_a_ccnet_path_counts() -> None:
    nested = ccnet("old/2019-01/0000/de_head.json.gz/2023-06/0002/en_middle")
    assert plan([], [nested])[0].name == "2023-06/0002/en_middle"


def test_a_ccnet_file_whose_path_says_nothing_is_refused_with_what_the_path_should_be() -> None:
    with pytest.raises(UserError, match=r"where /pool/en_head.json.gz belongs.*<snapshot>/<shard>"):
        plan([], [ccnet("en_head")])


def test_other_inputs_are_sorted_by_name_and_grouped() -> None:
    units = plan([], [wet(f"{name}.wet.gz") for name in "cabde"], "en", files_per_shard=2)
    assert shape(units) == {
        "2026-34/0000": ["a.wet.gz", "b.wet.gz"],
        "2026-34/0001": ["c.wet.gz", "d.wet.gz"],
        "2026-34/0002": ["e.wet.gz"],
    }
    assert {unit.partition_path for unit in units} == {f"2026-34/000{shard}/en_all" for shard in range(3)}


def test_automatic_shards_hold_about_two_gibibytes_and_at_least_one_file() -> None:
    sizes = [BYTES_PER_SHARD // 2, BYTES_PER_SHARD // 2, 1, 3 * BYTES_PER_SHARD, 5]
    units = plan([], [wet(f"{number}.wet.gz", size) for number, size in enumerate(sizes)], "en")
    assert [unit.size for unit in units] == [BYTES_PER_SHARD, 1, 3 * BYTES_PER_SHARD, 5]


def test_formats_do_not_share_a_shard() -> None:
    table = "2026-34", Input("/crawl/b.jsonl", "b.jsonl", "jsonl", 10)
    units = plan([], [wet("a.wet.gz"), table, wet("c.wet.gz")], "en")
    assert shape(units) == {"2026-34/0000": ["b.jsonl"], "2026-34/0001": ["a.wet.gz", "c.wet.gz"]}


@given(names=st.lists(st.integers(0, 200), unique=True), cut=st.integers(0, 200),
       per_shard=st.none() | st.integers(1, 5), seed=st.integers(0, 9))
def test_later_inputs_append_shards_and_what_was_planned_never_moves(
    names: list[int], cut: int, per_shard: int | None, seed: int
) -> None:
    found = [wet(f"{name:03d}.wet.gz", size=BYTES_PER_SHARD // 3) for name in names]
    before = plan([], found[:cut], "en", per_shard)
    shuffled = random.Random(seed).sample(found, len(found))
    after = plan(before, shuffled, "en", per_shard)
    assert after[:len(before)] == before
    assert sorted(chain(*shape(after).values())) == sorted(source.name for _, source in found)
    assert [unit.shard for unit in after] == [f"{number:04d}" for number in range(len(after))]
    assert plan(after, found, "en", per_shard) == after


@given(names=st.sets(st.integers(0, 50)), seed=st.integers(0, 9))
def test_the_order_of_arguments_does_not_matter(names: set[int], seed: int) -> None:
    found = [wet(f"{name}.wet.gz") for name in names] + [ccnet(f"2023-06/{name:04d}/en_head") for name in names]
    assert plan([], random.Random(seed).sample(found, len(found)), "en", 3) == plan([], found, "en", 3)


def test_an_input_that_is_named_twice_is_planned_once() -> None:
    assert plan([], [wet("a.wet.gz"), wet("a.wet.gz")], "en") == plan([], [wet("a.wet.gz")], "en")


def test_two_inputs_with_one_name_in_a_snapshot_are_refused_with_both_paths() -> None:
    with pytest.raises(UserError, match=r"(?s)/crawl/a.wet.gz\n  /mirror/a.wet.gz\nRename one"):
        plan([], [wet("a.wet.gz"), wet("a.wet.gz", folder="/mirror")], "en")
    with pytest.raises(UserError, match="same name"):
        plan([], [ccnet("x/2023-06/0000/en_head"), ccnet("y/2023-06/0000/en_head")])


def test_an_input_that_changed_since_it_was_planned_is_refused() -> None:
    units = plan([], [wet("a.wet.gz", size=100)], "en")
    with pytest.raises(UserError, match=r"a.wet.gz has 101 bytes, but had 100 .*(?s:.*)Text is written once"):
        plan(units, [wet("a.wet.gz", size=101)], "en")


def test_an_input_that_is_planned_in_another_snapshot_is_refused_and_another_file_in_its_place_is_not() -> None:
    planned = plan([], [("2026-30", Input("/in/a.wet", "a.wet", "wet", 9))])
    with pytest.raises(UserError, match=r"/in/a.wet is in the dataset already, in snapshot 2026-30; with 2026-34"):
        plan(planned, [("2026-34", Input("/in/a.wet", "a.wet", "wet", 9))])
    assert len(plan(planned, [("2026-34", Input("/in/a.wet", "a.wet", "wet", 10))])) == 2


def test_an_input_that_was_moved_is_found_again_and_another_of_its_name_is_not_taken_for_it(tmp_path: Path) -> None:
    old = tmp_path / "a.wet.gz"
    old.write_bytes(b"x" * 100)
    units = plan([], [wet("a.wet.gz", folder=str(tmp_path)), wet("b.wet.gz")], "en")
    with pytest.raises(UserError, match="same name"):
        plan(units, [wet("a.wet.gz", folder="/new")], "en")
    old.unlink()
    moved = plan(units, [wet("a.wet.gz", folder="/new")], "en")
    assert [source.path for source in moved[0].inputs] == ["/new/a.wet.gz", "/crawl/b.wet.gz"]
    assert shape(moved) == shape(units)
    with pytest.raises(UserError, match="same name"):
        plan(units, [wet("a.wet.gz", folder="/new", size=99)], "en")


def test_wet_and_ccnet_of_one_snapshot_do_not_share_a_shard_number() -> None:
    units = plan([], [("2023-06", Input("/a.wet.gz", "a.wet.gz", "wet", 1)), ccnet("2023-06/0000/en_head")], "en")
    assert [unit.name for unit in units] == ["2023-06/0000/en_head", "2023-06/0001"]


def test_a_ccnet_file_of_a_shard_that_holds_other_files_is_refused() -> None:
    planned = plan([], [("2023-06", Input("/a.wet.gz", "a.wet.gz", "wet", 1))], "en")
    with pytest.raises(UserError, match=r"en_all\.json\.gz belongs to shard 2023-06/0000, which holds other files"):
        plan(planned, [ccnet("2023-06/0000/en_all")])


def test_a_shard_that_moved_is_found_again_in_linear_time() -> None:
    found = [wet(f"{number:05d}.wet.gz") for number in range(10_000)]
    moved = [(snapshot, Input("/gone" + source.path, source.name, "wet", source.size)) for snapshot, source in found]
    planned = plan([], moved, "en", files_per_shard=10_000)
    started = time.process_time()
    assert plan(planned, found)[0].inputs == tuple(source for _, source in found)
    assert time.process_time() - started < 2


def test_without_a_language_the_documents_decide_in_which_partitions_they_are() -> None:
    (unit,) = plan([], [wet("a.wet.gz")])
    assert (unit.partition, unit.partition_path, unit.name) == (None, None, "2026-34/0000")
    assert plan(plan([], [wet("a.wet.gz")]), [wet("b.wet.gz")], "en")[0] == unit


def test_more_than_ten_thousand_shards_stay_in_their_order() -> None:
    found = [wet(f"{number:05d}.wet.gz") for number in range(10_002)]
    before = plan([], found[:-1], "en", 1)
    assert [unit.shard for unit in before[-2:]] == ["9999", "10000"]
    assert plan(before, found, "en", 1)[:-1] == before


@pytest.mark.parametrize("per_shard", [None, 1])
def test_ninety_thousand_inputs_are_planned_in_seconds(per_shard: int | None) -> None:
    found = [wet(f"CC-MAIN-{number:06d}.warc.wet.gz", 80 << 20) for number in range(90_000)]
    began = time.process_time()
    units = plan(plan([], found[:45_000], "en", per_shard), found, "en", per_shard)
    assert sum(len(unit.inputs) for unit in units) == 90_000
    assert time.process_time() - began < 20     # 1 s here: this is about its growth, not its speed
