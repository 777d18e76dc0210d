"""What `rpdata dedup` prints: the counts, what goes, and texts of strangers that steer nothing."""

import json
from dataclasses import replace

import pytest
from rich.cells import cell_len

from rpdata.dedup.large_clusters import LargeCluster, Sample
from rpdata.dedup.safety import LevelReport, SafetyReport
from rpdata.dedup.summary import DedupSummary, ExactFound, FuzzyFound
from rpdata.dedup.tallies import Loss
from rpdata.terminal_dedup import print_all, print_dedup


@pytest.fixture
def summary() -> DedupSummary:
    hostile = Sample("2023-06/a.wet.gz/7", None, "[bold]\x1b[31mred\u202e")
    exact = LevelReport("exact", 1000, 10, [Loss(None, 90, 10)], [Loss("en", 900, 10)], [Loss("2023-06", 500, 10)],
                        [LargeCluster(7, 4, [hostile])], [], domains_in_all=1, clusters_in_all=6)
    similar = LevelReport(
        "0.8", 1000, 150, [Loss("b.example", 200, 100), Loss("a[/].example", 90, 50)], [Loss("en", 900, 150)],
        [Loss("2023-06", 500, 90), Loss("2023-14", 500, 60)], [LargeCluster(3, 60, [hostile, hostile])], [],
        domains_in_all=2, clusters_in_all=90,
    )
    return DedupSummary(
        output="out/", documents=1000, verify="jaccard", keep="first", safety=SafetyReport([exact, similar]),
        without_signature=12, exact=ExactFound("text", 6, 16, 10, 210),
        fuzzy=[FuzzyFound("0.8", 90, 240, 60, 150, 5000, 400, 2, 1)], units=3, units_done_before=1, seconds=1.25,
    )


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_counts_domains_and_clusters_are_shown(summary, capsys):
    print_dedup(summary, as_json=False)
    shown = lines(capsys.readouterr().out)
    assert "copies (text) 6 16 10 990" in shown
    assert "similarity 0.8, copies too 90 240 150 850" in shown
    assert "12 documents of less than 13 words: only copies are found of those." in shown
    told = "Similarity 0.8: 5,000 comparisons in the buckets of all bands, 400 confirmed; 2 documents kept"
    assert told in " ".join(shown)
    assert "(none known) 10 of 90 en 10 of 900 2023-06 10 of 500" in shown
    assert "b.example 100 of 200 en 150 of 900 2023-06 90 of 500" in shown
    assert "a[/].example 50 of 90 2023-14 60 of 500" in shown
    assert "This run: 2 units marked, 1,000 documents, in 1.2 s." in shown
    assert 'Next: Dataset.open("out").scan(deduplicated=0.8)' in shown


def test_texts_of_strangers_steer_nothing(summary, capsys):
    print_dedup(summary, as_json=False)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "2023-06/a.wet.gz/7 [bold]\\x1b[31mred\\u202e" in " ".join(shown.split())


def test_json_has_everything(summary, capsys):
    print_dedup(summary, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["fuzzy"][0]["oversized"] == 1
    assert told["safety"]["levels"][1]["domains"][0] == {"name": "b.example", "documents": 200, "removed": 100}


def test_of_several_datasets_each_is_named(summary, capsys):
    print_all([summary, summary], as_json=False)
    assert lines(capsys.readouterr().out).count("out/: 1,000 documents") == 2
    print_all([summary, summary], as_json=True)
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_without_fuzzy_thresholds_or_proof_that_is_said(summary, capsys):
    summary.verify = "none"
    print_dedup(summary, as_json=False)
    told = "Similarity 0.8: 400 pairs in the buckets of all bands, not verified"
    assert told in " ".join(capsys.readouterr().out.split())
    summary.fuzzy = []
    print_dedup(summary, as_json=False)
    assert 'scan(deduplicated="exact")' in capsys.readouterr().out


def test_nothing_is_wider_than_the_terminal_and_what_is_cut_says_so(summary, capsys, monkeypatch):
    exact, similar = summary.safety.levels
    long = [Sample(f"2023-06/{'shard' * 3}/{number}", None, "\u5b57" * 100) for number in range(3)]
    exact.clusters[:] = [LargeCluster(7, 3, [*long[:2], Sample("2023-06/" + "d" * 40, None, "")])]
    similar.clusters[:] = [*exact.clusters, LargeCluster(9, 2, long[1:])]
    similar.domains[:] = [Loss(f"{'sub' * 20}.{number}.example", 2, 1) for number in range(20)]
    summary.safety.levels[1] = replace(similar, domains_in_all=1234)
    for columns in (100, 60):
        monkeypatch.setenv("COLUMNS", str(columns))
        print_dedup(summary, as_json=False)
        printed = capsys.readouterr().out.splitlines()
        assert [line for line in printed if cell_len(line.rstrip()) > columns] == []
        shown = lines("\n".join(printed))
        assert [line for line in shown if line.startswith("and 1,229 more" if columns > 60 else "and")]
        assert "The largest clusters, 3 of 90, and up to 3 documents of each:" in " ".join(shown)
        assert [line for line in shown if line.endswith("\u5b57\u2026")]
        assert len([line for line in shown if line.endswith("(same first line)")]) == 2
        assert [line for line in shown if line.endswith("(empty)")]
        assert f"3 {long[0].doc_id} (shown above)" in shown


def test_no_copies_are_promised_where_none_were_looked_for(summary, capsys):
    summary.exact = None
    print_dedup(summary, as_json=False)
    shown = lines(capsys.readouterr().out)
    assert "12 documents of less than 13 words: nothing is found of those." in shown
    assert "similarity 0.8 90 240 150 850" in shown
