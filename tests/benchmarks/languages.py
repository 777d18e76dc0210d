"""How often each language model that is here is right: a table for the documentation.

    python tests/benchmarks/languages.py

Sentences: lingua's test data, in the languages that the model tells. Pages: the development shards, whose labels came
from another program. Asked about whole texts, and about their first 1,000 code points.
"""

import csv
import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from corpus import REPOSITORY, SHARDS
from fastwarc.warc import ArchiveIterator, WarcRecordType

from rpdata.annotate.language import THRESHOLD, find_model, identify, load
from rpdata.artefacts import ARTEFACTS, is_here

SENTENCES = SHARDS.parent / "text" / "multi" / "lingua_sentences.tsv.gz"
SAMPLE_MODEL = REPOSITORY / "sample_data" / "artefacts" / "languages.bin"
MIN_CHARS = 300
BEGINNING = 1000


def sentences() -> Iterator[tuple[str, str]]:
    """(language, sentence)."""
    with gzip.open(SENTENCES, "rt") as lines:
        for line in lines:
            language, _, text = line.rstrip("\n").partition("\t")
            yield language, text


def pages() -> Iterator[tuple[str, str]]:
    """(language as labelled, text) of the pages of the shards."""
    with (SHARDS / "index.tsv").open() as table:
        labels = {row["url"]: row["lang"] for row in csv.DictReader(table, delimiter="\t")}
    for path in sorted(SHARDS.glob("*.wet.gz")):
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.conversion):
                text = record.reader.read().decode("utf-8", "replace").rstrip("\n").partition("\n")[2]
                label = labels.get(record.headers.get("WARC-Target-URI"))
                if label and len(text) >= MIN_CHARS:
                    yield label, text


def row(name: str, path: Path, corpus: str, labelled: list[tuple[str, str]]) -> str:
    """One line of the table: agreement, what would be dropped, speed."""
    model = load(find_model(str(path)))
    told = {label.removeprefix("__label__") for label in model.labels}
    asked = [(language, text) for language, text in labelled if language in told]
    texts = pa.array([text for _, text in asked])
    began = time.process_time()
    languages, scores = identify(texts, model)
    seconds = time.process_time() - began
    found = list(zip(asked, languages.to_pylist(), scores.to_pylist(), strict=True))
    right = sum(language == best for (language, _), best, _ in found)
    sure = [language == best for (language, _), best, score in found if score >= THRESHOLD]
    return (
        f"| {name} | {corpus} | {len(asked):,} | {len({language for language, _ in asked})} | "
        f"{right / len(found):.1%} | {sum(sure) / len(sure):.1%} | {1 - len(sure) / len(found):.1%} | "
        f"{seconds / len(found) * 1e6:,.0f} |"
    )


def main() -> None:
    models = {artefact.name: artefact.name for artefact in ARTEFACTS.values() if is_here(artefact)}
    models["the sample's model"] = str(SAMPLE_MODEL)
    whole = list(pages())
    corpora = {
        "sentences": list(sentences()),
        "pages, whole": whole,
        f"pages, first {BEGINNING:,}": [(language, text[:BEGINNING]) for language, text in whole],
    }
    print("| model | texts | number | languages | right | right if sure | dropped: score | us/text |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for name, path in models.items():
        for corpus, labelled in corpora.items():
            print(row(name, path, corpus, labelled))


if __name__ == "__main__":
    main()
