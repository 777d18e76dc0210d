"""Text to train on: JSON lines, plain text, Parquet, and datasets of our own, as batches of texts in a fixed order.

Training needs all of what it was given, or the model is not the one that its account describes: a file or record that
can't be read ends it. (Annotation is the opposite: there it costs the record.)
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.artefacts.store import sha256_of
from rpdata.dataset import Dataset
from rpdata.errors import UserError
from rpdata.manifest import FILE as MANIFEST
from rpdata.sources.codecs import CHUNK_BYTES, DamageError, decode
from rpdata.sources.lines import lines
from rpdata.sources.storage import find_local

TEXT_COLUMNS = ("raw_content", "text")
LANGUAGE_COLUMNS = ("language", "lang")
BATCH_BYTES = 16 << 20
MAX_TEXT_BYTES = 1 << 27        # what the kernels take
READABLE = re.compile(r"\.(?P<kind>jsonl|ndjson|json|txt|parquet)(?:\.gz|\.zst)?\Z", re.IGNORECASE)
KNOWN = "Readable are *.jsonl, *.ndjson, *.json and *.txt, each of them plain, .gz or .zst; *.parquet; and datasets."


@dataclass
class Corpus:
    """Texts in one language, file by file in the order in which they were found.

    A record whose `language` (or `lang`) is another one is left out and counted; one that says nothing is taken.

    Attributes
    ----------
    others: the records left out, by their language; complete once the texts were read.
    """

    language: str
    files: Sequence[Path]
    others: Counter[str] = field(default_factory=Counter)

    @classmethod
    def find(cls, arguments: Iterable[str | Path], language: str) -> "Corpus":
        """Of files, folders, globs and datasets. UserError for what is not there or not readable, or for nothing."""
        found = [path for argument in arguments for path in find_files(str(argument))]
        files = list(dict.fromkeys(found))
        if not files:
            raise UserError(f"no text to train on: no files were named, or there are none in the folders.\n{KNOWN}")
        return cls(language, files)

    def batches(self) -> Iterator[pa.StringArray]:
        """The texts, empty ones too, about BATCH_BYTES at a time. UserError if there is no text."""
        self.others.clear()
        texts: list[str] = []
        held = 0
        any_text = False
        for text in self.texts():
            texts.append(text)
            held += len(text)
            any_text = any_text or bool(text)
            if held >= BATCH_BYTES:
                yield pa.array(texts, pa.string())
                texts, held = [], 0
        if not any_text:
            left_out = ", ".join(f"{count:,} in {name}" for name, count in self.others.most_common(5))
            raise UserError(
                f"no text in {self.language} in {', '.join(map(str, self.files[:3]))}"
                f"{' ...' if len(self.files) > 3 else ''}"
                + (f": its records are {left_out}.\nName the language as they do." if left_out else ": it is empty.")
            )
        if texts:
            yield pa.array(texts, pa.string())

    def texts(self) -> Iterator[str]:
        """One text after another; of *.txt each line that is not blank is one."""
        for path in self.files:
            kind = kind_of(path)
            if kind == "parquet":
                records = parquet_records(path)
            elif kind == "txt":
                records = ((number, {"text": line}) for number, line in text_lines(path) if line.strip())
            else:
                records = ((number, json_record(path, number, line)) for number, line in text_lines(path))
            for number, record in records:
                text = text_of(path, number, record)
                language = next((record[name] for name in LANGUAGE_COLUMNS if record.get(name)), self.language)
                if language == self.language:
                    yield text
                else:
                    self.others[str(language)] += 1

    def account(self) -> list[dict[str, str | int]]:
        """Name, bytes and sha256 of each file, for what an artefact says of how it was made."""
        return [{"name": p.name, "bytes": p.stat().st_size, "sha256": sha256_of(p)} for p in self.files]


def find_files(argument: str) -> Iterator[Path]:
    """The readable files of an argument, sorted within each folder; of a dataset its documents, in its order."""
    if (Path(argument) / MANIFEST).is_file():
        dataset = Dataset.open(argument)
        yield from (dataset.root / "documents" / f"{partition}.parquet" for partition in dataset.partitions)
        return
    for file in find_local(argument):
        readable = READABLE.search(file.path) is not None
        if file.obstacle is None and (readable or not file.from_folder):
            if not readable:
                raise UserError(f"cannot read {file.path} as text: its name is not one of a known type.\n{KNOWN}")
            yield Path(file.path)


def kind_of(path: Path) -> str:
    """"jsonl", "ndjson" or "json" (all the same), "txt" or "parquet"."""
    match = READABLE.search(path.name)
    assert match, path
    return match["kind"].lower()


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file, numbered from 1. UserError if it is damaged, is no UTF-8 or has a line that is too long."""
    number = 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(lines(decode(iter(lambda: file.read(CHUNK_BYTES), b"")), MAX_TEXT_BYTES), 1):
                if line is None:
                    raise cannot_use(path, number, f"it is longer than {MAX_TEXT_BYTES >> 20} MiB")
                yield number, line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise cannot_use(path, number, f"it is not UTF-8 ({error.reason} at its byte {error.start})") from error
    except DamageError as error:
        raise cannot_use(path, number, f"behind it the file is damaged: {error}") from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error


def json_record(path: Path, number: int, line: str) -> Mapping[str, Any]:
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise cannot_use(path, number, f"it is not JSON ({error})") from error
    if not isinstance(record, dict):
        raise cannot_use(path, number, "it is not a JSON object")
    return record


def parquet_records(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The rows of a file, numbered from 1, of the columns for text and language."""
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in (*TEXT_COLUMNS, *LANGUAGE_COLUMNS) if name in file.schema_arrow.names]
            rows = (row for batch in file.iter_batches(1024, columns=names) for row in batch.to_pylist())
            yield from enumerate(rows, 1)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"cannot train on {path}: {str(error).splitlines()[0]}") from error


def text_of(path: Path, number: int, record: Mapping[str, Any]) -> str:
    text = next((record[name] for name in TEXT_COLUMNS if name in record), None)
    if not isinstance(text, str):
        raise cannot_use(path, number, f"it has no string in {' or '.join(TEXT_COLUMNS)}, but {sorted(record)[:8]}")
    return text


def cannot_use(path: Path, number: int, cause: str) -> UserError:
    return UserError(f"cannot train on {path}: line {number}: {cause}.\nMend or remove it and run the command again.")
