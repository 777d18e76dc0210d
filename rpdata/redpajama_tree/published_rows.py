"""Documents of the published layout, each with its signals, as the rows that RedPajama-V2's own loader gave."""

import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from io import BytesIO
from itertools import chain
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from rpdata.errors import CannotFinish, UserError
from rpdata.redpajama import PARTITION_OF_BUCKET
from rpdata.redpajama_tree.layout import Request, bucket_of, file_of
from rpdata.redpajama_tree.places import NotThere, Tree, opened
from rpdata.sources.codecs import DamageError, decode
from rpdata.sources.lines import lines
from rpdata.sources.records import BadRecordError, UnwantedError, json_record
from rpdata.sources.streams import READ_BYTES

LONGEST_LINE = 1 << 28      # bytes of JSON: the signals of a text of 4 MiB that is newlines have 200 MB
META = ("language", "source_domain", "date_download", "digest")


@dataclass(frozen=True)
class Part:
    """The files of one partition. signals, duplicates: None where there are none. version: of the three together."""

    partition: str
    documents: str
    signals: str | None
    duplicates: str | None
    version: str


def published_parts(tree: Tree, request: Request) -> list[Part]:
    """What is to be read for a request.

    Warns of head and middle without signals. UserError if copies are to be left out and nothing tells which they are.
    """
    if request.deduplicated not in (None, "exact"):
        raise UserError(
            f"deduplicated={request.deduplicated!r}: duplicates/ of RedPajama-V2 has exact copies only: "
            "deduplicated=True, or make a dataset of it (rpdata import redpajama) and run rpdata dedup on that"
        )
    if tree.lists_files and not tree.has("documents"):
        raise UserError(
            f"cannot load {tree.named}: it has neither rpdata.json, as a dataset of rpdata has, nor "
            "documents/SNAPSHOT/SHARD/LANGUAGE_BUCKET.json.gz, as RedPajama-V2 has"
        )
    tree.refuse_unknown_snapshots("documents", request)
    documents = tree.components("documents", request)
    chosen = request.chosen(documents, tree.named)
    measured = [part for part in chosen if bucket_of(part) != "tail"]
    beside = {
        component: tree.components(component, request) if tree.lists_files else dict.fromkeys(measured, "")
        for component in ("quality_signals", "duplicates")
    }
    unmarked = [part for part in chosen if part not in beside["duplicates"]]
    if request.deduplicated and unmarked:
        raise UserError(
            f"cannot leave out duplicates: {len(unmarked)} of {len(chosen)} partitions have no file that names them "
            f"(the first is {file_of('duplicates', unmarked[0])} of {tree.named}).\n"
            "RedPajama-V2 has none for the tail. Get them, ask for other partitions, or load without deduplicated"
        )
    if bare := [part for part in measured if part not in beside["quality_signals"]]:
        warnings.warn(
            f"{len(bare)} of {len(measured)} partitions of head and middle have no quality signals (the first is "
            f"{file_of('quality_signals', bare[0])} of {tree.named}): their documents come without", stacklevel=3,
        )

    def beside_of(component: str, part: str) -> str | None:
        return tree.file(file_of(component, part)) if part in beside[component] else None

    return [
        Part(
            part,
            tree.file(file_of("documents", part)),
            beside_of("quality_signals", part),
            beside_of("duplicates", part),
            " ".join([documents[part], *(found.get(part, "") for found in beside.values())]),
        )
        for part in chosen
    ]


