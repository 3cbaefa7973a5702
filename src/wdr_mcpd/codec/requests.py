"""Whether a volume, its groups and a budget are such as can be coded."""

from collections.abc import Sequence
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.header import DTYPES, MAX_SLICES
from wdr_mcpd.errors import InputError, StreamError

Volume = NDArray[Any]


def budget_of(voxels: int, rate: float | None, max_bytes: int | None) -> int | None:
    """Return the bytes that a rate in bits per voxel or a number of bytes allows; None for all there are."""
    if rate is not None:
        if not 0 < rate < float("inf"):
            raise InputError(f"rate must be a number above 0 bits per voxel, not {rate}")
        return floor(rate * voxels / 8)
    if max_bytes is not None and max_bytes <= 0:
        raise InputError(f"max_bytes must be above 0, not {max_bytes}")
    return max_bytes


def checked_psnr(psnr: float | None) -> float | None:
    """Return the decibels; InputError if no volume can have them."""
    if psnr is not None and not 0 < psnr < float("inf"):
        raise InputError(f"psnr must be a number of decibels above 0, not {psnr}")
    return psnr


def check_budget(budget: int, header_bytes: int) -> None:
    """Raise StreamError if not even the header fits."""
    if budget < header_bytes:
        raise StreamError(
            f"{budget} bytes are too few: the header alone takes {header_bytes}; ask for a higher rate"
        )


def checked_volume(volume: Volume) -> Volume:
    """Return the volume in native byte order and C order; InputError if it cannot be coded."""
    volume = np.asarray(volume)
    if volume.ndim != 3 or volume.size == 0:
        raise InputError(f"a volume has slices, rows and columns; this array has the shape {volume.shape}")
    if volume.shape[0] > MAX_SLICES:
        raise InputError(f"{volume.shape[0]} slices are more than the {MAX_SLICES} that a stream can hold")
    native = volume.dtype.newbyteorder("=")
    if native not in DTYPES:
        raise InputError(f"voxels of type {volume.dtype} cannot be coded; convert to int16 or uint16 first")
    return np.ascontiguousarray(volume, native)  # loops walk it in this order


def checked_groups(members: Sequence[Sequence[int]] | None, count: int) -> list[tuple[int, ...]]:
    """Return the groups that are not empty; InputError if they do not hold each slice once."""
    if members is None:
        return [tuple(range(count))]
    plain = [tuple(int(i) for i in slices) for slices in members if len(slices)]
    if sorted(i for slices in plain for i in slices) != list(range(count)):
        raise InputError(f"the groups must hold each of the {count} slices once")
    return plain
