"""How the codec's loops are compiled, in one place."""

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

int64: type[int] = cast("type[int]", np.int64)  # where a compiled loop is to have 64 bits with a sign
uint64: type[int] = cast("type[int]", np.uint64)  # of a position, which is then not tested for being below 0
F = TypeVar("F", bound=Callable[..., Any])


def _stamp(path: Path) -> tuple[str, int, int]:
    return path.name, path.stat().st_mtime_ns, path.stat().st_size


SOURCES = tuple(_stamp(path) for path in sorted(Path(__file__).parent.rglob("*.py")))


def compiled(function: F) -> F:
    """Compile with Numba: IEEE arithmetic as written (no fast-math), no GIL, cached on disk where possible.

    The function may not allocate: its arrays come from the caller. That lets the compiler leave out the
    counting of references, which costs several times the work of a small inner function.

    Numba puts its cache beside the module or, if that folder is read-only, in the user's cache folder; where
    neither can be written the function is compiled afresh by every process. A change of any module of the
    codec makes what is cached stale: functions are copied into those of other modules, whose files do not
    change.
    """
    return _compiled(function)


def inlined(function: F) -> F:
    """Compile like `compiled` and copy the function's body to wherever it is called."""
    return _compiled(function, forceinline=True)


def _compiled(function: F, **options: Any) -> F:
    options |= {"nogil": True, "error_model": "numpy", "_nrt": False}
    try:
        result: Any = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        return cast(F, numba.njit(**options)(function))
    cache = result._cache
    # Numba would look at the function's own file alone
    cache._cache_file._source_stamp = (*SOURCES, _stamp(Path(inspect.getfile(function))))
    cache.load_overload = partial(_loaded, cache)
    return cast(F, result)


def _loaded(cache: Any, signature: Any, target: Any) -> Any:
    """Load what is cached as Numba does, but without first setting up its compiler: half of a short run."""
    with cache._guard_against_spurious_io_errors():
        return cache._load_overload(signature, target)
