"""A volume of slices with its geometry and scaling, and what any array must satisfy to be one."""

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.errors import InputError

MAX_VOXELS = 2**29
"""Largest volume that is read: 1 GiB at 16 bits, some 400 times a clinical brain series."""

CODED_TYPES = (np.int8, np.uint8, np.int16, np.uint16)

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])
"""From DICOM's (left, posterior, superior) to NIfTI's (right, anterior, superior), and back."""

UNITS = ("unknown", "meter", "mm", "micron")
"""Spatial units of NIfTI's xyzt_units."""

FLAT = 1e-6
"""Volume spanned by three unit vectors below which they lie in a plane."""


@dataclass(frozen=True)
class Scaling:
    """Real value = slope x stored value + intercept: one pair for all slices, or one for each."""

    slope: tuple[float, ...] = (1.0,)
    intercept: tuple[float, ...] = (0.0,)

    @property
    def per_slice(self) -> bool:
        """Whether the slices differ."""
        return len(self.slope) > 1

    def kept(self, slices: slice) -> "Scaling":
        """Scaling of some of the slices."""
        return Scaling(self.slope[slices], self.intercept[slices]) if self.per_slice else self

    def real(self, voxels: NDArray[Any]) -> NDArray[np.float64]:
        """Real values of stored ones, ndarray (slice, row, column)."""
        slope, intercept = (np.reshape(values, (-1, 1, 1)) for values in (self.slope, self.intercept))
        return np.asarray(voxels * slope + intercept)

    def after(self, first: "Scaling") -> "Scaling":
        """Scaling that does `first` and then this one."""
        pairs = np.broadcast_arrays(first.slope, first.intercept, self.slope, self.intercept)
        inner, shift, outer, offset = (np.asarray(values, np.float64) for values in pairs)
        return Scaling(tuple((outer * inner).tolist()), tuple((outer * shift + offset).tolist()))


@dataclass(frozen=True, eq=False)
class Volume:
    """Stored values of consecutive slices, where they lie, and what they stand for.

    Attributes
    ----------
    voxels : ndarray (slice, row, column), int8, uint8, int16 or uint16; slices are sorted along their normal
    spacing : distance of neighbouring voxels along (slice, row, column), in `unit` (one of `UNITS`)
    mask : ndarray (slice, row, column) of bool, the tumour where it is known
    origin : centre of the first voxel in the patient system (left, posterior, superior), in `unit`
    direction : ndarray (3, 3), row k the unit vector of axis k (slice, row, column) in the patient system
    codes : NIfTI's sform_code and qform_code: 0 where the system is unknown, 1 the scanner's, 2 to 5 others
    notes : what was changed or left behind when the volume was read, one line each
    """

    voxels: NDArray[Any]
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)
    mask: NDArray[np.bool_] | None = None
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: NDArray[np.float64] = field(default_factory=lambda: np.eye(3)[::-1])
    codes: tuple[int, int] = (0, 0)
    unit: str = "mm"
    scaling: Scaling = Scaling()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3 or self.voxels.dtype.type not in CODED_TYPES:
            given = f"{self.voxels.shape} {self.voxels.dtype}"
            raise InputError(f"a volume is 3-D of 8 or 16 bit integers, not {given}")
        if self.mask is not None and self.mask.shape != self.voxels.shape:
            raise InputError(f"the mask is {self.mask.shape}, the volume {self.voxels.shape}")
        if len(self.scaling.slope) not in (1, len(self.voxels)):
            raise InputError(f"{len(self.scaling.slope)} slopes for {len(self.voxels)} slices")

    @property
    def affine(self) -> NDArray[np.float64]:
        """NIfTI's affine (4, 4): from the index (column, row, slice, 1) to (right, anterior, superior, 1)."""
        affine = np.eye(4)
        affine[:3, :3] = LPS_TO_RAS @ (self.direction * np.asarray(self.spacing)[:, None])[::-1].T
        affine[:3, 3] = LPS_TO_RAS @ np.asarray(self.origin)
        return affine

    def part(self, start: int, count: int, step: int = 1) -> "Volume":
        """Take `count` slices, from index `start` on, each `step` after the one before."""
        kept = slice(start, start + count * step, step)
        shift = self.direction[0] * self.spacing[0] * start
        return replace(
            self,
            voxels=np.ascontiguousarray(self.voxels[kept]),
            mask=None if self.mask is None else self.mask[kept],
            spacing=(self.spacing[0] * step, *self.spacing[1:]),
            origin=tuple((np.asarray(self.origin) + shift).tolist()),
            scaling=self.scaling.kept(kept),
        )


