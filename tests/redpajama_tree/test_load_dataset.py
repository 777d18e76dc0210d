"""`rpdata.load_dataset`: the documents asked for, with their signals, and an error for what is not there."""

import gzip
import json
import shutil
from contextlib import suppress

import pyarrow as pa
import pytest
from datasets import IterableDataset

import rpdata
from rpdata.errors import CannotFinish, UserError
from rpdata.redpajama_tree.layout import BUCKETS
from rpdata.redpajama_tree.own_rows import Wanted, kept_rows


def stream(place, **request):
    return list(rpdata.load_dataset(str(place), split="train", streaming=True, **request))


def with_signals(rows):
    """Rows by document; JSON as objects, without what only published files tell."""
    found = {}
    for row in rows:
        signals = json.loads(row["quality_signals"])
        signals.pop("is_duplicate", None)
        found[row["doc_id"]] = (row["raw_content"], json.loads(row["meta"]), signals)
    assert len(found) == len(rows)
    return found


def gopher_example(sample):
    """What RedPajama-V2's card shows, word for word in what it reads."""
    signals = json.loads(sample["quality_signals"])
    if not 50 <= signals["rps_doc_word_count"][0][2] <= 10_000:
        return False
    if not 3 <= signals["rps_doc_mean_word_length"][0][2] <= 10:
        return False
    if signals["rps_doc_symbol_to_word_ratio"][0][2] > 0.1:
        return False
    bullets = sum(span[2] for span in signals["rps_lines_start_with_bulletpoint"])
    if bullets / signals["ccnet_nlines"][0][2] > 0.9:
        return False
    return signals["rps_doc_frac_chars_top_2gram"][0][2] <= 0.2


@pytest.mark.parametrize("place", ["dataset", "tree"])
def test_the_call_of_the_card_gives_rows_that_its_example_filters(place, request):
    found = rpdata.load_dataset(
        str(request.getfixturevalue(place)),
        name="default",
        partition="head_middle",
        snapshots=["2026-34", "2023-06"],
        languages=["en", "de"],
        streaming=True,
    )
    rows = list(found["train"])
    kept = [row for row in rows if gopher_example(row)]
    assert 0 < len(kept) < len(rows)
    assert all(list(row) == ["raw_content", "doc_id", "meta", "quality_signals"] for row in kept)


def test_a_dataset_and_the_files_made_of_it_give_the_same(dataset, tree):
    ours, theirs = (with_signals(stream(place, partition="head_middle")) for place in (dataset, tree))
    assert ours == theirs
    assert list(ours) == list(theirs)


def test_rows_are_those_of_the_sample(dataset):
    sample = rpdata.load_dataset(str(dataset), name="sample", split="train", streaming=True)
    assert sorted(map(str, sample)) == sorted(map(str, stream(dataset)))


@pytest.mark.parametrize("place", ["dataset", "tree"])
@pytest.mark.parametrize(
    ("asked", "partitions"),
    [
        ({}, {"2023-06/0003/de_middle", *(f"2026-34/0000/{name}" for name in ("en_head", "en_middle", "en_tail",
                                                                                "de_head"))}),
        ({"partition": "tail"}, {"2026-34/0000/en_tail"}),
        ({"languages": ["de"]}, {"2023-06/0003/de_middle", "2026-34/0000/de_head"}),
        ({"snapshots": ["2026-34"], "languages": ["de"], "partition": "head_middle"}, {"2026-34/0000/de_head"}),
    ],
)
def test_only_what_is_asked_for_comes(place, asked, partitions, request, crawl):
    rows = stream(request.getfixturevalue(place), **asked)
    lines = {part: documents_in(crawl / f"{part}.json.gz") for part in partitions}
    found = [row["doc_id"].rpartition("/")[0].removesuffix(".json.gz") for row in rows]
    assert {part: found.count(part) for part in set(found)} == lines


def documents_in(path):
    """Records that have a text; the sample has one that has none."""
    found = 0
    for line in gzip.decompress(path.read_bytes()).splitlines():
        with suppress(ValueError):
            found += isinstance(json.loads(line).get("raw_content"), str)
    return found


