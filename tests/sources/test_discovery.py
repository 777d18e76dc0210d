"""From arguments to input files: what is found, and what is refused with which way out."""

import gzip
import os
import tempfile
from pathlib import Path

import fsspec
import pytest

from rpdata.engine.plan import Input, plan
from rpdata.errors import UserError
from rpdata.sources import ReadOptions, check, discover

WET = "CC-MAIN-20230126210844-20230127000844-00000.warc.wet.gz"


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """A folder that itself looks like a snapshot, with two shards, an index as cc_net leaves it, and a WET file."""
    base = tmp_path / "1999-01" / "0007"
    for name in ("2023-06/0000/en_head.json.gz", "2023-06/0000/de_tail.jsonl.zst", "2023-06/0001/en_head.json"):
        touch(base / name)
    touch(base / "2023-06/0000/en_head.json.gz.index")
    touch(base / "_SUCCESS")
    touch(base / f"crawl-data/CC-MAIN-2023-06/segments/1/wet/{WET}")
    return base


def touch(path: Path, text: str = "{}\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def places(*arguments: object, snapshot: str | None = None) -> list[tuple[str, str, str]]:
    found = discover([str(argument) for argument in arguments], snapshot)
    return [(name, source.format, source.name) for name, source in found]


EVERYTHING = [
    ("2023-06", "ccnet", "de_tail.jsonl.zst"),
    ("2023-06", "ccnet", "en_head.json.gz"),
    ("2023-06", "ccnet", "en_head.json"),
    ("2023-06", "wet", WET),
]


def test_a_folder_is_walked_and_files_of_unknown_type_are_passed_over(pool):
    assert places(pool) == EVERYTHING


def test_globs_cross_folders_and_order_does_not_depend_on_the_arguments(pool):
    assert places(f"{pool}/**/*.zst", f"{pool}/**/*.json.gz", f"{pool}/**/*.json", f"{pool}/**/*.wet.gz") == EVERYTHING
    assert places(f"{pool}/2023-06/000[1-9]/*") == [("2023-06", "ccnet", "en_head.json")]


def test_the_last_place_in_a_path_counts(pool):
    assert {snapshot for snapshot, _ in discover([str(pool)])} == {"2023-06"}


def test_a_file_named_twice_is_read_once(pool, monkeypatch):
    monkeypatch.chdir(pool)
    file = "2023-06/0000/en_head.json.gz"
    assert len(discover([file, f"./{file}", str(pool / file), f"file://{pool / file}", "2023-06/0000/*.gz"])) == 1


def test_inputs_know_path_and_size(pool):
    path = touch(pool / "2023-06/0000/fr_all.json", "12345")
    [(_, source)] = discover([str(path)])
    assert (source.path, source.size, source.name) == (str(path), 5, "fr_all.json")


def test_a_listing_is_relative_to_its_own_folder(pool, monkeypatch):
    listing = touch(pool / "list.txt", "# cc_net\n\n2023-06/0000/*.json.gz\n  2023-06/0001  \n" f"file://{pool}/crawl-data\n")
    monkeypatch.chdir("/")
    names = [name for _, _, name in places(f"@{listing}")]
    assert names == ["en_head.json.gz", "en_head.json", WET]


def test_a_compressed_listing_is_read_as_one(pool):
    listing = pool / "wet.paths.gz"
    listing.write_bytes(gzip.compress(f"crawl-data/CC-MAIN-2023-06/segments/1/wet/{WET}\n".encode()))
    assert places(f"@{listing}") == [("2023-06", "wet", WET)]


def test_urls_are_files_folders_and_globs():
    memory = fsspec.filesystem("memory")
    for name in ("2023-06/0000/en_head.json.gz", "2023-06/0001/en_head.json.gz", "2023-06/0001/README"):
        memory.pipe(f"/pool/{name}", b"1234")
    memory.pipe("/pool/list.txt", b"2023-06/0001\nmemory://pool/2023-06/0000\n")
    one = discover(["memory://pool/2023-06/0000/en_head.json.gz"])
    assert [source.size for _, source in one] == [4]
    assert len(discover(["memory://pool/*/*/*.gz"])) == 2
    assert discover(["memory://pool"]) == discover(["memory://pool/**/*.gz"]) == discover(["@memory://pool/list.txt"])
    with pytest.raises(UserError, match="no such file or folder: memory://nowhere"):
        discover(["memory://nowhere/a.jsonl"])
    with pytest.raises(UserError, match=r"no file matches memory://pool/\*\.zst"):
        discover(["memory://pool/*.zst"])


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("a.jsonl", "jsonl"),
        ("a.jsonl.gz", "jsonl"),
        ("a.JSON.ZST", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.parquet", "parquet"),
        ("a.warc.wet.gz", "wet"),
        ("a.warc.wet", "wet"),
        ("a.wet.gz", "wet"),
        ("a.warc", "warc"),
        ("a.WARC.gz", "warc"),
        ("a.warc.zst", "warc"),
        ("en_docs.jsonl", "jsonl"),
    ],
)
def test_the_name_tells_the_format(tmp_path, name, format_name):
    assert places(touch(tmp_path / name), snapshot="books") == [("books", format_name, name)]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.arc.gz", "older than WARC"),
        ("a.warc.lz4", "this compression is not read.*gzip"),
        ("a.warc.gz.open", "not finished by the crawler.*rename it"),
        ("a.warc.wat.gz", "WAT files hold metadata"),
        ("a.txt", r"its name is not one of a known type(.|\n)*\*\.parquet"),
        ("a.parquet.gz", "not one of a known type"),
        ("en_head.json.gz", r"cannot tell which snapshot and shard(.|\n)*2023-06/0000/en_head\.json\.gz"),
        ("2023-6/0000/en_head.json.gz", "cannot tell which snapshot and shard"),
    ],
)
def test_other_files_are_refused_with_the_way_out(tmp_path, name, message):
    with pytest.raises(UserError, match=message):
        discover([str(touch(tmp_path / name))], "books")


