"""How the codec's loops are compiled, in one place."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile with Numba: IEEE arithmetic as written (no fast-math), no GIL, cached on disk where possible.

    The function may not allocate: its arrays come from the caller. That lets the compiler leave out the
    counting of references, which costs several times the work of a small inner function.

    Numba puts its cache beside the module or, if that folder is read-only, in the user's cache folder; where
    neither can be written the function is compiled afresh by every process.
    """
    return _compiled(function, inline="never")


def inlined(function: F) -> F:
    """Compile like `compiled` and copy the function's body to wherever it is called."""
    return _compiled(function, inline="always")


def _compiled(function: F, **options: Any) -> F:
    options |= {"nogil": True, "error_model": "numpy", "_nrt": False}
    try:
        result: F = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        result = numba.njit(**options)(function)
    return result
