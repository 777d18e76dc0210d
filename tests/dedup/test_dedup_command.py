"""`rpdata dedup` as a user runs it: what it leaves in the dataset, what it refuses, and what goes on working."""

import json
import re
import shutil
from pathlib import Path

import polars as pl
import pytest
from command import contents, rpdata
from datasets import load_dataset

from rpdata.cli import app
from rpdata.dataset import Dataset
from rpdata.errors import UserError

REFUSED, UNSAFE = 2, 4


@pytest.fixture(scope="module")
def pool(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample: 210 pages, some of them copies of others, some nearly so."""
    root = tmp_path_factory.mktemp("pool") / "out"
    rpdata("compute-signals", repository / "sample_data" / "cc_net", "--output", root)
    return root


@pytest.fixture(scope="module")
def marked(pool: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("marked") / "out"
    shutil.copytree(pool, root)
    done = rpdata("dedup", root, "--fuzzy", "0.7,0.8", "--workers", 1)
    assert done.returncode == 0, done.stderr
    assert "scan(deduplicated=0.8)" in done.stdout
    return root


def test_what_is_marked_is_what_a_scan_leaves_out(marked):
    again = rpdata("dedup", marked, "--fuzzy", "0.7,0.8", "--json")
    told = json.loads(again.stdout)
    dataset = Dataset.open(marked)
    assert told["documents"] == 210
    assert told["units"] == told["units_done_before"] == 26
    for level in told["safety"]["levels"]:
        name = "exact" if level["level"] == "exact" else float(level["level"])
        left = dataset.scan(["documents"], columns=["doc_id"], deduplicated=name).collect()
        assert len(left) == 210 - level["removed"]
        assert 0 < level["removed"] < 60
    similar = dataset.scan(["duplicates"]).filter(~pl.col("keep_sim0.8")).collect()
    assert similar["jaccard_to_kept_sim0.8"].min() >= 0.8
    assert (similar["cluster_size_sim0.8"] > 1).all()


def test_doing_it_again_changes_no_byte(marked):
    before = contents(marked), digest(marked / "duplicates")
    again = rpdata("dedup", marked, "--fuzzy", "0.7,0.8")
    assert "nothing was left to do" in again.stdout
    assert (contents(marked), digest(marked / "duplicates")) == before


def digest(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_verb_knows_the_overlay(marked, pool, tmp_path):
    status = json.loads(rpdata("status", marked, "--json").stdout)
    (step,) = [step for step in status["steps"] if step["step"] == "duplicates"]
    assert (step["written"], step["missing"], status["complete"]) == (210, [], True)
    shown = rpdata("show", marked, "2026-34/0000/en_head.json.gz/8", "--signals").stdout.splitlines()
    values = {line.split()[0]: line.split()[1:] for line in shown if "_sim0.8" in line}
    assert values["keep_sim0.8"] == ["no"]
    assert values["cluster_size_sim0.8"] == ["3", "documents"]
    assert values["cluster_id_sim0.8"][0].isdecimal()       # to be copied: without commas
    for root in (marked, pool):
        assert rpdata("export", root, "--output", tmp_path / root.parent.name).returncode == 0
    assert digest(tmp_path / marked.parent.name / "minhash") == digest(tmp_path / pool.parent.name / "minhash")
    loaded = load_dataset(str(marked), name="duplicates", split="train", cache_dir=str(tmp_path / "cache"))
    assert (len(loaded), loaded.column_names[:3]) == (210, ["doc_id", "exact_group", "exact_keep"])
    card = (marked / "README.md").read_text()
    assert "| `duplicates/` | its clusters, and whether it is kept: copies (text) and near-duplicates" in card


def test_templates_stop_the_run_before_anything_is_marked(tmp_path):
    rows = [{"text": " ".join(f"word{number}{place}" for place in range(40))} for number in range(40)]
    rows += [{"text": f"{' '.join(f'template{place}' for place in range(200))} {number}"} for number in range(20)]
    (tmp_path / "docs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    root = tmp_path / "out"
    made = rpdata("compute-signals", tmp_path / "docs.jsonl", "--language", "en", "--snapshot", "books", "-o", root)
    assert made.returncode == 0, made.stderr
    before = contents(root)
    refused = rpdata("dedup", root, "--workers", 1)
    assert refused.returncode == UNSAFE
    assert "similarity 0.8: one cluster has 20 of 60 documents, such as books/docs.jsonl/40" in refused.stderr
    assert "One cluster may have 1% of the documents, or 10 where that is more" in refused.stderr
    assert "Traceback" not in refused.stderr
    shown = [" ".join(line.split()) for line in refused.stdout.splitlines()]
    assert "similarity 0.8 60 19 41" in shown
    assert [line for line in shown if line.startswith("20 books/docs.jsonl/40 template0 template1")]
    as_json = rpdata("dedup", root, "--workers", 1, "--json")
    assert as_json.returncode == UNSAFE
    told = json.loads(as_json.stdout)
    assert "one cluster has 20 of 60 documents" in told["refused"]
    assert told["safety"] == json.loads((root / "index" / "safety.json").read_bytes())
    assert contents(root) == before
    assert not (root / "duplicates").exists()
    (_, similar) = json.loads((root / "index" / "safety.json").read_bytes())["levels"]
    assert similar["clusters"][0]["samples"][0]["first_line"].startswith("template0 template1")
    allowed = rpdata("dedup", root, "--workers", 1, "--allow-large-clusters")
    assert allowed.returncode == 0, allowed.stderr
    assert "Marked all the same: similarity 0.8: one cluster has 20 of 60 documents" in allowed.stdout
    assert " ".join(allowed.stdout.splitlines()[2].split()) == "similarity 0.8, copies too 1 20 19 41"
    assert len(Dataset.open(root).scan(deduplicated=0.8).collect()) == 41


def test_a_plan_writes_nothing_and_a_curve_needs_no_dataset(pool, capsys):
    before = digest(pool)
    app(["dedup", "plan", str(pool), "--keep", "longest", "--workers", "1", "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["documents"] == 210
    assert digest(pool) == before
    app(["dedup", "curve", "0.8", "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["bands"] == 9


def test_a_mistake_is_a_message(pool):
    refused = rpdata("dedup", pool, "--keep", "signal:rps_doc_word_coun")
    assert refused.returncode == REFUSED
    assert "did you mean rps_doc_word_count" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("{out} --fuzzy 0.85", "no bands for a similarity of '0.85'; there are 0.7, 0.8, 0.9, 1.0"),
        ("{out} --exact texts", "unknown --exact 'texts'; did you mean text?"),
        ("{out} --exact none --fuzzy none", "leave nothing to look for"),
        ("{out} --lines 5 --exact text", "--exact means nothing beside --lines"),
        ("{out} --reference --verify none", "--verify means nothing beside --reference"),
        ("{out} --update-index", "name one, --against INDEX"),
        ("", "name the dataset"),
        ("--recluster {out}/index {out}", "the index tells which datasets"),
        ("{out}/documents", "documents lies in a dataset, and is none itself. Name the dataset: {out}"),
        ("plan {out}/index", "index lies in a dataset, and is none itself. Name the dataset: {out}"),
        ("plan {out}/..", "is not a dataset of rpdata"),
        ("plan {out} --memory 8", "--memory 8 means 8 bytes"),
        ("curve 0.85", "no bands for a similarity of 0.85"),
    ],
)
def test_what_means_nothing_is_refused(pool, arguments, said):
    with pytest.raises(UserError, match=re.escape(said.format(out=pool))) as refused:
        app(["dedup", *arguments.format(out=pool).split()], standalone_mode=False)
    assert refused.value.exit_status == REFUSED


def test_help_shows_all_options_and_the_verbs():
    told = " ".join(rpdata("dedup", "--help", COLUMNS="200").stdout.split())
    for expected in ("rpdata dedup [OPTIONS]", "--allow-large-clusters", "--verify", "rpdata dedup plan DATASET",
                     "rpdata dedup curve 0.8"):
        assert expected in told
    assert "--plot" in rpdata("dedup", "curve", "--help", COLUMNS="200").stdout
