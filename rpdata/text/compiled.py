"""How kernels are compiled: once for each machine and version of this package, and never by two processes at a time.

numba keeps the machine code beside the source, or in the user's cache folder where that is read-only, or in
NUMBA_CACHE_DIR; for each kind of processor its own. The lock lies in the same folder.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from numba import njit, typeof
from numba.core.caching import FunctionCache

from rpdata.errors import UserError

_OPTIONS = {"nogil": True, "error_model": "numpy", "boundscheck": False}

kernel = njit(**_OPTIONS)


@cache
def _fingerprint() -> str:
    """Of all sources of this package: numba looks at the file of the entry point only, and the code is in many."""
    digest = sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


class _PackageCache(FunctionCache):  # type: ignore[misc]
    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return *super()._index_key(sig, codegen), _fingerprint()


class EntryPoint:
    """A kernel that Python calls: compiled or loaded at its first call, for the types of that call and no others."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._dispatcher = njit(**_OPTIONS)(function)
        self._ready = False

    def __call__(self, *arguments: Any) -> Any:
        if not self._ready:
            self._prepare(arguments)
        return self._dispatcher(*arguments)

    def _prepare(self, arguments: tuple[Any, ...]) -> None:
        try:
            self._dispatcher._cache = _PackageCache(self._dispatcher.py_func)
        except RuntimeError as error:
            raise UserError(
                f"no folder to keep compiled kernels in ({error}); set NUMBA_CACHE_DIR to one that can be written to"
            ) from error
        with _alone_in(Path(self._dispatcher._cache.cache_path)):
            self._dispatcher.compile(tuple(map(typeof, arguments)))
        self._dispatcher.disable_compile()
        self._ready = True


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, waiting for whoever has it; the system frees it if its holder dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "kernels.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
