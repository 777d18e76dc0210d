"""What is fuzzed: for each part of rpdata, a function of any bytes that raises if a promise is broken.

The functions know nothing of what calls them: `run.py` (atheris, or changes at random) or `test_replay.py`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from unittest import mock

from rpdata.engine.plan import Input, Unit
from rpdata.extract.charset import text_of
from rpdata.extract.payload import TooLongError, decoded
from rpdata.extract.sandbox import Limits, Sandbox
from rpdata.ledger import ReadReport
from rpdata.sources import ReadOptions, pages, read
from rpdata.sources.http import charset, media_type, parse_response
from tests.text.compare import STOP_WORDS, check

MAX_TEXT = 2000         # code points: the definitions in Python take about a second for ten times as many
PAYLOAD_BYTES = 1 << 20
OPTIONS = ReadOptions(language="en", min_chars=0, max_document_bytes=1 << 20)
Harness = Callable[[bytes], None]


@contextmanager
def harnesses(folder: Path) -> Iterator[dict[str, Harness]]:
    """The function of each of `seeds.SEEDS`; `folder` is where they write the files that are read."""

    def same(limits: Limits) -> AbstractContextManager[Sandbox]:
        """Starting a process for each input would take longer than the rest."""
        return nullcontext(sandbox)

    with Sandbox(Limits()) as sandbox, mock.patch.object(pages, "Sandbox", same):
        yield {
            "wet": reading(folder / "a.warc.wet", "wet"),
            "warc": reading(folder / "a.warc", "warc"),
            "http": payload,
            "ccnet": reading(folder / "en_head.json", "ccnet"),
            "jsonl": reading(folder / "a.jsonl", "jsonl"),
            "packed": reading(folder / "b.jsonl.gz", "jsonl"),
            "kernels": kernels,
        }


def reading(path: Path, file_format: str) -> Harness:
    """Files of a format: read to the end whatever is in them, every record accounted for, no id given twice."""
    unit = Unit("2026-34", "0000", "en_head", (Input(str(path), path.name, file_format, 0),))

    def harness(data: bytes) -> None:
        path.write_bytes(data)
        report = ReadReport()
        ids: list[str] = []
        for batch in read(unit, OPTIONS, report):
            batch.validate(full=True)
            ids += batch.column("doc_id").to_pylist()
        assert report.read == len(ids) + sum(report.dropped.values()) + report.failed
        assert len(set(ids)) == len(ids)
        assert [entry["bytes"] for entry in report.inputs] == [len(data)]

    return harness


def payload(data: bytes) -> None:
    """A response is taken apart into text that has a UTF-8, within its bound."""
    response = parse_response(data)
    if response is None:
        return
    content_type = response.headers.get("content-type")
    media_type(content_type)
    try:
        body, _ = decoded(response.body, response.encodings, PAYLOAD_BYTES)
    except TooLongError:
        return
    assert len(body) <= PAYLOAD_BYTES
    text_of(body, charset(content_type)).encode()


def kernels(data: bytes) -> None:
    """Statistics and signatures equal their definitions; the first byte chooses the language."""
    languages = [*STOP_WORDS, None]
    texts = [text[:MAX_TEXT] for text in data[1:].decode(errors="replace").split("\x1e")]
    check(texts, [languages[data[0] % len(languages)] if data else None] * len(texts))
