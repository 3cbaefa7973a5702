"""The named methods: which slices are coded together, and by which coder.

| method | groups of slices | coder |
| --- | --- | --- |
| 2d-wdr | each slice alone | wdr |
| 3d-wdr | all slices together | wdr |
| 3d-wdr-mcpd | the slices selected by their average MCPD together, each other slice alone | wdr |
| 3d-wdr-cc | all slices together | cc |
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings, decode, info, truncate
from wdr_mcpd.coherence import average_mcpd, coding_groups, select
from wdr_mcpd.errors import InputError

__all__ = ["METHODS", "decode", "encode", "info", "slice_groups", "truncate"]

METHODS = ("2d-wdr", "3d-wdr", "3d-wdr-mcpd", "3d-wdr-cc")


def encode(
    volume: NDArray[Any],
    method: str = "3d-wdr",
    rate: float | None = None,
    *,
    threshold: float = 0.5,
    mcpd_unit: str = "std",
    mcpd_reference: str = "following",
    max_bytes: int | None = None,
    psnr: float | None = None,
    tell: Callable[[str], object] = lambda text: None,
    **settings: Any,
) -> bytes:
    """Encode a volume (slice, row, column) by a named method.

    Parameters
    ----------
    rate, max_bytes, psnr : bits per voxel, bytes, or decibels to reach; at most one of them.
        None of them: 1 bit per voxel, or everything if `lossless` is among the settings.
    tell : is told what was found on the way to the decibels
    threshold, mcpd_unit, mcpd_reference : the selection of "3d-wdr-mcpd" (`wdr_mcpd.coherence`)
    **settings : fields of `wdr_mcpd.codec.Settings`: decomposition, in_plane_levels, axial_levels, lossless,
        and coder to replace the method's own (3d-wdr-cc is its coder: it takes no other)

    Raises
    ------
    InputError
        For an unknown method or setting, or a volume that cannot be coded.
    StreamError
        If the budget is below the header.
    """
    groups = slice_groups(volume, method, threshold, mcpd_unit, mcpd_reference)
    try:
        chosen = replace(Settings(coder="cc" if method == "3d-wdr-cc" else "wdr"), **settings)
    except TypeError as error:
        raise InputError(f"unknown codec setting among {', '.join(settings)}") from error
    if method == "3d-wdr-cc" and chosen.coder != "cc":
        raise InputError(
            f"3d-wdr-cc cannot be coded by {chosen.coder}: leave out --profile, or take the method 3d-wdr"
        )
    if rate is None and max_bytes is None and psnr is None and not chosen.lossless:
        rate = 1.0
    return codec.encode(volume, groups, chosen, rate=rate, max_bytes=max_bytes, psnr=psnr, tell=tell)


def slice_groups(
    volume: NDArray[Any],
    method: str,
    threshold: float = 0.5,
    mcpd_unit: str = "std",
    mcpd_reference: str = "following",
) -> list[tuple[int, ...]] | None:
    """List the slices that a method codes together; None for all in one group."""
    if method not in METHODS:
        raise InputError(f"unknown method {method!r}; known: {', '.join(METHODS)}")
    if np.ndim(volume) != 3:
        raise InputError(
            f"a volume has slices, rows and columns; this array has the shape {np.shape(volume)}"
        )
    if method == "2d-wdr":
        return [(i,) for i in range(len(volume))]
    if method == "3d-wdr-mcpd":
        return coding_groups(select(average_mcpd(volume, mcpd_unit, mcpd_reference), threshold))
    return None