def published_rows(parts: Sequence[Part], deduplicated: bool) -> Iterator[dict[str, str]]:
    """The documents of the parts in order: `raw_content`, `doc_id`, `meta` and `quality_signals`, the latter two JSON.

    The signals have `is_duplicate`: true, false, or null where nothing tells; a document that none were published for
    has nothing else. Records that are no documents are left out, with a warning for each file. Files of signals and of
    duplicates that a server does not have are told by a warning that is the same for all, so that Python shows it
    once. CannotFinish if a file is torn, or copies are to be left out that nothing names, UserError if signals are of
    documents that are not there.
    """
    for part in parts:
        try:
            copies = None if part.duplicates is None else duplicates_in(part.duplicates)
        except NotThere as error:
            if deduplicated:
                raise CannotFinish(f"{error}\nOr load without deduplicated: it is what names the copies") from error
            tell_absent("duplicates", part.duplicates, "is_duplicate is null where they are not")
            copies = None
        try:
            signals = SignalLines(part.signals)
        except NotThere:
            tell_absent("quality_signals", part.signals, "documents come without signals where they are not")
            signals = SignalLines(None)
        bad: list[str] = []
        with closing(json_lines(part.documents)) as found:
            for number, line in enumerate(found):
                doc_id = f"{part.partition}.json.gz/{number}"
                values = signals.of(doc_id)
                try:
                    record = document(line)
                except (BadRecordError, UnwantedError) as cause:
                    bad.append(f"line {number + 1}: {cause}")
                    continue
                is_copy = None if copies is None else doc_id in copies
                if deduplicated and is_copy:
                    continue
                yield {
                    "raw_content": record["raw_content"],
                    "doc_id": doc_id,
                    "meta": meta_of(record, bucket_of(part.partition)),
                    "quality_signals": orjson.dumps({**values, "is_duplicate": is_copy}).decode(),
                }
        signals.close()
        if bad:
            warnings.warn(f"{part.documents}: {len(bad)} records are left out, the first is {bad[0]}", stacklevel=2)


def tell_absent(component: str, file: str | None, so: str) -> None:
    """Warn that a server does not have all files of a component."""
    server = str(file).partition(f"/{component}/")[0]
    warnings.warn(f"{server} does not have all files of {component}/ that go with its lists: {so}", stacklevel=3)


class SignalLines:
    """The signals in a file (None: in none), asked for in the order of the documents of its partition; some documents
    may have none. NotThere if a server does not have the file."""

    def __init__(self, file: str | None) -> None:
        self._file = file
        self._lines: Iterator[bytes] = iter(()) if file is None else json_lines(file)
        self._next = self._read()

    def of(self, doc_id: str) -> dict[str, Any]:
        """Name -> spans; nothing if the document has no line."""
        if self._next is None or self._next["id"] != doc_id:
            return {}
        found = self._next["quality_signals"]
        self._next = self._read()
        return dict(found)

    def close(self) -> None:
        """UserError if there are signals that no document was asked for."""
        if self._next is not None:
            raise UserError(
                f"{self._file} has signals of {self._next['id']}, which is not among the documents, or out of order: "
                "the two files are not of one release. Get both again"
            )

    def _read(self) -> dict[str, Any] | None:
        line = next(self._lines, None)
        if line is None:
            return None
        try:
            record = json_record(line)
            return {"id": record["id"], "quality_signals": dict(record["quality_signals"])}
        except (BadRecordError, UnwantedError, KeyError, TypeError, ValueError) as error:
            raise UserError(f"{self._file} has a line that is no record of signals ({error}). Get it again") from error


def json_lines(url: str, longest: int = LONGEST_LINE) -> Generator[bytes, None, None]:
    """The lines of a compressed file; one that is too long is empty. CannotFinish if the file is torn."""
    try:
        with opened(url) as file:
            pieces = chain([begun(file.read(READ_BYTES))], iter(partial(file.read, READ_BYTES), b""))
            for line in lines(decode(pieces), longest):
                yield line or b""
    except (DamageError, OSError, HTTPException) as error:
        raise CannotFinish(f"cannot read {url} to its end: {error}.\nTry again, or get the file again") from error


def begun(piece: bytes) -> bytes:
    """The first piece of a compressed file, which has a header at the least; DamageError otherwise."""
    if not piece:
        raise DamageError("the file is empty, without so much as a header of its compression")
    return piece


def document(line: bytes) -> dict[str, Any]:
    record = json_record(line)
    if type(record.get("raw_content")) is not str:
        raise BadRecordError("raw_content is not a string")
    return record


def meta_of(record: dict[str, Any], bucket: str) -> str:
    """`meta` of a row, as `rpdata.redpajama.metadata_json` makes it of a dataset's."""
    meta = {"url": record.get("url"), "partition": PARTITION_OF_BUCKET.get(bucket)}
    return orjson.dumps({**meta, **{name: record.get(name) for name in META}}).decode()


def duplicates_in(url: str) -> frozenset[str]:
    """The identifiers that a file of duplicates/ names; CannotFinish if it is none."""
    try:
        with opened(url) as file:
            return frozenset(pq.read_table(BytesIO(file.read()), columns=["doc_id"])["doc_id"].to_pylist())
    except (pa.ArrowException, OSError, HTTPException, KeyError) as error:
        raise CannotFinish(f"{url} is no file of duplicate documents ({error}). Get it again") from error