def test_nothing_found_is_an_error_that_says_where_it_looked(pool, tmp_path):
    for arguments, message in [
        ([], "no input files"),
        ([f"{pool}/2023-06/0000/en_haed.json.gz"], "no such file.*did you mean en_head.json.gz"),
        ([f"{pool}/*.parquet"], rf"no file matches .* \(looked in {pool}\)"),
        ([str(tmp_path / "nowhere")], "no such file or folder"),
        ([f"@{tmp_path}/nowhere.txt"], "no such file or folder"),
    ]:
        with pytest.raises(UserError, match=message):
            discover(arguments)


def test_folders_without_anything_to_read_are_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    touch(tmp_path / "other" / "notes.txt")
    with pytest.raises(UserError, match="the folder is empty"):
        discover([str(tmp_path / "empty")])
    with pytest.raises(UserError, match=r"there are only files of unknown type: 1 .*notes.txt"):
        discover([str(tmp_path / "other")])


def test_what_is_passed_over_in_a_folder_is_told(tmp_path, caplog):
    read = touch(tmp_path / "a.jsonl")
    touch(tmp_path / "notes.txt")
    touch(tmp_path / "b.csv")
    (tmp_path / "gone.jsonl").symlink_to("nowhere.jsonl")
    (tmp_path / "linked").symlink_to("/")
    os.mkfifo(tmp_path / "pipe.jsonl")
    assert [source.path for _, source in discover([str(tmp_path)], "books")] == [str(read)]
    assert caplog.messages == [
        f"rpdata: passed over in {tmp_path}: links to folders: 1 (e.g. {tmp_path}/linked); "
        f"files of unknown type: 2 (e.g. {tmp_path}/b.csv); links that lead nowhere: 1 (e.g. {tmp_path}/gone.jsonl); "
        f"pipes, sockets or devices: 1 (e.g. {tmp_path}/pipe.jsonl)"
    ]
    caplog.clear()
    assert len(discover([f"{tmp_path}/*.jsonl"], "books")) == 1
    assert "gone.jsonl" in caplog.text
    assert "pipe.jsonl" in caplog.text


