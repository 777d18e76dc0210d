"""What the inputs and the options must agree on, told before any work begins."""

import re
from itertools import islice

import orjson

from rpdata.engine.plan import Input
from rpdata.errors import UserError
from rpdata.language_codes import check_code
from rpdata.ledger import ReadReport
from rpdata.sources.codecs import DamageError
from rpdata.sources.lines import lines
from rpdata.sources.parquet import columns_of, open_parquet
from rpdata.sources.records import ReadOptions, line_bound, missing_column
from rpdata.sources.streams import chunks

LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")     # it becomes part of a file name
RESERVED = ("all", "other")     # of `--languages`: partitions and recipes take them for several languages
ROWS_TO_TRY = 100


def check(found: list[tuple[str, Input]], options: ReadOptions) -> None:
    """Refuse what can't be read with these options. Opens at most one table of each format.

    Raises UserError if the first table lacks a column that the options name.
    """
    if options.language is not None:
        check_language(options.language)
        if all(source.format == "ccnet" for _, source in found):
            raise UserError(
                f"--language {options.language} says nothing of these inputs: cc_net files carry their language in "
                "their paths. Leave it away."
            )
    first: dict[str, Input] = {}
    for _, source in found:
        first.setdefault(source.format, source)
    if "parquet" in first:
        check_parquet(first["parquet"], options)
    if "jsonl" in first:
        check_jsonl(first["jsonl"], options)


def check_language(language: str) -> None:
    if language in RESERVED:
        raise UserError(
            f"--language {language} is not one language, but --language says what all documents are in. "
            "Leave it away, and their languages are found out; --languages says which of them to keep"
        )
    if not LANGUAGE.fullmatch(language):
        raise UserError(f"--language {language!r} is not a language code: give one like en, de or zh-Hant")
    check_code(language)


def check_parquet(source: Input, options: ReadOptions) -> None:
    try:
        with open_parquet(source) as parquet:
            columns_of(parquet.schema_arrow, source.path, options)
    except DamageError:
        return      # the run will say so, and go on with the next file


def check_jsonl(source: Input, options: ReadOptions) -> None:
    """Refuse a column that none of the first rows has; in JSON lines a row may well lack what others have."""
    names: set[str] = set()
    for line in islice(lines(chunks(source, ReadReport()), line_bound(options)), ROWS_TO_TRY):
        names.update(names_of(line))
    for option, name in options.named_columns():
        if names and name not in names:
            raise missing_column(source.path, option, name, names)


def names_of(line: bytes | None) -> set[str]:
    try:
        record = orjson.loads(line or b"")
    except orjson.JSONDecodeError:
        return set()
    return set(record) if type(record) is dict else set()
