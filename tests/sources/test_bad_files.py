"""Every malformed and every genuine archive file beside the checkout, through the whole command.

The table says, for each file, the exit status that the command ends with when it is given that file alone (0 done, 2
refused before work, 3 finished with failures) and how many documents come out. A name with a second word is tried with
that at its end, so that files that are refused for their names are read as well. HTML is wrapped as a WARC response.
"""

import gzip
import json
import sys
from pathlib import Path

import pytest

from rpdata import cli
from tests.archives import response, write_archive
from tests.command import rpdata

SECONDS_FOR_A_FILE = 60
REFUSED = 2
TABLE = """\
3   1 bad/WARCProcessor__test.warc
2   0 bad/aut__badexample.arc.gz
3   0 bad/aut__badexample.arc.gz .warc.gz
3   0 bad/big-list-of-naughty-strings__blns.json
2   0 bad/big-list-of-naughty-strings__blns.txt
3   0 bad/big-list-of-naughty-strings__blns.txt .warc
0   0 bad/chatnoir-resiliparse__block-sized-records.warc
0   0 bad/chatnoir-resiliparse__block-sized-records.warc.gz
2   0 bad/chatnoir-resiliparse__block-sized-records.warc.lz4
3   0 bad/chatnoir-resiliparse__block-sized-records.warc.lz4 .warc
3   0 bad/chatnoir-resiliparse__clipped.warc.gz
0  29 bad/chatnoir-resiliparse__clueweb-quirk.warc.gz
2   0 bad/gowarc__corrupted-mid-record.warc.gz.open
3  12 bad/gowarc__corrupted-mid-record.warc.gz.open .warc.gz
2   0 bad/gowarc__corrupted-trailing-bytes.warc.gz.open
3  30 bad/gowarc__corrupted-trailing-bytes.warc.gz.open .warc.gz
2   0 bad/gowarc__empty.warc.gz.open
0   0 bad/gowarc__empty.warc.gz.open .warc.gz
2   0 bad/gowarc__single-record.warc.gz.open
0   1 bad/gowarc__single-record.warc.gz.open .warc.gz
0  10 bad/gowarc__skip-non-open.warc.gz
2   0 bad/ia-web-commons__IAH-20080430204825-00000-blackbook-truncated.arc
3   0 bad/ia-web-commons__IAH-20080430204825-00000-blackbook-truncated.arc .warc
0   6 bad/ia-web-commons__IAH-urls-wget.warc.gz
2   0 bad/ia-web-commons__abcd.gz
3   0 bad/ia-web-commons__abcd.gz .warc.gz
2   0 bad/ia-web-commons__double-single-inflate-error.gz
3   0 bad/ia-web-commons__double-single-inflate-error.gz .warc.gz
2   0 bad/ia-web-commons__empty.gz
0   0 bad/ia-web-commons__empty.gz .warc.gz
2   0 bad/ia-web-commons__hi-2.gz
3   0 bad/ia-web-commons__hi-2.gz .warc.gz
2   0 bad/ia-web-commons__hi.gz
3   0 bad/ia-web-commons__hi.gz .warc.gz
0   1 bad/ia-web-commons__mutliple-headers.warc
0   1 bad/jsoup__1538.html.gz
0   1 bad/jsoup__1539.html.gz
0   1 bad/jsoup__1542.html.gz
0   1 bad/jsoup__1543.html.gz
0   1 bad/jsoup__1544.html.gz
0   1 bad/jsoup__1569.html.gz
0   1 bad/jsoup__1577.html.gz
0   1 bad/jsoup__1580-attrname.html.gz
0   1 bad/jsoup__1580.html.gz
0   1 bad/jsoup__1593.html.gz
0   1 bad/jsoup__1595.html.gz
0   1 bad/jsoup__1596.html.gz
0   1 bad/jsoup__1605.html.gz
0   1 bad/jsoup__1606.html.gz
0   1 bad/jsoup__1607.html.gz
0   1 bad/jsoup__1611.html.gz
0   1 bad/jsoup__1612.html.gz
0   1 bad/jsoup__1613.html.gz
0   1 bad/jsoup__1637.html.gz
0   1 bad/jsoup__1638.html.gz
0   1 bad/jsoup__1639.html.gz
0   1 bad/jsoup__1640.html.gz
0   1 bad/jsoup__1642.html.gz
0   1 bad/jsoup__1644.html.gz
0   1 bad/jsoup__1646.html.gz
0   1 bad/jsoup__1695.html.gz
0   1 bad/jsoup__1696.html.gz
0   1 bad/jsoup__1697.html.gz
0   1 bad/jsoup__2353.html.gz
0   1 bad/jsoup__2374.html.gz
0   1 bad/jsoup__2393.html.gz
0   1 bad/jsoup__2397.html.gz
0   1 bad/jsoup__36192.html.gz
0   1 bad/jsoup__39164.html.gz
0   1 bad/jsoup__399497256.html.gz
0   1 bad/jsoup__422516687.html.gz
0   1 bad/jsoup__48116.html.gz
0   1 bad/jsoup__63202.html.gz
0   1 bad/jsoup__63236.html.gz
0   1 bad/jsoup__63242.html.gz
0   1 bad/jsoup__63259.html.gz
0   1 bad/jsoup__64720.html.gz
0   1 bad/jsoup__65147.html.gz
0   1 bad/jsoup__67469.html.gz
0   1 bad/jsoup__9056.html.gz
0   1 bad/jsoup__as-replace.html.gz
0   1 bad/jsoup__bom_utf16be.html
0   1 bad/jsoup__bom_utf16le.html
0   1 bad/jsoup__bom_utf32be.html
0   1 bad/jsoup__bom_utf32le.html
0   1 bad/jsoup__bom_utf8.html
0   1 bad/jsoup__bom_utf8.html.gz
0   1 bad/jsoup__charset-base.html
0   1 bad/jsoup__escapes-across-buffer.html
0   1 bad/jsoup__ex-inselect16.html
0   1 bad/jsoup__garble.html
0   1 bad/jsoup__large.html
0   1 bad/jsoup__meta-charset-1.html
0   1 bad/jsoup__meta-charset-2.html
0   1 bad/jsoup__meta-charset-3.html
0   1 bad/jsoup__so-proc16-insert.html.gz
0   1 bad/jsoup__so-proc16.html.gz
0   1 bad/jsoup__xwiki-1324.html.gz
0   1 bad/jsoup__xwiki-edit.html.gz
0   1 bad/jsoup__yahoo-jp.html.gz
0   0 bad/jwarc__gzip_extra_sl.warc.gz
3   2 bad/tensorflow_datasets__c4_cc_1.warc.wet
2   0 bad/ungoliant__garbage.txt
3   0 bad/ungoliant__garbage.txt .warc
2   0 bad/ungoliant__test.invalid.wet.paths
3   0 bad/ungoliant__test.invalid.wet.paths .warc
2   0 bad/warc3-clueweb__alexa_short_header.arc.gz
3   0 bad/warc3-clueweb__alexa_short_header.arc.gz .warc.gz
0   1 bad/warc3-clueweb__crlf_at_1k_boundary.warc.gz
2   0 bad/warcio__bad.arc
3   0 bad/warcio__bad.arc .warc
0   1 bad/warcio__example-bad-non-chunked.warc.gz
2   0 bad/warcio__example-bad.warc.gz.bad
0   1 bad/warcio__example-bad.warc.gz.bad .warc.gz
0   0 bad/warcio__example-digest.warc
0   1 bad/warcio__example-iana.org-chunked.warc
0   1 bad/warcio__example-resource.warc.gz
0   0 bad/warcio__example-space-in-target-uri.warc.gz
2   0 bad/warcio__example-space-in-url.arc
3   0 bad/warcio__example-space-in-url.arc .warc
3   1 bad/warcio__example-trunc.warc
0   3 bad/warcio__example-wget-bad-target-uri.warc.gz
0   1 bad/warcio__example-wrong-chunks.warc.gz
0   1 bad/warcio__example.warc.gz
0   0 bad/warcio__post-test.warc.gz
0   3 bad/webarchive-discovery__IAH-20080430204825-00000-blackbook-truncated.warc.gz
0   2 bad/webarchive-discovery__ip-host-testcase.warc.gz
0   2 bad/webarchive-discovery__truncated_datetime.warc
0   3 warc/WarcDB__frontpages.warc.gz
0   3 warc/WarcDB__google.warc.gz
0   3 warc/WarcDB__no-warc-info.warc
0   1 warc/aut__example.txt.warc.gz
0 130 warc/aut__example.warc.gz
0   4 warc/aut__issue-493.warc
0   3 warc/aut__issue-514.warc
0  16 warc/chatnoir-resiliparse__warcfile.warc.gz
0  24 warc/dolma__sample-0000.warc.gz
0  17 warc/dolma__sample-0001.warc.gz
0   0 warc/gowarc__test.warc.gz
0   5 warc/ia-web-commons__html-lang-attribute.warc
0   9 warc/ia-web-commons__link-extraction-test.warc
0   1 warc/ia-web-commons__text-extraction-test.warc
0   1 warc/ia-web-commons__title-extraction-embedded-SVG.warc
0   1 warc/jwarc__cc.warc.gz
0   1 warc/node-warc__books.toscrape.warc
0   1 warc/node-warc__parseMe.warc.gz
0   1 warc/pywb__dupes.warc.gz
0   2 warc/pywb__example-wpull.warc.gz
2   0 warc/pywb__example.arc.gz
3   0 warc/pywb__example.arc.gz .warc.gz
0  16 warc/pywb__iana.warc.gz
0  34 warc/webarchive-discovery__BL-20140325121225068-00000-32090~opera~8443.warc.gz
0   6 warc/webarchive-discovery__BL-20140325122341434-00000-32090~opera~8443.warc.gz
0   6 warc/webarchive-discovery__IAH-urls-wget.warc.gz
0   5 warc/webarchive-discovery__flashfrozen-jwat-recompressed.warc.gz
0   2 warc/webarchive-discovery__transfer_compression_brotli.warc.gz
0   2 warc/webarchive-discovery__transfer_compression_gzip.warc.gz
0   2 warc/webarchive-discovery__transfer_compression_none.warc.gz
0   1 warc/whirlwind-python__whirlwind.warc.gz
"""
EXPECTED = {name: (int(status), int(documents)) for status, documents, name in
            (line.split(maxsplit=2) for line in TABLE.splitlines())}