@pytest.mark.parametrize("place", ["dataset", "tree"])
def test_deduplicated_leaves_out_copies_and_nothing_else(place, request):
    place = request.getfixturevalue(place)
    asked = {"partition": "head_middle", "languages": ["en"]}
    whole, unique = (with_signals(stream(place, **asked, deduplicated=flag)) for flag in (False, True))
    assert unique.items() <= whole.items()
    texts = [text for text, _, _ in unique.values()]
    assert len(whole) > len(texts) == len(set(texts))
    assert set(texts) == {text for text, _, _ in whole.values()}


def test_published_signals_say_what_is_a_copy(tree):
    told = {row["doc_id"]: json.loads(row["quality_signals"])["is_duplicate"] for row in stream(tree)}
    unique = {row["doc_id"] for row in stream(tree, partition="head_middle", deduplicated=True)}
    assert {name for name, is_copy in told.items() if is_copy is False} == unique
    assert {name.partition("/")[2][:12] for name, is_copy in told.items() if is_copy is None} == {"0000/en_tail"}


def test_the_tail_has_no_signals(tree):
    tail = stream(tree, partition="tail")
    assert {row["quality_signals"] for row in tail} == {'{"is_duplicate":null}'}
    assert {json.loads(row["meta"])["partition"] for row in tail} == {"tail"}


@pytest.mark.parametrize("place", ["dataset", "tree"])
def test_a_table_has_the_rows_of_the_stream_and_those_of_a_changed_tree(place, request, tmp_path):
    copy = shutil.copytree(request.getfixturevalue(place), tmp_path / "copy")

    def table():
        return list(rpdata.load_dataset(
            str(copy), split="train", languages=["de"], partition="head_middle", cache_dir=str(tmp_path / "cache")
        ))

    assert table() == stream(copy, languages=["de"], partition="head_middle")
    if place == "tree":
        path = copy / "documents/2026-34/0000/de_head.json.gz"
        changed = gzip.decompress(path.read_bytes()).replace(b'"raw_content": "', b'"raw_content": "NEW')
        path.write_bytes(gzip.compress(changed))
        assert table()[-1]["raw_content"].startswith("NEW")


def test_a_stream_is_dealt_out_by_partitions(tree):
    found = rpdata.load_dataset(str(tree), split="train", streaming=True)
    assert isinstance(found, IterableDataset)
    assert found.num_shards == 5
    parts = [list(found.shard(num_shards=5, index=number)) for number in range(5)]
    assert [row for part in parts for row in part] == list(found)


@pytest.mark.parametrize(
    ("partition", "kept"),
    [("head_middle", [True, True, False, True]), ("tail", [False, False, True, False]), ("all", [True] * 4)],
)
def test_where_the_path_has_no_bucket_the_signal_says_and_without_one_it_is_no_tail(partition, kept):
    rows = pa.table({"doc_id": ["a", "b", "c", "d"], "language": ["de", "nl", None, "de"]})
    signals = pa.table({"ccnet_bucket": pa.array([0, 1, 2, None], pa.int8())})
    wanted = Wanted(None, BUCKETS[partition], None)
    assert kept_rows("2020-05/0000/de_all", wanted, rows, signals, []).to_pylist() == kept


def test_of_languages_that_share_a_partition_only_those_asked_for_come():
    rows = pa.table({"doc_id": ["a", "b", "c"], "language": ["de", "nl", None]})
    signals = pa.table({"ccnet_bucket": pa.array([None] * 3, pa.int8())})
    wanted = Wanted(("nl", "fy"), BUCKETS["all"], None)
    assert kept_rows("2020-05/0000/other_all", wanted, rows, signals, []).fill_null(False).to_pylist() == [
        False, True, False
    ]


def test_a_record_that_is_no_document_is_told_and_the_others_keep_their_signals(tree, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    path = copy / "documents/2026-34/0000/de_head.json.gz"
    first, second, *rest = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join([first, b"{torn\n", *rest])))
    asked = {"snapshots": ["2026-34"], "languages": ["de"]}
    with pytest.warns(UserWarning, match=r"1 records are left out, the first is line 2: not JSON"):
        found = with_signals(stream(copy, **asked))
    whole = with_signals(stream(tree, **asked))
    assert json.loads(second)
    assert found == {name: row for name, row in whole.items() if name != "2026-34/0000/de_head.json.gz/1"}


