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
    Where the codes are 0 nothing is turned: the axis only becomes that of the slices.

    Parameters
    ----------
    slice_axis : int or "thickest"
        Axis of the file, 1 to 3, or that of the largest distance; of equal ones the last.

    Returns
    -------
    Volume, str
        And what was done, as `axial, LPS from RAS, cut along axis 2` (not told if it is the third).
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
        name, target = (
            "slices",
            "".join((*(c for k, c in enumerate(codes) if k != 2 - axis), codes[2 - axis])),
        )
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
    """Number of slices from one that is kept to the next.

    It is given as that number, or as a distance, `5.5 mm`, of which the nearest number is taken for slices
    `spacing` mm apart.
    """
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
    """Keep every `step`-th slice, or with `average` the rounded mean of each whole run of `step` slices.

    A voxel of the mask then needs half of them.
    """
    if step == 1:
        return volume
    if volume.scaling.per_slice and average:
        raise InputError("each slice has a scale of its own, so their stored values have no average")
    count = len(volume.voxels) // step if average else -(-len(volume.voxels) // step)
    if count == 0:
        raise InputError(f"{len(volume.voxels)} slices are fewer than the {step} that are averaged")

    def runs(array: NDArray[Any]) -> NDArray[Any]:
        return array[: count * step].reshape(count, step, *array.shape[1:])

    mask = volume.mask
    if average:
        voxels = np.rint(runs(volume.voxels).mean(1)).astype(volume.voxels.dtype)
        mask = None if mask is None else runs(mask).mean(1) >= 0.5
    else:
        voxels = volume.voxels[::step]
        mask = None if mask is None else mask[::step]
    shift = volume.direction[0] * volume.spacing[0] * ((step - 1) / 2 if average else 0)
    return replace(
        volume,
        voxels=np.ascontiguousarray(voxels),
        mask=mask,
        spacing=(volume.spacing[0] * step, *volume.spacing[1:]),
        origin=tuple((np.asarray(volume.origin) + shift).tolist()),
        scaling=volume.scaling.kept(slice(None, None, step)),
    )
