"""A group of slices on its way to the coefficients that a coder codes, and back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.axial import best_axial_levels
from wdr_mcpd.codec.coders import CODERS, Coder, Lossy
from wdr_mcpd.codec.header import MAX_TOP, Group, Header
from wdr_mcpd.codec.layout import Layout, depth, gather, layout, scatter
from wdr_mcpd.codec.requests import Volume
from wdr_mcpd.codec.settings import Settings
from wdr_mcpd.codec.transform import forward, inverse
from wdr_mcpd.errors import InputError

UNITS = 16  # 9/7 coefficients are coded as whole sixteenths: finer ones could not change a rounded voxel


@dataclass(frozen=True)
class Part:
    """A group after transform and quantisation: coefficients in scan order and what the header says of it."""

    coefficients: NDArray[np.int32]
    layout: Layout
    axial_levels: int
    mean: int
    planes: int


def transformed(block: Volume, settings: Settings, low: int, high: int) -> Part:
    """Transform and quantise the slices of a group.

    Parameters
    ----------
    block : ndarray (slice, row, column), the voxels of the group
    settings : how it is coded
    low, high : range of the whole volume, in which the mean that the header holds must lie

    Raises
    ------
    InputError
        If the levels are too deep for coefficients of 32 bits.
    """
    mean = min(max(round(float(block.mean(dtype=np.float64))), low), high)
    # Exact in both types: voxels have at most 16 bits.
    work = np.subtract(block, mean, dtype=np.int32 if settings.lossless else np.float32, order="C")
    shape = work.shape
    levels = settings.in_plane_levels
    axial = settings.axial_levels
    lossy = _own_transform(CODERS[settings.coder], settings.decomposition, settings.lossless)
    if isinstance(axial, str):
        frames = lossy.plan(shape, levels, 0) if lossy else layout(shape, "packet", levels, 0)
        _forward(work, frames, lossy)
        axial = best_axial_levels(work)
        if settings.decomposition == "packet":
            plan = lossy.plan(shape, levels, axial) if lossy else layout(shape, "packet", levels, axial)
            forward(work, plan.steps[len(frames.steps) :])
        else:
            inverse(work, frames.steps)
            plan = layout(shape, "dyadic", levels, axial)
            forward(work, plan.steps)
    else:
        axial = min(axial, depth(shape[0]))
        plan = (
            lossy.plan(shape, levels, axial)
            if lossy
            else layout(shape, settings.decomposition, levels, axial)
        )
        _forward(work, plan, lossy)
    coefficients = np.empty(plan.size, np.int32)
    gather(work, plan.table, coefficients, np.int32(1) if settings.lossless else np.float32(UNITS))
    planes = max(int(coefficients.max()), -int(coefficients.min())).bit_length()
    if planes > MAX_TOP + 1:
        raise InputError(f"in_plane_levels {settings.in_plane_levels} is too deep for values of this range")
    return Part(coefficients, plan, axial, mean, planes)


def _own_transform(coder: Coder, decomposition: str, lossless: bool) -> Lossy | None:
    """Return the coder's own transform where it applies."""
    return None if lossless or decomposition == "dyadic" else coder.lossy


def _forward(work: NDArray[Any], plan: Layout, lossy: Lossy | None) -> None:
    if lossy:
        lossy.forward(work, plan)
    else:
        forward(work, plan.steps)


def restored(header: Header, group: Group, payload: NDArray[np.uint8], coder: Coder) -> Volume:
    """Decode the payload of a group, or the beginning of one, to its slices."""
    shape = (len(group.slices), *header.shape[1:])
    decomposition = "dyadic" if header.dyadic else "packet"
    lossy = _own_transform(coder, decomposition, header.lossless)
    if group.planes == 0 or payload.size == 0:  # nothing is known but the mean
        return np.full(shape, group.mean, header.dtype)
    if lossy:
        plan = lossy.plan(shape, header.in_plane_levels, group.axial_levels)
        block = lossy.restore(payload, plan, group.planes - 1, 1 / UNITS)
        return _rounded(block, header, group)
    plan = layout(shape, decomposition, header.in_plane_levels, group.axial_levels)
    values = coder.decode(payload, plan, group.planes - 1)
    if header.lossless:
        whole = np.empty(shape, np.int32)
        scatter(values, plan.table, whole, np.float32(1))
        inverse(whole, plan.steps)
        return np.clip(whole + group.mean, header.minimum, header.maximum).astype(header.dtype)
    block = np.empty(shape, np.float32)
    scatter(values, plan.table, block, np.float32(1 / UNITS))
    inverse(block, plan.steps)
    return _rounded(block, header, group)


def _rounded(block: NDArray[np.float32], header: Header, group: Group) -> Volume:
    """Turn voxels less the mean into voxels of the volume's type and range."""
    volume = np.empty(block.shape, header.dtype)
    for values, voxels in zip(block, volume, strict=True):  # a slice at a time stays in the cache
        values += np.float32(group.mean)
        np.rint(values, out=values)
        np.clip(values, header.minimum, header.maximum, out=values)
        voxels[...] = values
    return volume
