"""How kernels are compiled: once for each machine and version of this package, never by two processes at a time.

numba keeps the machine code beside the source, or in the user's cache folder where that is read-only, or in
NUMBA_CACHE_DIR; for each kind of processor its own. The lock lies in the same folder. Whatever is wrong with that
folder or a file in it, a run goes on.
"""

import fcntl
import logging
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import numba
from numba.core import serialize
from numba.core.caching import FunctionCache
from numba.extending import intrinsic

log = logging.getLogger(__name__)       # on stderr, unless the program says otherwise

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}

# numba's casts. To Python, and so to mypy, there is one kind of whole number; to numba a sum of an int64 and an uint64
# is a float64, and one of two uint32 is an uint64: kernels say what they mean.
int64 = cast(Callable[[Any], int], numba.int64)
uint64 = cast(Callable[[Any], int], numba.uint64)
int32 = cast(Callable[[Any], int], numba.int32)
uint32 = cast(Callable[[Any], int], numba.uint32)
float32 = cast(Callable[[Any], float], numba.float32)
float64 = cast(Callable[[Any], float], numba.float64)


def kernel(function: Function) -> Function:
    """A function that kernels call, and that becomes part of their machine code.

    Left to LLVM it would not always: an array is seven arguments to pass. (All statistics: 35 -> 33 ns/word.)
    """
    return cast(Function, _for_any_number(numba.njit(function, forceinline=True, **_OPTIONS)))


def borrowing_kernel(function: Function) -> Function:
    """A kernel that makes no arrays, so that nobody need count who has one.

    Where a kernel branches much, numba can't tell that what it counts up it counts down again: two atomic additions
    for each array of each call. (A word that a fastText model remembers: 200 -> 9 ns.)
    """
    options = {**_OPTIONS, "_nrt": False}
    return cast(Function, _for_any_number(numba.njit(function, forceinline=True, **options)))


def _for_any_number(dispatcher: Any) -> Any:
    """Compile a kernel once for all numbers of a type.

    numba compiles it once more for each constant that it is called with, and a variable that begins as a constant is
    one to it at first; inlined, LLVM knows constants anyway. (All kernels: 33.9 -> 30.0 s.)
    """
    template = dispatcher.get_call_template
    type_of: Callable[[Any], Any] = cast(Any, numba.types.unliteral)

    def of_types(args: Any, kws: Any) -> Any:
        return template([type_of(arg) for arg in args], {name: type_of(arg) for name, arg in kws.items()})

    dispatcher.get_call_template = of_types
    return dispatcher


def operation(typing: Callable[..., Any]) -> Callable[..., int]:
    """An operation that numba lacks, given as LLVM: `typing` says what it takes and how its code is made."""
    return cast(Callable[..., int], intrinsic(typing))


class EntryPoint:
    """A kernel that Python calls: compiled or loaded at its first call, for the types of that call and no others."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._dispatcher: Any = numba.njit(function, **_OPTIONS)
        self._ready = False
        self._first = Lock()

    def __call__(self, *arguments: Any) -> Any:
        if not self._ready:
            self._prepare(arguments)
        return self._dispatcher(*arguments)

    @property
    def loaded(self) -> bool:
        """Whether the machine code came from the cache; False before the first call."""
        return bool(self._dispatcher.stats.cache_hits)

    def _prepare(self, arguments: tuple[Any, ...]) -> None:
        signature = tuple(map(numba.typeof, arguments))
        with self._first, ExitStack() as alone:
            if self._ready:                             # another thread was first
                return
            cache = _cache_of(self._dispatcher.py_func)
            if cache:
                self._dispatcher._cache = cache
                if not cache.holds(signature, self._dispatcher.targetctx):
                    alone.enter_context(_alone_in(Path(cache.cache_path)))
            self._dispatcher.compile(signature)         # or loads what another process kept while this one waited
            self._dispatcher.disable_compile()
            self._ready = True


class _PackageCache(cast(Any, FunctionCache)):  # type: ignore[misc]
    """numba's cache, which looks for changes in the file of the entry point only; kernels are in many files.

    Nor does numba's expect damage, or a full disk: each is an error in every later run, or the end of this one.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._sources = Path(function.__code__.co_filename).parent
        self._cache_file = _Files(Path(self.cache_path), self._impl.filename_base)

    def holds(self, signature: tuple[Any, ...], target: Any) -> bool:
        """Whether there is code for a signature, whole."""
        target.refresh()
        return self._cache_file.load(self._index_key(signature, target.codegen())) is not None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled; without room for it, this run has it all the same."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _warn(error)

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return *super()._index_key(sig, codegen), numba.__version__, _fingerprint(self._sources)


class _Files:
    """A file for each key: the SHA-256 of what follows, and that. Put in place whole, read without a lock."""

    def __init__(self, folder: Path, base: str) -> None:
        self._folder = folder
        self._base = base

    def load(self, key: object) -> Any:
        """What was saved under a key; None if nothing was, or if it is damaged."""
        try:
            content = self._path(key).read_bytes()
        except OSError:
            return None
        digest, data = content[: sha256().digest_size], content[sha256().digest_size :]
        return pickle.loads(data) if sha256(data).digest() == digest else None

    def save(self, key: object, value: Any) -> None:
        """Save a value, in place of any that is there."""
        data: bytes = cast(Any, serialize).dumps(value)
        path = self._path(key)
        part = path.with_suffix(f".{os.getpid()}")
        try:
            part.write_bytes(sha256(data).digest() + data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _path(self, key: object) -> Path:
        return self._folder / f"{self._base}.{sha256(repr(key).encode()).hexdigest()[:32]}.kernel"


def _cache_of(function: Callable[..., Any]) -> _PackageCache | None:
    try:
        return _PackageCache(function)
    except RuntimeError as error:       # numba found no folder that can be written to
        _warn(error)
        return None


def _warn(error: Exception) -> None:
    log.warning(
        "compiled kernels cannot be kept, every process compiles them (%s): set NUMBA_CACHE_DIR to a folder of a "
        "local disk with 10 MB to spare",
        error,
    )


@cache
def _fingerprint(folder: Path) -> str:
    """Of all sources of this package, and of those in the folder of an entry point."""
    digest = sha256()
    for source in sorted({*Path(__file__).parent.glob("*.py"), *folder.glob("*.py")}):
        digest.update(source.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for whoever has it; the system frees it if its holder dies.

    Where nothing can be locked, nobody waits: what several compile at once is the same.
    """
    with ExitStack() as open_files:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = open_files.enter_context(open(folder / "kernels.lock", "a"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            log.warning("processes that start together all compile the kernels: no lock in %s (%s)", folder, error)
        yield
