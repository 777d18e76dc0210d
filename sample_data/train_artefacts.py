"""Trains artefacts/models: what every signal of the sample needs, small, from the sample's own pages and texts.

    python sample_data/train_artefacts.py            # beside what is there; what is the same is left as it is
    python sample_data/train_artefacts.py FOLDER     # somewhere else

Head pages stand in for Wikipedia and books, tail pages for the crawl, and words of advertisements for bad words: they
show what the signals do, and say nothing about other texts. On one machine the same texts give the same bytes; the
last digits of the classifiers differ between machines (see train_language_model.py).
"""

import sys
import tempfile
from pathlib import Path
from typing import Any

from rpdata.artefacts import train_classifier, train_importance, train_lm
from rpdata.artefacts.bad_words import WORDS
from rpdata.artefacts.domain_table import from_lists, write_table
from rpdata.artefacts.folder import store

HERE = Path(__file__).parent
MODELS = HERE / "artefacts" / "models"
LANGUAGES = ("de", "en", "es", "fr", "it")
ORIGIN = {"by": "sample_data/train_artefacts.py", "licence": "Apache-2.0"}

SMALL_CLASSIFIER = train_classifier.Options(epochs=60, learning_rate=0.5, dimensions=4)
SMALL_LM: dict[str, Any] = {"vocabulary": 300, "order": 3, "prune": (0, 0, 1), "normalisation": "identity"}
BUCKETS = 500
WHOLE = ("head", "tail")        # the middle pages of English have a torn line, which nothing is trained on


def pages(language: str, *buckets: str) -> list[Path]:
    return [path for bucket in buckets for path in sorted(HERE.glob(f"cc_net/*/*/{language}_{bucket}.json.gz"))]


def classifiers(language: str, output: Path) -> None:
    """palm and wikiref are of English, wikipedia of the other languages."""
    names = ("palm", "wikiref") if language == "en" else ("wikipedia",)
    for name in names:
        train_classifier.train(
            {"wiki": pages(language, "head")},
            {"cc": pages(language, "tail")},
            language=language, name=name, output=output, options=SMALL_CLASSIFIER, held_out=0,
        )


def importances(language: str, output: Path) -> None:
    text = HERE / "texts" / f"{language}.txt"
    targets = {"wikipedia": pages(language, "head")}
    if language == "en":
        targets |= {"books": [text], "openwebtext": [text, *pages(language, "head")]}
    train_importance.train(targets, pages(language, *WHOLE), language=language, output=output, buckets=BUCKETS)


def lists(output: Path) -> None:
    for language in LANGUAGES:
        words = {WORDS: HERE / "lists" / f"{language}.txt"}
        store(output, f"bad_words.{language}", "bad_words", language, words, facts={}, made=ORIGIN)
    with tempfile.TemporaryDirectory() as folder:
        listed = from_lists({path.stem: path for path in sorted((HERE / "lists" / "domains").glob("*.txt"))})
        files = write_table(listed, Path(folder))
        store(output, "domains.ut1", "domains", None, files, facts={"table": "xxh3"}, made=ORIGIN)


def main(output: Path) -> None:
    for language in LANGUAGES:
        train_lm.train(
            language, [HERE / "texts" / f"{language}.txt"], output,
            cutoffs_from=pages(language, *WHOLE), **SMALL_LM,
        )
        classifiers(language, output)
        importances(language, output)
    lists(output)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else MODELS)