def place_of(affine: NDArray[np.float64], where: object) -> dict[str, Any]:
    """Give spacing, origin and direction of a `Volume` that has this NIfTI affine."""
    steps = (LPS_TO_RAS @ affine[:3, :3]).T[::-1]
    spacing = np.linalg.norm(steps, axis=1)
    sound = np.isfinite(affine).all() and spacing.min() > 0
    if not sound or abs(np.linalg.det(direction := steps / spacing[:, None])) < FLAT:
        raise InputError(f"{where}: its affine is no geometry of three axes")
    origin = LPS_TO_RAS @ affine[:3, 3]
    return {"spacing": tuple(spacing.tolist()), "origin": tuple(origin.tolist()), "direction": direction}


def with_one_scale(volume: Volume) -> tuple[NDArray[Any], Scaling, list[str]]:
    """Give values and scaling for a file that knows one scale for all slices, and what it cannot say."""
    if not volume.scaling.per_slice:
        return volume.voxels, volume.scaling, []
    note = "each slice has a scale of its own, which this kind of file cannot say: real values are written"
    return volume.scaling.real(volume.voxels).astype(np.float32), Scaling(), [note]


@dataclass(frozen=True)
class Pick:
    """Which volume of a source that holds several, and what is done with values that are no 16-bit integers.

    `series` is the SeriesInstanceUID or SeriesNumber of one DICOM series of a folder; `volume` the number,
    from 1, of one volume of a 4-D file, or of one echo, b value or time of a DICOM series; `quantise` the
    bits, 1 to 16, to which fractions and large numbers are rounded, without which they are refused.
    """

    series: str | None = None
    volume: int | None = None
    quantise: int | None = None

    def index(self, count: int, where: object, what: str) -> int:
        """Index of the wanted one of `count` volumes, which `what` describes."""
        if self.volume is None and count == 1:
            return 0
        if self.volume is None:
            raise InputError(f"{where}: {what}; take one with --volume 1 to {count}")
        if not 1 <= self.volume <= count:
            raise InputError(f"{where}: has no volume {self.volume}; {what} (--volume 1 to {count})")
        return self.volume - 1

    def stored(self, array: NDArray[Any], where: object) -> tuple[NDArray[Any], Scaling, tuple[str, ...]]:
        """Give stored values of `array`, what gives its values back, and what was done to them.

        Integers of 8 and 16 bits are taken as they are, other whole numbers as 16 bits if they fit.
        """
        check_shape(array.shape, where)
        if array.dtype.kind not in "biuf":
            raise InputError(f"{where}: elements are {array.dtype}; a volume holds one real number a voxel")
        values = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise InputError(f"{where}: holds NaN or infinite values; replace them first")
        if values.dtype.kind == "b":
            values = values.astype(np.uint8)
        low, high = values.min(), values.max()
        whole = values.dtype.kind != "f" or bool((values == np.rint(values)).all())
        if values.dtype.type in CODED_TYPES:
            return values, Scaling(), ()
        for dtype in (np.int16, np.uint16):
            if whole and np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
                return values.astype(dtype), Scaling(), ()
        if self.quantise is None:
            kind = f"{'does not fit 16 bits' if whole else 'holds fractions'} (values from {low} to {high})"
            raise InputError(f"{where}: {kind}; round or scale it first, or give --quantise BITS")
        if not 1 <= self.quantise <= 16:
            raise InputError(f"--quantise {self.quantise}: give 1 to 16 bits")
        low, high = float(low), float(high)
        step = (high - low) / (2**self.quantise - 1) or 1.0
        note = f"{low:g} to {high:g} were quantised to {self.quantise} bits; a value is off by up to "
        steps = np.rint((values - low) / step).astype(np.uint16)
        return steps, Scaling((step,), (low,)), (f"{where}: {note}{step / 2:g}",)


ANY = Pick()
"""The only volume of a source, of whole numbers."""


def check_shape(shape: tuple[int, ...], where: object) -> None:
    """Refuse a shape that is no volume, before anything of that size is allocated."""
    if len(shape) != 3:
        raise InputError(f"{where}: has {len(shape)} axes; a volume has three (slice, row, column)")
    if min(shape) < 1:
        raise InputError(f"{where}: is empty (shape {shape})")
    voxels = math.prod(map(int, shape))
    if voxels > MAX_VOXELS:
        raise InputError(f"{where}: {voxels} voxels (shape {shape}) are over the limit of {MAX_VOXELS}")
