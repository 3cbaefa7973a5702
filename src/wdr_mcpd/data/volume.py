"""A volume of slices with its geometry, and what any array must satisfy to be one."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.errors import InputError

MAX_VOXELS = 2**29
"""Largest volume that is read: 1 GiB at 16 bits, some 400 times a clinical brain series."""

CODED_TYPES = (np.int8, np.uint8, np.int16, np.uint16)


def _identity() -> NDArray[np.float64]:
    return np.eye(3)[::-1]


@dataclass(frozen=True, eq=False)
class Volume:
    """Stored values of consecutive slices.

    Attributes
    ----------
    voxels : ndarray (slice, row, column), int8, uint8, int16 or uint16
        Stored values; slices are sorted along their normal.
    spacing : (3,) float
        Distance of neighbouring voxels along (slice, row, column), mm.
    mask : ndarray (slice, row, column) of bool, or None
        Tumour, where it is known.
    origin : (3,) float
        Centre of the first voxel in the patient system (left, posterior, superior), mm.
    direction : ndarray (3, 3)
        Row k is the unit vector of axis k (slice, row, column) in the patient system.
    """

    voxels: NDArray[Any]
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
    mask: NDArray[np.bool_] | None = None
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: NDArray[np.float64] = field(default_factory=_identity)

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3 or self.voxels.dtype.type not in CODED_TYPES:
            raise InputError(
                f"a volume is 3-D of 8 or 16 bit integers, not {self.voxels.shape} {self.voxels.dtype}"
            )
        if self.mask is not None and self.mask.shape != self.voxels.shape:
            raise InputError(f"the mask is {self.mask.shape}, the volume {self.voxels.shape}")


def check_shape(shape: tuple[int, ...], where: object) -> None:
    """Refuse a shape that is no volume, before anything of that size is allocated.

    Raises
    ------
    InputError
        Not three axes, an empty axis, or more than `MAX_VOXELS` voxels.
    """
    if len(shape) != 3:
        raise InputError(f"{where}: has {len(shape)} axes; a volume has three (slice, row, column)")
    if min(shape) < 1:
        raise InputError(f"{where}: is empty (shape {shape})")
    voxels = int(np.prod([int(n) for n in shape], dtype=object))
    if voxels > MAX_VOXELS:
        raise InputError(f"{where}: {voxels} voxels (shape {shape}) are over the limit of {MAX_VOXELS}")


def as_stored_values(array: NDArray[Any], where: object) -> NDArray[Any]:
    """Give `array` as the codecs take it: 8 and 16 bit integers as they are, other whole numbers as 16 bit.

    Parameters
    ----------
    array : ndarray (slice, row, column), integer, boolean, or float that holds whole numbers
    where : object
        Named in the message.

    Raises
    ------
    InputError
        NaN, infinity, fractions, values beyond 16 bits, or another type of element.
    """
    check_shape(array.shape, where)
    native = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
    if native.dtype.type in CODED_TYPES:
        return native
    if native.dtype.kind == "b":
        return native.astype(np.uint8)
    if native.dtype.kind not in "iuf":
        raise InputError(f"{where}: elements are {array.dtype}; a volume holds integers of at most 16 bits")
    if native.dtype.kind == "f":
        if not np.isfinite(native).all():
            raise InputError(f"{where}: holds NaN or infinite values; replace them first")
        if (native != np.rint(native)).any():
            raise InputError(
                f"{where}: holds fractions; the codecs take integers, so round or scale it first"
            )
    low, high = native.min(), native.max()
    for kind in (np.int16, np.uint16):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return native.astype(kind)
    raise InputError(f"{where}: values from {low} to {high} do not fit 16 bits")