@pytest.fixture
def own_folder():
    """A folder of a user who has no rights but a user's."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    finally:
        if is_root:
            os.seteuid(0)


def test_a_folder_that_can_not_be_listed_is_refused_and_named(own_folder):
    closed = touch(own_folder / "b" / "closed" / "en.jsonl").parent
    touch(own_folder / "a.jsonl")
    for mode in (0o000, 0o400):     # not to be listed; to be listed, but what is in it can't be looked at
        closed.chmod(mode)
        try:
            with pytest.raises(UserError, match=rf"cannot look into {closed}.*: Permission denied"):
                discover([str(own_folder)], "books")
        finally:
            closed.chmod(0o700)


def test_datasets_below_a_folder_are_no_input(tmp_path, caplog):
    touch(tmp_path / "a.jsonl")
    touch(tmp_path / "out" / "rpdata.json")
    touch(tmp_path / "out" / "ledger" / "documents" / "0000.json")
    assert places(tmp_path, snapshot="books") == [("books", "jsonl", "a.jsonl")]
    assert f"datasets that rpdata wrote: 1 (e.g. {tmp_path}/out)" in caplog.text
    with pytest.raises(UserError, match=r"nothing to read in .*out: there are only datasets that rpdata wrote"):
        discover([str(tmp_path / "out")], "books")


def test_what_is_no_file_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.jsonl")
    for argument in (str(tmp_path / "a.jsonl"), f"@{tmp_path}/a.jsonl", "/dev/zero"):
        with pytest.raises(UserError, match="is neither a file nor a folder"):
            discover([argument], "books")
    with pytest.raises(UserError, match="cannot read the listing /proc/self/mem: Input/output error"):
        discover(["@/proc/self/mem"], "books")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("zip://a.jsonl::/x.zip", r"cannot read zip://a\.jsonl::/x\.zip: one filesystem inside another"),
        ("https://x.org/a.jsonl?X-Amz-Expires=9&X-Amz-Signature=s3cr3t", "cannot read https://x.org/a.jsonl: its"),
        ("https://x.org/a.jsonl?sv=2020&sig=s3cr3t", "its address holds a credential"),
        ("https://x.org/a.jsonl?access_token=s3cr3t", "its address holds a credential"),
        ("ftp://me:s3cr3t@x.org/a.jsonl", "cannot read x.org/a.jsonl: its address holds a credential"),
    ],
)
def test_addresses_that_can_not_be_kept_are_refused(url, message):
    with pytest.raises(UserError, match=message) as error:
        discover([url], "books")
    assert "s3cr3t" not in str(error.value)


def test_listings_that_name_nothing_or_each_other_are_refused(tmp_path):
    with pytest.raises(UserError, match="names no file"):
        discover([f"@{touch(tmp_path / 'a.txt', '# nothing')}"])
    with pytest.raises(UserError, match=r"names another one, @a\.txt"):
        discover([f"@{touch(tmp_path / 'b.txt', '@a.txt')}"])
    with pytest.raises(UserError, match="is not one file"):
        discover([f"@{tmp_path}"])
    (tmp_path / "c.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="is not a text file"):
        discover([f"@{tmp_path / 'c.txt'}"])


def test_two_inputs_with_one_name_in_a_snapshot_are_refused_and_both_named(tmp_path):
    first, second = touch(tmp_path / "a" / "docs.jsonl"), touch(tmp_path / "b" / "docs.jsonl")
    with pytest.raises(UserError, match=rf"(?s){first}.*{second}.*Rename one") as error:
        discover([str(tmp_path)], "books")
    assert error.value.exit_status == 2
    wet = [touch(tmp_path / crawl / WET) for crawl in ("CC-MAIN-2023-06", "CC-MAIN-2023-14")]
    assert len(discover([str(path) for path in wet])) == 2


@pytest.mark.parametrize("place", ["12023-06/0000/en_head.json.gz", "2023-06/0000/en_best.json.gz"])
def test_search_and_plan_agree_on_what_a_path_of_cc_net_is(tmp_path, place):
    [(snapshot, source)] = discover([str(touch(tmp_path / place.replace("en_head", "en_head2")))], "books")
    assert (snapshot, source.format) == ("books", "jsonl")
    with pytest.raises(UserError, match="cannot tell where"):
        plan([], [("", Input(f"/pool/{place}", place.rpartition("/")[2], "ccnet", 1))])


def test_two_cc_net_files_for_one_partition_are_refused(tmp_path):
    touch(tmp_path / "a/2023-06/0000/en_head.json.gz")
    touch(tmp_path / "b/2023-06/0000/en_head.jsonl.zst")
    with pytest.raises(UserError, match=r"two inputs for one place, 2023-06/0000/en_head"):
        discover([str(tmp_path)])


def test_the_snapshot_comes_from_the_path_or_is_demanded(tmp_path):
    wet = touch(tmp_path / WET)
    with pytest.raises(UserError, match=r"cannot tell the snapshot of .*--snapshot 2026-34"):
        discover([str(wet)])
    assert places(wet, snapshot="2023-06") == [("2023-06", "wet", WET)]
    in_crawl = touch(tmp_path / "CC-MAIN-2023-14" / WET)
    assert places(in_crawl) == [("2023-14", "wet", WET)]
    assert places(in_crawl, snapshot="mine") == [("mine", "wet", WET)]
    table = touch(tmp_path / "CC-MAIN-2023-14" / "a.jsonl")
    with pytest.raises(UserError, match="cannot tell the snapshot"):
        discover([str(table)])


def test_a_snapshot_that_contradicts_the_path_or_names_no_folder_is_refused(pool):
    assert places(pool / "2023-06", snapshot="2023-06")
    with pytest.raises(UserError, match="--snapshot 2022-49 contradicts the path"):
        discover([str(pool / "2023-06")], "2022-49")
    for bad in ("", "a/b", "..", "-x", "a b"):
        with pytest.raises(UserError, match="can't name a folder"):
            discover([str(pool)], bad)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense://a/b.jsonl", "cannot read nonsense://a/b.jsonl: Protocol not known"),
        ("dask://a/b.jsonl", "cannot (read|look for) dask://"),
    ],
)
def test_urls_without_a_filesystem_are_refused(url, message):
    with pytest.raises(UserError, match=message):
        discover([url], "books")


def test_what_is_no_language_code_is_refused(tmp_path):
    found = discover([str(touch(tmp_path / "a.jsonl", '{"text": "x"}'))], "books")
    for bad in ("../x", "", "english please"):
        with pytest.raises(UserError, match="is not a language code"):
            check(found, ReadOptions(language=bad))
    for several in ("other", "all", "ALL"):
        with pytest.raises(UserError, match="is not one language"):
            check(found, ReadOptions(language=several))
    for code, said in {"eng": "write en", "GER-AT": "write de-AT", "xx": "unknown language 'xx'"}.items():
        with pytest.raises(UserError, match=said):
            check(found, ReadOptions(language=code))
    for good in ("zh-Hant", "ckb", "bh"):
        check(found, ReadOptions(language=good))


@pytest.mark.parametrize(("said", "meant"), [("EN", "en"), ("ZH-Hant", "zh-Hant"), ("Zh_TW", "zh_TW"), (None, None)])
def test_a_language_is_the_same_in_capitals(said, meant):
    options = ReadOptions(language=said)
    assert options.language == meant
    assert options == ReadOptions(language=meant)


def test_columns_that_are_not_there_are_refused_with_near_names(tmp_path):
    found = discover([str(touch(tmp_path / "a.jsonl", '{"txt": "x", "id": 1}\nnot json\n'))], "books")
    with pytest.raises(UserError, match=r"a\.jsonl, --text-column: unknown column 'text'; did you mean txt\?"):
        check(found, ReadOptions(language="en"))
    with pytest.raises(UserError, match="--id-column: unknown column 'ids'"):
        check(found, ReadOptions(language="en", text_column="txt", id_column="ids"))
    check(found, ReadOptions(language="en", text_column="txt", id_column="id"))


def test_names_that_are_not_unicode_are_refused(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wet.gz")
    Path(path).touch()
    for argument in (path, str(tmp_path)):
        with pytest.raises(UserError, match=r"caf\?\.wet\.gz is not UTF-8"):
            discover([argument], "s")


@pytest.mark.parametrize(
    ("part_of", "snapshot"),
    [("CC-MAIN-2023-06", "2023-06"), ("SIM-MAIN-2026-34", "2026-34"), ("2020-10", "2020-10"), ("basic", None)],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_archive_may_say_itself_which_snapshot_it_is_of(tmp_path, part_of, snapshot, pack):
    info = f"WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\nrobots: classic\r\nisPartOf: {part_of}\r\n\r\n"
    path = tmp_path / "a.warc.wet.gz"
    path.write_bytes(pack(info.encode()) + pack(b"WARC/1.0\r\n\r\nisPartOf: CC-MAIN-2000-01\r\n\r\n" * 1000))
    if snapshot is None:
        with pytest.raises(UserError, match="cannot tell the snapshot"):
            discover([str(path)])
    else:
        assert [found for found, _ in discover([str(path)])] == [snapshot]
    assert [found for found, _ in discover([str(path)], "other")] == ["other"]
