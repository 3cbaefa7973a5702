"""A volume as a stack of slices for the study: cut across its thickest axis, turned one way, thinned."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.data.volume import Volume, place_of
from wdr_mcpd.errors import InputError

PLANES = {"S": ("axial", "LPS"), "A": ("coronal", "LIP"), "R": ("sagittal", "PIL")}
"""Of slices along each direction: their name, and where (column, row, slice) run to, as scanners do."""

THICKER = 1.001
"""Axes whose distances differ by less than this factor count as equally thick."""


def as_slices(volume: Volume, slice_axis: str | int = "thickest") -> tuple[Volume, str]:
    """Cut a volume along one axis of its file and turn it to one convention.

    Axial slices then run to the head, their rows to the back, columns to the left; coronal ones to the back,
    rows to the feet, columns to the left; sagittal ones to the left, rows to the feet, columns to the back.
    Where the codes are 0 nothing is turned: the axis only becomes that of the slices. `slice_axis` is 1 to 3,
    or "thickest" for that of the largest distance, of equal ones the last. Also says what was done, as
    `axial, LPS from RAS, cut along axis 2` (not told if it is the third).
    """
    from nibabel import orientations as to

    if isinstance(slice_axis, int):
        axis = 3 - slice_axis
    else:
        axis = next(k for k in range(3) if volume.spacing[k] * THICKER >= max(volume.spacing))
    ornt = to.io_orientation(volume.affine)
    codes = "".join(to.ornt2axcodes(ornt))
    if any(volume.codes):
        along = {"L": "R", "P": "A", "I": "S"}.get(codes[2 - axis], codes[2 - axis])
        name, target = PLANES[along]
    else:
        name, target = "slices", codes.replace(codes[2 - axis], "") + codes[2 - axis]
    if axis != 0 and volume.scaling.per_slice:
        raise InputError("each slice has a scale of its own, so it cannot be cut along another axis")
    done = f"{name}, {target}" + (f" from {codes}" if codes != target else "")
    done += f", cut along axis {3 - axis}" if axis else ""
    change = to.ornt_transform(ornt, to.axcodes2ornt(target))
    affine = volume.affine @ to.inv_ornt_aff(change, volume.voxels.shape[::-1])

    def turned(array: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(to.apply_orientation(array.T, change).T)

    mask = None if volume.mask is None else turned(volume.mask)
    scaling = volume.scaling.kept(slice(None, None, -1 if change[2, 1] < 0 else 1))
    return replace(
        volume, voxels=turned(volume.voxels), mask=mask, scaling=scaling, **place_of(affine, "turned")
    ), done


def step_of(slice_step: int | str, spacing: float) -> int:
    """Number of slices from one that is kept to the next: given, or nearest to a distance as `5.5 mm`."""
    number, _, unit = str(slice_step).strip().partition(" ")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if unit.strip() == "mm" and 0 < value < math.inf:
        return max(1, math.floor(value / spacing + 0.5))
    if unit or not value >= 1 or value != int(value):
        raise InputError(f"slice_step {slice_step}: give a number of slices, or millimetres as in 5.5 mm")
    return int(value)


def thin(volume: Volume, step: int, average: bool = False) -> Volume:
    """Keep every `step`-th slice, or with `average` the rounded mean (mask: half) of each whole run."""
    if step == 1:
        return volume
    if not average:
        return volume.part(0, -(-len(volume.voxels) // step), step)
    if volume.scaling.per_slice:
        raise InputError("each slice has a scale of its own, so their stored values have no average")
    count = len(volume.voxels) // step
    if count == 0:
        raise InputError(f"{len(volume.voxels)} slices are fewer than the {step} that are averaged")

    def means(array: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(array[: count * step].reshape(count, step, *array.shape[1:]).mean(1))

    shift = volume.direction[0] * volume.spacing[0] * (step - 1) / 2
    return replace(
        volume.part(0, count, step),
        voxels=np.rint(means(volume.voxels)).astype(volume.voxels.dtype),
        mask=None if volume.mask is None else means(volume.mask) >= 0.5,
        origin=tuple((np.asarray(volume.origin) + shift).tolist()),
    )
