"""The artefacts of RedPajama-V2's pipeline, as its `prep_artifacts.py` leaves them in a folder.

    bad_words/{lang}.txt
    bad_urls/domain_to_category_id.json, category_index.json     or blacklists/{category}/domains alone
    classifiers/{lang}/{palm|wikiref|wikipedia}.model.bin
    dsir/{lang}/{dataset}.{lang}.{buckets}.counts.npy, {dataset}.{lang}.lambda.npy     "ccnet" is the source
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import orjson

from rpdata.artefacts.bad_words import WORDS
from rpdata.artefacts.classifier import LABEL
from rpdata.artefacts.domain_table import REFERENCE_CATEGORIES, from_lists, from_reference, write_table
from rpdata.artefacts.found import Found
from rpdata.artefacts.importance import MEANS, SOURCE, TARGET, read_array
from rpdata.errors import UserError

PARTS = ("bad_words", "bad_urls", "classifiers", "dsir")
MODEL = ".model.bin"
COUNTS = re.compile(r"(?P<dataset>\w+)\.(?P<language>\w+)\.(?P<buckets>[0-9]{1,9})\.counts\.npy")
CRAWL = "ccnet"
HASH = "siphash13-seed42"
LANGUAGE = re.compile(r"[a-z]{2,3}")
NUMBERS, INDEX = "domain_to_category_id.json", "category_index.json"
KNOWN = [
    re.compile(pattern)
    for pattern in (
        r"bad_words/[a-z]{2,3}\.txt",
        rf"bad_urls/({re.escape(NUMBERS)}|{re.escape(INDEX)})",
        rf"bad_urls/blacklists/({'|'.join(REFERENCE_CATEGORIES)})/domains",
        rf"classifiers/[^/]+/[^/]+{re.escape(MODEL)}",
        r"dsir/[^/]+/[^/]+\.(counts|lambda)\.npy",
    )
]
TARGETS = ("books", "openwebtext", "wikipedia")

# A name, and how to find what belongs to it; that raises UserError if it is damaged.
Candidate = tuple[str, Callable[[], Found]]


def is_one(folder: Path) -> bool:
    return any((folder / part).is_dir() for part in PARTS)


def candidates(folder: Path, scratch: Path) -> Iterator[Candidate]:
    """All that is there. `scratch` is for files that are made on the way."""
    for path in lists_of_words(folder):
        yield f"bad_words.{path.stem}", partial(bad_words, path)
    urls = folder / "bad_urls"
    if urls.is_dir():
        yield "domains.ut1", partial(domains, urls, scratch)
    for path in sorted(folder.glob(f"classifiers/*/*{MODEL}")):
        what, language = path.name.removesuffix(MODEL), path.parent.name
        yield f"classifier.{what}.{language}", partial(classifier, path)
    for path in sorted(folder.glob("dsir/*/*.counts.npy")):
        dataset, language = path.name.partition(".")[0], path.parent.name
        if dataset != CRAWL:
            yield f"importance.{dataset}.{language}", partial(importance, path, scratch)


def expected(folder: Path) -> list[str]:
    """What a whole folder would have, for the languages that this one has something for."""
    languages = {path.stem for path in lists_of_words(folder)}
    languages |= {path.name for part in ("classifiers", "dsir") for path in folder.glob(f"{part}/*/")}
    names = ["domains.ut1"]
    for language in sorted(languages):
        english = language == "en"
        names.append(f"bad_words.{language}")
        names += [f"classifier.{what}.{language}" for what in (("palm", "wikiref") if english else ("wikipedia",))]
        names += [f"importance.{what}.{language}" for what in (TARGETS if english else ("wikipedia",))]
    return names


def lists_of_words(folder: Path) -> list[Path]:
    """Those that a language names: a README.txt beside them is none."""
    return [path for path in sorted(folder.glob("bad_words/*.txt")) if LANGUAGE.fullmatch(path.stem)]


def ignored(folder: Path) -> list[str]:
    """The files of its parts that nothing is made of, by their paths in the folder."""
    found = [path.relative_to(folder).as_posix() for part in PARTS for path in sorted((folder / part).rglob("*"))
             if path.is_file()]
    return [name for name in found if not any(pattern.fullmatch(name) for pattern in KNOWN)]


def bad_words(path: Path) -> Found:
    made = {"from": f"bad_words/{path.name}", "licence": "CC-BY-4.0 (LDNOOBW)"}
    return Found(f"bad_words.{path.stem}", "bad_words", path.stem, {WORDS: path}, {}, made)


def domains(folder: Path, scratch: Path) -> Found:
    numbers, index = folder / NUMBERS, folder / INDEX
    made = {"licence": "CC-BY-SA-4.0 (UT1, Université Toulouse Capitole)"}
    if numbers.exists() or index.exists():
        listed = from_reference(numbers, index)
        made["from"] = f"bad_urls/{numbers.name}, {index.name}"
    else:
        lists = {path.parent.name: path for path in sorted(folder.glob("blacklists/*/domains"))}
        known = {category: path for category, path in lists.items() if category in REFERENCE_CATEGORIES}
        listed = from_lists(known)
        made["from"] = f"bad_urls/blacklists: {', '.join(known)}"
        made["left out"] = ", ".join(sorted(set(lists) - set(known)))
    return Found("domains.ut1", "domains", None, write_table(listed, scratch), {"table": "xxh3"}, made)


def classifier(path: Path) -> Found:
    what, language = path.name.removesuffix(MODEL), path.parent.name
    facts, made = {"negative": f"{LABEL}cc"}, {"from": f"classifiers/{language}/{path.name}"}
    return Found(f"classifier.{what}.{language}", "classifier", language, {"model.bin": path}, facts, made)


def importance(path: Path, scratch: Path) -> Found:
    """Of the counts of a target. UserError if their name is of another language, or has no source of its dimension."""
    named = COUNTS.fullmatch(path.name)
    language = path.parent.name
    if named is None or named["language"] != language:
        raise UserError(f"{path} is in the folder of {language}, and its name does not say {language} and a dimension")
    dataset, buckets = named["dataset"], int(named["buckets"])
    source = path.with_name(f"{CRAWL}.{language}.{buckets}.counts.npy")
    if not source.exists():
        others = ", ".join(other.name for other in path.parent.glob(f"{CRAWL}.*.counts.npy")) or "none"
        raise UserError(f"{path} has no source to be held against: {source.name} is not beside it (but {others})")
    name = f"importance.{dataset}.{language}"
    means = scratch / f"{name}.means"
    told = {"target": mean_of(path, dataset, language), "source": mean_of(path, CRAWL, language)}
    means.write_bytes(orjson.dumps(told))
    files = {TARGET: path, SOURCE: source, MEANS: means}
    made = {"from": f"dsir/{language}/{path.name}, {source.name}"}
    return Found(name, "importance", language, files, {"hash": HASH, "buckets": buckets}, made)


def mean_of(counts: Path, dataset: str, language: str) -> float:
    """The mean number of raw words of a dataset whose counts lie beside; UserError if it is not there."""
    path = counts.with_name(f"{dataset}.{language}.lambda.npy")
    mean = read_array(path)
    if mean.ndim != 0 or mean.dtype.kind not in "iuf":
        raise UserError(f"{path} does not hold the mean number of words of {dataset}: it is an array of {mean.dtype}")
    return float(mean)
