"""Numbers follow the order (snapshot, shard, partition, row), whatever segment or dataset a partition is in."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rpdata.dedup.index.names import locate
from rpdata.dedup.index.order import Numbering
from rpdata.dedup.index.segments import Place, Segment

pytestmark = pytest.mark.hypothesis

SNAPSHOTS = ("2022-49", "2023-06")


@st.composite
def segments(draw: st.DrawFn) -> list[Segment]:
    """Partitions of two snapshots and shards up to 10,000, some without rows, dealt to up to four segments."""
    names = draw(st.lists(
        st.tuples(st.sampled_from(SNAPSHOTS), st.sampled_from([0, 1, 9999, 10000]), st.sampled_from(["de", "en"])),
        unique=True, min_size=1, max_size=8,
    ))
    dealt: list[list[Place]] = [[] for _ in range(4)]
    for number, (snapshot, shard, language) in enumerate(names):
        partition = f"{snapshot}/{shard:04d}/{language}_all"
        place = Place(partition, draw(st.integers(0, 5)), f"ids {number}", "d", "m")
        dealt[draw(st.integers(0, 3))].append(place)
    return [Segment(Path("/i"), Path(f"/d{i}"), tuple(places)) for i, places in enumerate(dealt) if places]


def expected(parts: list[Segment], first: set[str]) -> list[tuple[str, int]]:
    """Every document as (segment, row), in the joint order."""
    found = []
    for segment in parts:
        row = 0
        for place in segment.places:
            snapshot, shard, partition = place.partition.split("/")
            for within in range(place.rows):
                order = (segment.name not in first, snapshot, int(shard), partition, within)
                found.append((order, (segment.name, row)))
                row += 1
    return [place for _, place in sorted(found)]


@given(segments(), st.data())
def test_numbers_are_places_in_the_joint_order(parts: list[Segment], data: st.DataObject) -> None:
    first = {segment.name for segment in parts if data.draw(st.booleans())}
    numbering = Numbering(data.draw(st.permutations(parts)), first)
    order = expected(parts, first)
    assert numbering.documents == len(order)
    number_of = {place: number for number, place in enumerate(order)}
    for segment in parts:
        rows = np.arange(segment.rows, dtype=np.uint32)
        assert numbering.of(segment, rows).tolist() == [number_of[segment.name, row] for row in rows.tolist()]


@given(segments(), st.data())
def test_split_and_locate_lead_back(parts: list[Segment], data: st.DataObject) -> None:
    numbering = Numbering(parts)
    order = expected(parts, set())
    chosen = sorted(data.draw(st.sets(st.integers(0, max(0, len(order) - 1)))) if order else ())
    numbers = np.array(chosen, np.int64)
    found = []
    for segment, part, rows in numbering.split(numbers):
        assert numbering.of(segment, rows).tolist() == numbers[part].tolist()
        found += [(segment.name, row) for row in rows.tolist()]
    assert found == [order[number] for number in chosen]
    for number, (dataset, partition, row) in zip(chosen, locate(numbering, numbers), strict=True):
        segment = next(each for each in parts if each.name == order[number][0])
        before = 0
        for place in segment.places:
            if place.partition == partition:
                break
            before += place.rows
        assert (dataset, before + row) == (segment.dataset, order[number][1])


def test_the_order_does_not_know_where_a_dataset_lies() -> None:
    place = Place("2023-06/0000/en_all", 3, "ids", "d", "m")
    here, there = (Numbering([Segment(Path(i), Path(d), (place,))]) for i, d in (("/a", "/b"), ("/c", "/d")))
    assert here.described() == there.described()
