"""How the codec's loops are compiled, in one place."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile with Numba: IEEE arithmetic as written (no fast-math), no GIL, cached on disk where possible.

    Numba puts its cache beside the module or, if that folder is read-only, in the user's cache folder; where
    neither can be written the function is compiled afresh by every process.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        result: F = numba.njit(cache=True, **options)(function)
    except RuntimeError:
        result = numba.njit(**options)(function)
    return result
