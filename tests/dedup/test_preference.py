"""The keep rule of a cluster becomes a number for each document, and a rule that cannot be followed is refused."""

import numpy as np
import pyarrow as pa
import pytest
from build_dataset import Builder, documents

from rpdata.dataset import Dataset
from rpdata.dedup.clusters.preference import Preference, PreferenceTask, make_preference
from rpdata.dedup.index.segments import Place, Segment
from rpdata.engine.arrays import Arrays
from rpdata.errors import UserError

ROWS = {"2023-06/0000/en_head": 100, "2023-06/0001/en_head": 0, "2023-14/0000/en_tail": 70}
DATES = ["2023-02-03T04:05:06Z", None, "2022-12-31T23:59:59Z", "2023-02-03", "20230203040507", "yesterday", ""]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    builder = Builder(tmp_path_factory.mktemp("preferred") / "out")
    builder.with_partitions(ROWS)
    for number, (partition, rows) in enumerate(ROWS.items()):
        table = documents(partition, rows, seed=number)
        lines = pa.array([[1]] * rows, pa.list_(pa.int8()))
        own = pa.table([table["doc_id"], pa.array(range(rows), pa.int32()), lines], ["doc_id", "own", "own_lines"])
        builder.write("signals-mine", partition, own)
        if partition.endswith("tail"):
            builder.write("signals-partial", partition, pa.table([table["doc_id"], own["own"]], ["doc_id", "late"]))
    return Dataset.open(builder.root)


def ranks(dataset, keep, folder):
    places = tuple(Place(partition, rows, "", "", "") for partition, rows in ROWS.items())
    task = PreferenceTask(Segment(folder, dataset.root, places), Preference.of(keep, dataset), folder / "ranks")
    for _ in range(2):      # the second time it is there
        make_preference(task)
    return Arrays(folder / "ranks")["rank"]


@pytest.mark.parametrize(("keep", "overlay", "column"), [
    ("longest", "documents", "length"), ("signal:score", "quality_signals", "score"),
    ("signal:flag", "quality_signals", "flag"), ("signal:own", "signals-mine", "own"),
])
def test_the_largest_value_is_preferred_and_none_at_all_comes_last(dataset, tmp_path, keep, overlay, column):
    found = ranks(dataset, keep, tmp_path)
    values = dataset.scan([overlay], columns=[column]).collect()[column].cast(float).to_list()
    assert len(values) == sum(ROWS.values())
    by_value = sorted(range(len(values)), key=lambda row: (values[row] is None, -(values[row] or 0), row))
    assert np.lexsort((np.arange(len(found)), found)).tolist() == by_value


def test_the_latest_download_is_preferred_whatever_is_left_out_of_its_time():
    found = Preference("newest", "documents", "date_download").ranks(pa.array(DATES))
    order = np.lexsort((np.arange(len(DATES)), found)).tolist()
    assert [DATES[row] for row in order[:4]] == [DATES[4], DATES[0], DATES[3], DATES[2]]
    assert order[4:] == [1, 5, 6]
    assert np.isnan(found[order[4:]]).all()


def with_dates(root, dates):
    """The dataset of some partitions, whose documents were downloaded then."""
    builder = Builder(root)
    builder.with_partitions({partition: len(of) for partition, of in dates.items()})
    for partition, of in dates.items():
        table = documents(partition, len(of))
        at = table.schema.get_field_index("date_download")
        builder.write("documents", partition, table.set_column(at, table.schema.field(at), pa.array(of, pa.string())))
    return Dataset.open(root)


def test_where_no_date_is_known_a_document_is_as_new_as_its_snapshot(tmp_path):
    given = {
        "2020-53/0000/en_all": [None, "2024-01-01"], "2023-06/0000/en_all": [None, "2023-02-05", "2023-02-07"],
        "2023-99/0000/en_all": [None], "books/0000/en_all": [None],
    }
    dataset = with_dates(tmp_path / "out", given)
    places = tuple(Place(partition, len(of), "", "", "") for partition, of in given.items())
    make_preference(PreferenceTask(Segment(tmp_path, dataset.root, places), Preference.of("newest", dataset),
                                   tmp_path / "ranks"))
    found = Arrays(tmp_path / "ranks")["rank"]
    # the week 2023-06 began on the 6th of February, 2020-53 on the 28th of December
    assert (-found[:5]).tolist() == [20201228e6, 20240101e6, 20230206e6, 20230205e6, 20230207e6]
    assert np.isnan(found[5:]).all()


def test_newest_is_refused_where_nothing_says_how_old_a_document_is(tmp_path):
    for number, date in enumerate([None, "yesterday"]):
        undated = with_dates(tmp_path / str(number), {"books/0000/en_all": [date]})
        with pytest.raises(UserError, match="no document has either"):
            Preference.of("newest", undated)
    dated = with_dates(tmp_path / "dated", {"books/0000/en_all": [None, "2023-02-05"]})
    assert Preference.of("newest", dated).column == "date_download"


def test_the_first_document_is_preferred_without_any_numbers(dataset):
    assert Preference.of("first", dataset) is None


@pytest.mark.parametrize(("keep", "told"), [
    ("signal:scoer", "did you mean score?"),
    ("signal:line_ends", "known: flag, late, own, score, words"),       # a value for each line
    ("signal:own_lines", "did you mean own"),
    ("signal:late", "2 of 3 partitions lack `signals-partial`"),
])
def test_a_signal_that_cannot_be_compared_is_refused_by_name(dataset, keep, told):
    with pytest.raises(UserError, match="signal") as error:
        Preference.of(keep, dataset)
    assert told in str(error.value)
    assert keep.partition(":")[2] in str(error.value)
