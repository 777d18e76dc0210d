"""How kernels are compiled: once for each machine and version of this package, never by two processes at a time.

numba keeps the machine code beside the source, or in the user's cache folder where that is read-only, or in
NUMBA_CACHE_DIR; for each kind of processor its own. The lock lies in the same folder.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache
from numba.extending import intrinsic

from rpdata.errors import UserError

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "boundscheck": False}

# numba's casts. To Python, and so to mypy, there is one kind of whole number; to numba a sum of an int64 and an uint64
# is a float64, and one of two uint32 is an uint64: kernels say what they mean.
int64 = cast(Callable[[Any], int], numba.int64)
uint64 = cast(Callable[[Any], int], numba.uint64)
uint32 = cast(Callable[[Any], int], numba.uint32)


def kernel(function: Function) -> Function:
    """A function that kernels call, and that becomes part of their machine code.

    Left to LLVM it would not always: an array is seven arguments to pass. (All statistics: 35 -> 33 ns/word.)
    """
    return cast(Function, numba.njit(function, forceinline=True, **_OPTIONS))


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
        try:
            cache = _PackageCache(self._dispatcher.py_func)
        except RuntimeError as error:
            raise UserError(
                f"no folder to keep compiled kernels in ({error}): set NUMBA_CACHE_DIR to one that can be written to"
            ) from error
        with self._first, _alone_in(Path(cache.cache_path)):
            if not self._ready:                         # no other thread was first
                self._dispatcher._cache = cache
                self._dispatcher.compile(tuple(map(numba.typeof, arguments)))
                self._dispatcher.disable_compile()
                self._ready = True


class _PackageCache(cast(Any, FunctionCache)):  # type: ignore[misc]
    """numba's cache, which looks for changes in the file of the entry point only; kernels are in many files."""

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return *super()._index_key(sig, codegen), _fingerprint()


@cache
def _fingerprint() -> str:
    """Of all sources of this package."""
    digest = sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for whoever has it; the system frees it if its holder dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "kernels.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            raise UserError(
                f"cannot lock {lock.name} ({error.strerror}): set NUMBA_CACHE_DIR to a folder of a local disk"
            ) from error
        yield
