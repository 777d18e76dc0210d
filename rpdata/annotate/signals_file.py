"""A file of a user's own signals: read, executed, and hashed signal by signal.

The file travels to the workers as text, so it stands alone: what it imports has to be installed where they run.
"""

import contextlib
import inspect
import linecache
import re
import sys
import tokenize
import traceback
import types
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import unidata_version

import pyarrow as pa
import xxhash

from rpdata.annotate.statements import Statements
from rpdata.dataset import OWN_SIGNALS
from rpdata.errors import UserError, unknown_name
from rpdata.schema import DOCUMENTS, MINHASH
from rpdata.signals import CATALOGUE, Document, Signal, TextStats, collecting, kernel_hash, stop_words
from rpdata.signals import document as document_module
from rpdata.signals.catalogue import Collection
from rpdata.signals.fingerprint import SPANS, content, digest

STEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TAKEN = {*DOCUMENTS.names, *MINHASH.names, *SPANS}

EXAMPLE = """\
    from rpdata.signals import COUNT, Document, signal

    @signal("exclamation_marks", unit="marks", type=COUNT)
    def exclamation_marks(document: Document) -> int:
        return document.raw_content.count("!")"""


@dataclass(frozen=True)
class SignalsFile:
    """The text of a user's file. path: where it was found, for messages; only `read` looks there."""

    stem: str
    path: str
    source: str

    @classmethod
    def read(cls, path: Path) -> "SignalsFile":
        """UserError if it can't be read, or its name can't be a folder's."""
        if path.suffix != ".py" or not STEM.fullmatch(path.stem):
            raise UserError(
                f"the signals of {path} need a folder named after it: the file's name must be letters, digits, dots, "
                "dashes and underscores, and end in .py. Rename it, e.g. my_signals.py"
            )
        try:
            with tokenize.open(path) as file:
                source = file.read()
        except (SyntaxError, UnicodeDecodeError) as error:
            raise UserError(f"{path} is not a Python file: {error}") from error
        except OSError as error:
            raise UserError(f"cannot read {path}: {error.strerror}") from error
        return cls(path.stem, str(path), source)

    @property
    def step(self) -> str:
        return f"{OWN_SIGNALS}{self.stem}"

    @property
    def name(self) -> str:
        return f"{self.stem}.py"


@cache
def load(file: SignalsFile) -> Collection:
    """The signals that the file declares, in its order; it is executed once for each process.

    UserError if that fails, declares none, or one that can't be a column of an overlay.
    """
    name = f"rpdata_signals_{xxhash.xxh3_64_hexdigest(file.source.encode())}"
    module = types.ModuleType(name)
    module.__file__ = file.path
    sys.modules[name] = module          # dataclasses look their module up there
    lines = file.source.splitlines(keepends=True)
    linecache.cache[file.path] = (len(file.source), None, lines, file.path)     # for tracebacks where there is no file
    try:
        with collecting({}) as collection, contextlib.redirect_stdout(sys.stderr):
            exec(compile(file.source, file.path, "exec", dont_inherit=True), module.__dict__)
    except UserError as error:
        raise UserError(f"{file.path}: {error}") from error
    except (Exception, SystemExit) as error:
        place = where(error, file.path)
        raise UserError(f"{file.path} can't be imported{place}: {said(error)}{advice(error)}") from error
    if not collection:
        raise UserError(f"{file.path} declares no signal. A signal is a decorated function:\n{EXAMPLE}")
    for signal in collection.values():
        refuse_unusable(signal, file)
    return collection


def refuse_unusable(signal: Signal, file: SignalsFile) -> None:
    """UserError for a signal that can't be a column."""
    problem = None
    if not isinstance(signal.type, pa.DataType):
        problem = f"its type is {signal.type!r}; write one of FLOAT, COUNT, FLAG, or an Arrow type such as pa.int64()"
    elif not NAME.fullmatch(signal.name):
        problem = "a name is of ASCII letters, digits and underscores, and starts with no digit"
    elif signal.name in CATALOGUE:
        problem = f"RedPajama-V2 has a signal of that name (rpdata signals show {signal.name}); choose another"
    elif signal.name in TAKEN:
        problem = "documents have a column of that name; choose another"
    elif signal.reads not in (TextStats, Document):
        problem = "it must read a Document or TextStats"
    elif not is_number(signal.type.value_type if signal.per_line else signal.type):
        problem = f"a signal is a number, and its type ({signal.type}) is not one of integers or floats"
    if problem:
        raise UserError(f"{file.path}: signal {signal.name!r}: {problem}")


def is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def choose(file: SignalsFile, only: Iterable[str]) -> list[str]:
    """The names of the signals that `--only` means: all if it says nothing. UserError for one that is not there."""
    collection = load(file)
    chosen = list(only)
    for name in chosen:
        if name not in collection:
            raise unknown_name(f"signal of {file.path}:", name, collection)
    return [name for name in collection if name in chosen or not chosen]


@cache
def hashes(file: SignalsFile) -> dict[str, str]:
    """For each signal the hash (16 hex digits) of what its values depend on.

    That is its statement and those of the file that it mentions, directly or not; its declaration; what it reads: the
    Unicode data of this Python, and for TextStats the kernels and the stop lists. Modules that the file imports count
    by name only.
    """
    statements = Statements(file.source)
    found = {}
    for name, signal in load(file).items():
        line = line_of(signal, file)
        made_by = [file.source] if line is None else statements.behind(line)
        if signal.reads is Document:
            read = [f"unicode {unidata_version}", content(Path(document_module.__file__))]
        else:
            read = [kernel_hash(), content(stop_words.PATH)]
        found[name] = digest([name, str(signal.type), signal.reads.__name__, *read, *made_by])
    return found


def line_of(signal: Signal, file: SignalsFile) -> int | None:
    """A line of the function that the file defines as this signal; None where it is made in a less direct way."""
    function = inspect.unwrap(signal.function)
    if not isinstance(function, types.FunctionType) or function.__code__.co_filename != file.path:
        return None
    if any(callable(cell.cell_contents) for cell in function.__closure__ or ()):
        return None         # it calls another one that was given to it
    return function.__code__.co_firstlineno


def where(error: BaseException, path: str) -> str:
    """The line of the file that an exception comes from."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines = [error.lineno]
    return f", line {lines[-1]}" if lines else ""


def advice(error: BaseException) -> str:
    if not isinstance(error, ImportError):
        return ""
    return (
        "\nThe file is sent to the workers as it is: what it imports has to be installed, also where they run; "
        "a module that only lies beside it is not found."
    )


def said(error: BaseException) -> str:
    """An exception in one line: its type and its message."""
    message = message_of(error)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def message_of(error: BaseException) -> str:
    """Of an exception that a user's code raised, and that may not even know how to be shown."""
    try:
        text = str(error)
    except Exception as failure:
        text = f"(its message can't be shown: {type(failure).__name__})"
    return text if len(text) <= MESSAGE else text[:MESSAGE] + " ..."


MESSAGE = 500       # code points of a message that are kept: some quote the document