DOCUMENTS = 470         # in all files together, at least: so that a mended table does not hide a loss


def tried(shared: Path, name: str, folder: Path) -> Path:
    """The file as it is given to the command."""
    path, _, ending = name.partition(" ")
    source = shared / "data" / path
    target = folder / (path.replace("/", "_") + ending)
    if ".html" in source.suffixes:
        data = source.read_bytes()
        return write_archive(
            target.with_name(target.name + ".warc.gz"),
            response(gzip.decompress(data) if source.suffix == ".gz" else data),
        )
    target.symlink_to(source)
    return target


def test_every_file_is_in_the_table(shared):
    paths = [path for kind in ("bad", "warc") for path in (shared / "data" / kind).iterdir()]
    assert {name.split()[0] for name in EXPECTED} == {f"{path.parent.name}/{path.name}" for path in paths}


@pytest.fixture(scope="module")
def outcomes(shared, tmp_path_factory):
    """(status, documents) of every file that is not refused, from one run with a unit for each, and the seconds."""
    folder = tmp_path_factory.mktemp("bad")
    names = {tried(shared, name, folder).name: name for name, (status, _) in EXPECTED.items() if status != REFUSED}
    root = folder / "out"
    run = rpdata(
        "compute-signals", *sorted(folder.glob("*_*")), "--snapshot", "bad", "--language", "en", "--extract", "full",
        "--min-chars", 0, "--files-per-shard", 1, "--output", root, "--workers", 2,
    )
    assert "Traceback" not in run.stderr
    assert run.returncode == 3, run.stderr
    seconds = {}
    for line in (root / "logs" / "timings.jsonl").read_text().splitlines():
        timing = json.loads(line)
        seconds[timing["unit"]] = sum(timing["seconds"].values())
    found = {}
    for path in (root / "ledger" / "documents").rglob("*.json"):
        entry = json.loads(path.read_bytes())
        assert entry["read"] == entry["written"] + sum(entry["dropped"].values()) + entry["failed"]
        assert seconds[entry["unit"]] < SECONDS_FOR_A_FILE
        failures = (root / "errors" / "documents" / f"{entry['unit']}.jsonl").exists()
        assert failures or not (entry["failed"] or entry["unread_bytes"])
        found[names[entry["inputs"][0]["name"]]] = (3 if failures else 0, entry["written"])
    return found


def test_each_file_ends_as_the_table_says(outcomes):
    assert outcomes == {name: outcome for name, outcome in EXPECTED.items() if outcome[0] != REFUSED}
    assert sum(documents for _, documents in outcomes.values()) >= DOCUMENTS


@pytest.mark.parametrize("name", [name for name, (status, _) in EXPECTED.items() if status == REFUSED])
def test_the_others_are_refused_with_the_way_out(shared, tmp_path, monkeypatch, capsys, name):
    arguments = ["compute-signals", str(tried(shared, name, tmp_path)), "--snapshot", "s", "--language", "en"]
    monkeypatch.setattr(sys, "argv", ["rpdata", *arguments, "--output", str(tmp_path / "out")])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == REFUSED
    assert "rpdata: cannot read" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
