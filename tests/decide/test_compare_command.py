"""The verbs compare and tune as a user runs them, and the card that tells what was decided."""

import json
from pathlib import Path

import datasets
import pytest
from command import rpdata
from dedup.annotated import annotated

from rpdata.dataset import Dataset
from rpdata.decide.tune import tune
from rpdata.recipe_names import recipe_named
from rpdata.report.findings import tally_of
from rpdata.terminal import console

WORDS = [" ".join(["some words of a page"] * times) for times in range(1, 13)]
HOSTILE = "[bold]\x1b[31mred\n" + " ".join(["a short line of it here"] * 4)
PARTITIONS = {"2023-06/0000/en_head": [*WORDS, HOSTILE], "2023-06/0001/de_head": ["Ein kurzer Satz.", *WORDS[:4]]}
MINE = """
from rpdata.decide import Recipe, col, drop_lines, line, rule

LONG = rule("mine.long", col("rps_doc_word_count") >= 20)
SHORT_LINES = drop_lines("mine.short_lines", line("rps_lines_num_words") < 3)
LINES = rule("mine.words", line("rps_lines_num_words").sum() >= 22)
long = Recipe("long", LONG, title="Long | ones")
edited = Recipe("edited", SHORT_LINES & LINES)
model = Recipe("model", rule("mine.model", col("rps_doc_ml_palm_score") > 0.5))
"""


@pytest.fixture(scope="module")
def mine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mine") / "mine.py"
    path.write_text(MINE)
    return path


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    return annotated(folder / "out", folder / "crawl", PARTITIONS)


@pytest.fixture(scope="module")
def compared(out: Path, mine: Path) -> dict:
    """What the first run printed; it decides both recipes."""
    run = rpdata("compare", out, f"{mine}:long", f"{mine}:edited", "--workers", 1, "--json")
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Run a verb in this process on a terminal of 80 columns; what it printed."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: object) -> str:
        from rpdata.cli import app

        console.file = None
        app([str(argument) for argument in arguments], standalone_mode=False)
        return capsys.readouterr().out

    return run


def test_what_is_not_decided_is_decided_and_compared(out, mine, compared):
    rows = {row["doc_id"]: row for row in datasets.Dataset.from_parquet(str(out / "sample/sample.parquet"))}
    recipes = [recipe_named(f"{mine}:{name}") for name in ("long", "edited")]
    keeps = [tuple(map(bool, (recipe(row) for recipe in recipes))) for row in rows.values()]
    assert compared["newly_decided"] == ["long", "edited"]
    assert {name: of["kept"]["documents"] for name, of in compared["decisions"].items()} == {
        "long": sum(keep[0] for keep in keeps), "edited": sum(keep[1] for keep in keeps)
    }
    (pair,) = compared["agreement"]
    assert pair["alike"] == pytest.approx(sum(one == other for one, other in keeps) / len(keeps))
    assert (pair["only_first"], pair["only_second"]) == (keeps.count((True, False)), keeps.count((False, True)))
    assert pair["only_first"] > 0
    assert list(compared["languages"]) == ["de", "en"]


def test_a_second_comparison_decides_nothing_and_fits_the_terminal(out, mine, compared, printed):
    before = {path: path.stat().st_mtime_ns for path in (out / "decisions").rglob("*.parquet")}
    shown = printed("compare", out, f"{mine}:long", f"{mine}:edited")
    assert {path: path.stat().st_mtime_ns for path in (out / "decisions").rglob("*.parquet")} == before
    assert "Decided in this run" not in shown
    lines = [line.split() for line in shown.splitlines()]
    kept = compared["decisions"]["long"]["kept"]["documents"]
    assert ["long", str(kept), f"{kept / 18:.1%}"] in [line[:3] for line in lines]
    assert "site0.example" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "Characters of edited are those of the lines that are left." in shown
    by_language = printed("compare", out, f"{mine}:long", f"{mine}:edited", "--by", "language")
    assert [line for line in by_language.splitlines() if line.endswith("documents")] == [
        "de: 5 documents", "en: 13 documents"
    ]


def test_characters_of_a_recipe_that_drops_lines_are_those_of_its_waterfall(out, mine, compared):
    dataset = Dataset.open(out)
    kept = {name: compared["decisions"][name]["kept"] for name in ("long", "edited")}
    for name, told in kept.items():
        whole = tally_of(dataset, recipe_named(f"{mine}:{name}").fit(dataset)).whole
        assert [told["documents"], told["characters"]] == whole.kept[:2].tolist()
    edited = tally_of(dataset, recipe_named(f"{mine}:edited").fit(dataset)).whole
    assert edited.edits[0, 1] > 0       # a line was dropped


def test_a_rule_behind_an_edit_is_moved_over_the_lines_that_are_left(out, mine, printed):
    recipe = recipe_named(f"{mine}:edited")
    (curve,) = tune(Dataset.open(out), recipe, "mine.words").curves
    rows = list(datasets.Dataset.from_parquet(str(out / "sample/sample.parquet")))
    for number, threshold in enumerate(curve.thresholds):
        moved = recipe.replace("mine.words", low=threshold)
        assert curve.all.whole[number] == sum(map(moved, rows))
    assert any(each.value == 24 for each in curve.inside)      # six words to a line, but for the first line's one
    shown = printed("tune", out, "--recipe", f"{mine}:edited", "--rule", "mine.words")
    assert " <- today" in shown
    assert "2023-06/0000/en_head.json.gz/12" in shown
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_columns_that_are_not_there_are_refused_before_anything_is_decided(out, mine):
    run = rpdata("compare", out, f"{mine}:long", f"{mine}:model", "rpv1")
    assert run.returncode == 2
    assert "model lacks `rps_doc_ml_palm_score` (the artefact classifier.palm)" in run.stderr
    assert "rpv1 lacks `rps_doc_ml_wikiref_score` (the artefact classifier.wikiref)" in run.stderr
    assert run.stderr.count("Run rpdata compute-signals") == 1


def test_the_card_tells_what_recipes_decided_and_each_is_a_configuration(out, compared, tmp_path):
    card = (out / "README.md").read_text()
    for each in compared["recipes"]:
        name = each["folder"].replace("/", "-")
        kept = compared["decisions"][each["recipe"]]["kept"]["documents"]
        title = "`long`: Long \\| ones" if each["recipe"] == "long" else "`edited`"
        assert f"| {title} | `{name}` | 18 | {kept} | {kept / 18:.1%} |\n" in card
        rows = datasets.load_dataset(str(out), name=name, split="train", cache_dir=str(tmp_path))
        assert (len(rows), sum(rows["keep"])) == (18, kept)
