"""The overlay of decisions: aligned with the documents, the same as row by row, and counted to the last document."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from build_dataset import Builder, signals
from deciding import EVEN, FLAGGED, RECIPE, ROWS, SCORED, WORDY, build, decided, decisions, rows_of

from rpdata.dataset import Dataset
from rpdata.decide import Recipe, all_of, col, deduplicated, rule
from rpdata.decide.compare import refuse_undecided
from rpdata.decide.conditions import Condition
from rpdata.decide.overlay import DECIDING, decide_unit, is_decided, tasks_of
from rpdata.decide.values import Value
from rpdata.engine.commit import sweep
from rpdata.engine.killpoint import VARIABLE
from rpdata.errors import CannotFinish, UserError
from rpdata.filter import note_recipe, note_tallies, untold
from rpdata.hub.selection import select
from rpdata.ledger import Entry, Ledger, PartitionFile
from rpdata.report.views import decided as shown


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path / "out").root


def digest(root: Path) -> dict[str, bytes]:
    files = [path for step in ("decisions", "ledger/decisions") for path in (root / step).rglob("*.*")]
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.mark.parametrize("unknown", ["keep", "drop"])
def test_every_document_is_decided_as_its_row_is(root, unknown):
    recipe = Recipe("some", RECIPE.rule, unknown=unknown)
    decided(root, recipe)
    found, rows = decisions(root, recipe), rows_of(root)
    assert [row["doc_id"] for row in found] == [row["doc_id"] for row in rows]
    assert [row["keep"] for row in found] == [recipe(row) for row in rows]
    assert {row["keep"] for row in found} == {True, False}
    assert any(row["failed"] and row["abstained"] for row in found)


def test_the_overlay_is_aligned_with_the_documents_and_known_to_the_ledger(root):
    decided(root, RECIPE)
    opened = Dataset.open(root)      # checks rows and doc_ids of every file
    assert list(opened.overlays[RECIPE.folder]) == sorted(ROWS)
    for part in ROWS:
        sizes = [
            [file.row_group(group).num_rows for group in range(file.num_row_groups)]
            for file in (pq.read_metadata(root / f"{step}/{part}.parquet") for step in ("documents", RECIPE.folder))
        ]
        assert sizes[0] == sizes[1]
    (status,) = [step for step in opened.status().steps if step.step == RECIPE.folder]
    assert (status.done, status.missing, status.written, status.balances) == (len(ROWS), [], sum(ROWS.values()), True)


def test_a_decision_older_than_its_numbers_is_refused_told_and_neither_shown_nor_published(tmp_path):
    builder = build(tmp_path / "out")
    root, part = builder.root, "2023-06/0000/en_head"
    _, tally = decided(root, RECIPE)
    opened = Dataset.open(root)
    note_recipe(opened.manifest, RECIPE)
    note_tallies(opened.manifest, root, [tally])
    assert not opened.status().stale
    assert opened.scan([RECIPE.folder]).collect().height == sum(ROWS.values())
    assert [each.folder for each in shown(opened.manifest, Ledger(root))] == [RECIPE.folder]
    builder.write("quality_signals", part, signals(builder.tables["documents"][part], seed=99))
    opened = Dataset.open(root)
    (sentence,) = opened.status().stale
    assert f"{RECIPE.folder} was decided before quality_signals changed: run rpdata filter {root}" in sentence
    assert opened.status().complete
    for folders in (None, [RECIPE.folder]):
        with pytest.raises(UserError, match="decided before quality_signals changed: run rpdata filter"):
            Dataset.open(root, folders).scan([RECIPE.folder])
    with pytest.raises(UserError, match="decided before quality_signals changed"):
        refuse_undecided(opened, [RECIPE])
    assert opened.scan().collect().height == sum(ROWS.values())      # who does not ask for it is not kept from it
    assert shown(opened.manifest, Ledger(root)) == []
    selection = select(root)
    assert not [file.path for file in selection.files if "decisions" in file.path]
    assert "rpdata status" in selection.stays["decisions/"]
    decided(root, RECIPE)
    assert not Dataset.open(root).status().stale


def test_what_changes_in_any_partition_of_a_unit_is_decided_anew(tmp_path):
    entry = Entry("documents", "u", "", {name: PartitionFile(1, "a", name, 1) for name in "ab"}, 2)
    changed = replace(entry, partitions={**entry.partitions, "a": PartitionFile(1, "a", "other", 1)})
    assert entry.state_of_files != changed.state_of_files
    assert b"made_from" not in entry.to_json()
    assert Entry.from_json(replace(entry, made_from={"x": "1"}).to_json()).made_from == {"x": "1"}


def test_a_decision_on_some_of_the_units_leaves_the_dataset_whole(root):
    decided(root, RECIPE)
    unit = Dataset.open(root).manifest.units[0].name
    (root / f"ledger/{RECIPE.folder}/{unit}.json").unlink()
    status = Dataset.open(root).status()
    assert status.complete
    assert {step.step: step.missing for step in status.steps if step.missing} == {RECIPE.folder: [unit]}


def test_what_is_kept_can_be_scanned_and_decisions_do_not_get_in_the_way_of_each_other(root):
    other = Recipe("other", SCORED)
    decided(root, RECIPE)
    decided(root, other)
    opened = Dataset.open(root)
    assert "keep" not in opened.scan().collect_schema().names()
    kept = opened.scan([other.folder]).filter(pl.col("keep")).select("doc_id").collect()["doc_id"].to_list()
    assert kept == [row["doc_id"] for row in decisions(root, other) if row["keep"]]


def test_another_spelling_of_a_recipe_is_the_same_overlay(root, tmp_path):
    one, other = Recipe("some", WORDY & SCORED & EVEN), Recipe("some", EVEN & (WORDY & SCORED) & WORDY)
    decided(root, one)
    tasks = tasks_of(Dataset.open(root), other)
    assert all(map(is_decided, tasks))
    build(tmp_path / "again")
    decided(tmp_path / "again", other)
    assert digest(tmp_path / "again") == digest(root)


def test_what_is_decided_is_left_alone_until_what_it_is_made_from_changes(root):
    tasks, _ = decided(root, RECIPE)
    before = digest(root)
    times = {path: path.stat().st_mtime_ns for path in (root / "decisions").rglob("*.parquet")}
    decided(root, RECIPE)
    assert digest(root) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    partition = "2023-06/0000/en_head"
    builder = Builder(root)
    table = pq.read_table(root / f"documents/{partition}.parquet")
    builder.write("quality_signals", partition, signals(table, seed=99))
    assert [is_decided(task) for task in tasks] == [task.unit != partition for task in tasks]
    decided(root, RECIPE)
    assert [row["keep"] for row in decisions(root, RECIPE)] == [RECIPE(row) for row in rows_of(root)]


def test_the_code_of_every_value_and_condition_is_a_part_of_what_decides():
    def under(kind: type) -> set[type]:
        return {kind, *(found for each in kind.__subclasses__() for found in under(each))}

    modules = {kind.__module__ for kind in under(Value) | under(Condition)}
    found = {module.removeprefix("rpdata.decide.") for module in modules if module.startswith("rpdata.decide.")}
    assert {"score", "takedown", "values"} <= found <= set(DECIDING)


@pytest.mark.parametrize("moment", ["files written:2", "entries withdrawn", "one file renamed:3", "one entry written"])
def test_a_killed_run_goes_on_to_the_same_bytes(root, tmp_path, moment):
    program = f"from deciding import *; decided(Path({str(root)!r}), RECIPE)"
    path = os.pathsep.join(sys.path)
    killed = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": path, VARIABLE: moment})
    assert killed.returncode == -signal.SIGKILL
    done = [is_decided(task) for task in tasks_of(Dataset.open(root), RECIPE)]
    assert not all(done)
    sweep(root)
    decided(root, RECIPE)
    build(tmp_path / "whole")
    decided(tmp_path / "whole", RECIPE)
    assert digest(root) == digest(tmp_path / "whole")


def test_more_documents_are_decided_on_without_doing_the_others_again(root):
    decided(root, RECIPE)
    Builder(root).with_partitions({"2023-14/0001/en_head": 40})
    tasks = tasks_of(Dataset.open(root), RECIPE)
    assert [task.unit for task in tasks if not is_decided(task)] == ["2023-14/0001/en_head"]


def test_the_waterfall_counts_what_each_rule_removes(root):
    _, tally = decided(root, RECIPE)
    found, rows = decisions(root, RECIPE), rows_of(root)
    names = [part.name for part in RECIPE.rules]
    assert [part.name for part in RECIPE.table] != names
    slow = {name: dict.fromkeys(("in_order", "alone", "unique", "abstained"), 0) for name in names}
    characters = dict.fromkeys(names, 0)
    for told, row in zip(found, rows, strict=True):
        failed = [name for name in names if RECIPE.table.index(rule_of(name)) in told["failed"]]
        for name in names:
            slow[name]["abstained"] += RECIPE.table.index(rule_of(name)) in told["abstained"]
        for name in failed:
            slow[name]["alone"] += 1
        if failed:
            slow[failed[0]]["in_order"] += 1
            characters[failed[0]] += row["length"]
        if len(failed) == 1:
            slow[failed[0]]["unique"] += 1
    described = tally.as_dict()
    assert {each["rule"]: {column: each[column]["documents"] for column in slow[each["rule"]]}
            for each in described["rules"]} == slow
    assert {each["rule"]: each["in_order"]["characters"] for each in described["rules"]} == characters
    assert all(sum(counts[column] for counts in slow.values()) for column in ("in_order", "unique", "abstained"))
    characters = sum(row["length"] for row in rows)
    assert described["read"] == {"documents": len(rows), "characters": characters, "tokens": round(characters / 4)}
    assert described["tokens"]["characters_per_token"] == 4
    for language, of in described["languages"].items():
        assert of["kept"]["documents"] == sum(
            told["keep"] for told, row in zip(found, rows, strict=True) if row["language"] == language
        )
        assert tally.languages[language].balances
    for snapshot, of in described["snapshots"].items():
        mine = [row for row in rows if row["doc_id"].startswith(f"{snapshot}/")]
        assert of["read"]["documents"] == len(mine)
        assert of["rules"][0]["alone"]["documents"] == sum(
            RECIPE.table.index(RECIPE.rules[0]) in told["failed"]
            for told, row in zip(found, rows, strict=True) if row in mine
        )
    assert len(described["snapshots"]) == 2


def rule_of(name: str):
    return next(part for part in RECIPE.rules if part.name == name)


def test_with_unknown_dropped_the_waterfall_still_adds_up(root):
    recipe = Recipe("strict", SCORED & FLAGGED, unknown="drop")
    _, tally = decided(root, recipe)
    lost = [row for row in decisions(root, recipe) if not row["keep"] and not row["failed"]]
    assert tally.whole.unknown[0] == len(lost) > 0
    assert tally.whole.balances


def test_what_a_rule_alone_removes_is_kept_without_it_also_where_unknown_is_dropped(root):
    some = rule("some", col("flag") == 1)       # null where score is
    recipe = Recipe("strict", SCORED & WORDY & some, unknown="drop")
    _, tally = decided(root, recipe)
    rows = rows_of(root)
    for told in tally.as_dict()["rules"]:
        without = Recipe("rest", recipe.rule.without(told["rule"]), unknown="drop")
        own = Recipe("own", {"scored": SCORED, "wordy": WORDY, "some": some}[told["rule"]])
        alone = [row for row in rows if without(row) and not own(row)]
        assert told["unique"]["documents"] == len(alone), told["rule"]


def test_a_rule_that_can_tell_of_no_document_is_noted(root):
    nobody = rule("nobody", col("score") / 0 > 1)
    _, tally = decided(root, Recipe("some", nobody & SCORED))
    assert untold(tally) == ["nobody can't tell of any document: what it reads is null everywhere"]


def test_languages_that_share_a_partition_are_counted_apart(tmp_path):
    builder = build(tmp_path / "out", {"2023-06/0000/other_all": 64})
    table = builder.tables["documents"]["2023-06/0000/other_all"]
    languages = pa.array([["pt", "nl", None][row % 3] for row in range(64)])
    table = table.set_column(table.schema.get_field_index("language"), table.schema.field("language"), languages)
    builder.write("documents", "2023-06/0000/other_all", table)
    _, tally = decided(tmp_path / "out", Recipe("all", all_of()))
    assert {name: int(of.read[0]) for name, of in tally.languages.items()} == {"(none known)": 21, "nl": 21, "pt": 22}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (rule("a", col("scores") > 1), "unknown column 'scores'; did you mean score"),
        (rule("a", col("rps_doc_word_count") > 1), "`rps_doc_word_count` was not computed.*rpdata compute-signals"),
        (rule("a", col("rps_doc_ml_palm_score") > 1), "needs the artefact classifier.palm.\n.*\n.*--artefacts DIR"),
        (
            rule("a", col("ccnet_bucket") > 1) & rule("b", col("rps_doc_ml_wikiref_score") > 1),
            "the recipe lacks `ccnet_bucket` .*, `rps_doc_ml_wikiref_score` .*\n"
            "lm: rpdata artefacts pull cc_net.LANGUAGE.*\nclassifier.wikiref: rpdata artefacts pull wikiref, or",
        ),
        (deduplicated(0.8), "`keep_sim0.8` was not computed.*overlay duplicates.\nRun rpdata dedup .* --fuzzy 0.8"),
        (deduplicated("exact"), "Run rpdata dedup .* --exact text"),
        (rule("a", col("url") > 1), "wants a number for each document of `url`, which is string"),
        (rule("a", col("line_ends") > 1), "wants a number for each document of `line_ends`, which is list"),
        (rule("a", col("words").sum() > 1), "wants a count or a flag for each line of `words`, which is int32"),
        (rule("a", col("line_ends").has_any(["a"])), "wants a list of names of `line_ends`, which is list"),
        (rule("a", col("words").is_in(["a"])), "wants text of `words`, which is int32"),
        (rule("a", col("url") > 1) & rule("b", col("url").is_in(["a"])), "b wants text of `url`, another one"),
    ],
)
def test_what_the_dataset_does_not_have_is_told_with_the_way_to_it(root, asked, message):
    with pytest.raises(UserError, match=message):
        tasks_of(Dataset.open(root), Recipe("some", asked))


@pytest.mark.parametrize(
    ("step", "column", "message"),
    [
        ("quality_signals", "score", r"quality_signals/.*is damaged .*\nDelete it and run rpdata compute-signals"),
        (RECIPE.folder, "keep", rf"{RECIPE.folder}/.*parquet is damaged .*\nDelete it and run rpdata filter .*some"),
    ],
)
def test_a_damaged_file_is_named_with_the_way_to_mend_it(root, step, column, message):
    task = next(task for task in tasks_of(Dataset.open(root), RECIPE) if task.unit == "2023-06/0000/en_head")
    if step == RECIPE.folder:
        decide_unit(task)
    path = root / step / f"{task.unit}.parquet"
    group = pq.read_metadata(path).row_group(0)
    places = {group.column(n).path_in_schema: group.column(n).data_page_offset for n in range(group.num_columns)}
    data = bytearray(path.read_bytes())
    data[places[column]:places[column] + 20] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(CannotFinish, match=message):
        decide_unit(task)


def test_documents_that_went_away_are_told(root):
    task = tasks_of(Dataset.open(root), RECIPE)[0]
    (root / "ledger" / "quality_signals" / f"{task.unit}.json").unlink()
    with pytest.raises(UserError, match=r"quality_signals of .* are gone since the work was planned"):
        decide_unit(task)