def test_files_of_two_releases_are_refused(tree, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    signals = copy / "quality_signals/2026-34/0000"
    shutil.copyfile(signals / "en_head.signals.json.gz", signals / "de_head.signals.json.gz")
    with pytest.raises(UserError, match=r"de_head.signals.json.gz has signals of 2026-34/0000/en_head.json.gz/0"):
        stream(copy, languages=["de"], snapshots=["2026-34"])


@pytest.mark.parametrize("length", [-2000, 0])
def test_a_torn_file_ends_no_stream_quietly(length, tree, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    path = copy / "documents/2026-34/0000/de_head.json.gz"
    path.write_bytes(path.read_bytes()[:length])
    for streaming in (True, False):
        with pytest.raises(CannotFinish, match=r"cannot read .*de_head.json.gz to its end"):
            list(rpdata.load_dataset(
                str(copy), split="train", snapshots=["2026-34"], languages=["de"], streaming=streaming,
                cache_dir=str(tmp_path / "cache"),
            ))


def test_head_without_signals_comes_without_and_is_told(tree, tmp_path):
    copy = shutil.copytree(tree, tmp_path / "copy")
    (copy / "quality_signals/2026-34/0000/de_head.signals.json.gz").unlink()
    with pytest.warns(UserWarning, match=r"1 of 1 partitions of head and middle have no quality signals"):
        rows = stream(copy, languages=["de"], snapshots=["2026-34"], partition="head_middle")
    assert {tuple(json.loads(row["quality_signals"])) for row in rows} == {("is_duplicate",)}


def test_a_swapped_overlay_is_refused(dataset, tmp_path):
    copy = shutil.copytree(dataset, tmp_path / "copy")
    signals = copy / "quality_signals/2026-34/0000"
    shutil.copyfile(signals / "en_head.parquet", signals / "de_head.parquet")
    with pytest.raises(UserError, match=r"de_head.parquet is not the file that was written"):
        stream(copy, languages=["de"])


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"name": "samples"}, "unknown configuration 'samples'; did you mean sample"),
        ({"partition": "head"}, "unknown partition 'head'; did you mean head_middle"),
        ({"snapshots": ["2026-35"]}, "unknown snapshot '2026-35'; did you mean 2026-34"),
        ({"languages": ["fr"]}, "unknown language 'fr'; known: de, en"),
        ({"languages": "en"}, r"languages takes a list: languages=\['en'\]"),
        ({"snapshots": [2023]}, r"snapshots takes strings, not 2023: snapshots=\['2023'\]"),
        ({"languages": [None]}, "languages takes strings, not None"),
        ({"partition": None}, "unknown partition 'None'"),
        ({"split": "test"}, "unknown split 'test'"),
        ({"snapshots": ["2023-06"], "languages": ["de"], "partition": "tail"}, "no documents of that partition"),
        ({"deduplicated": 0.8}, "deduplicated=0.8|has no .*keep_sim0.8|rpdata dedup"),
    ],
)
@pytest.mark.parametrize("place", ["dataset", "tree"])
def test_what_is_not_there_is_refused_with_what_is(place, asked, told, request):
    with pytest.raises(UserError, match=told):
        list(rpdata.load_dataset(str(request.getfixturevalue(place)), streaming=True, **{"split": "train", **asked}))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"snapshots": ["2026-34", "2023-07"]}, "sample.parquet: unknown snapshot '2023-07'; did you mean 2023-06"),
        ({"languages": ["en", "fr"]}, "sample.parquet: unknown language 'fr'; known: de, en"),
    ],
)
def test_what_the_sample_has_nothing_of_is_refused_with_what_it_has(asked, told, dataset):
    with pytest.raises(UserError, match=told):
        stream(dataset, name="sample", **asked)


def test_copies_that_nobody_named_are_not_passed_off_as_none(tree):
    with pytest.raises(UserError, match=r"1 of 3 partitions have no file .*en_tail.duplicates.parquet"):
        stream(tree, languages=["en"], deduplicated=True)


def test_a_folder_that_is_neither_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match=r"it has neither rpdata.json, .* nor documents/"):
        stream(tmp_path)
    with pytest.raises(UserError, match=r"it is no folder here, and a repository of the hub is called USER/NAME"):
        stream(tmp_path / "elsewhere" / "deep")
    with pytest.raises(UserError, match=r"it is no folder here"):
        rpdata.load_dataset(tmp_path / "elsewhere")


def test_a_similarity_that_was_not_asked_for_is_refused_with_the_command_that_finds_it(dataset):
    with pytest.raises(UserError, match=r"deduplicated=0.8: nothing says .* Run rpdata dedup \S+$"):
        stream(dataset, deduplicated=0.8)
