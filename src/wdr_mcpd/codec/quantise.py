"""A group of slices on its way to the coefficients that a coder codes, and back."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.axial import TYPICAL_RATE, best_axial_levels
from wdr_mcpd.codec.cc.dependent import step_of
from wdr_mcpd.codec.coders import CODERS, Coder
from wdr_mcpd.codec.header import MAX_TOP, Group, Header
from wdr_mcpd.codec.layout import Block, Layout, depth, gather
from wdr_mcpd.codec.requests import Volume
from wdr_mcpd.codec.settings import Settings
from wdr_mcpd.codec.transform import Transform
from wdr_mcpd.errors import InputError

NOTHING = np.empty(0, np.uint8)


@dataclass
class Part:
    """A group after transform and quantisation: coefficients in scan order and what the header says of it.

    `payload` is what they were coded to, as far as it was `asked` for.
    """

    coefficients: NDArray[np.int32]
    layout: Layout
    axial_levels: int
    mean: int
    planes: int
    payload: NDArray[np.uint8] = field(default_factory=lambda: NOTHING)
    asked: int = 0


def transformed(block: Volume, settings: Settings, low: int, high: int, rate: float = TYPICAL_RATE) -> Part:
    """Transform and quantise the slices of a group.

    Parameters
    ----------
    block : ndarray (slice, row, column), the voxels of the group
    settings : how it is coded
    low, high : range of the whole volume, in which the mean that the header holds must lie
    rate : bits per voxel for which axial levels are chosen

    Raises
    ------
    InputError
        If the levels are too deep for coefficients of 32 bits.
    """
    transform = CODERS[settings.coder].transform(settings.decomposition, settings.lossless, settings.wavelet)
    mean = min(max(round(float(block.mean(dtype=np.float64))), low), high)
    # Exact in both types: voxels have at most 16 bits.
    work = np.subtract(block, mean, dtype=transform.dtype, order="C")
    plan, axial = _transform(work, transform, settings, rate)
    coefficients = np.empty(plan.size, np.int32)
    gather(work, plan.boxes, coefficients, transform.dtype(transform.units))
    planes = max(int(coefficients.max()), -int(coefficients.min())).bit_length()
    if planes > MAX_TOP + 1:
        raise InputError(f"in_plane_levels {settings.in_plane_levels} is too deep for values of this range")
    return Part(coefficients, plan, axial, mean, planes)


def _transform(work: Block, transform: Transform, settings: Settings, rate: float) -> tuple[Layout, int]:
    """Transform a block in place; returns the plan and the axial levels, chosen by content for "auto"."""
    decomposition, levels, axial = settings.decomposition, settings.in_plane_levels, settings.axial_levels
    if not isinstance(axial, str):
        axial = min(axial, depth(work.shape[0]))
        plan = transform.lay_out(work.shape, decomposition, levels, axial)
        transform.forward(work, plan)
        return plan, axial
    frames = transform.lay_out(work.shape, "packet", levels, 0)
    transform.forward(work, frames)
    axial = best_axial_levels(
        work, transform, rate, 0 if settings.lossless else CODERS[settings.coder].axial_price
    )
    plan = transform.lay_out(work.shape, decomposition, levels, axial)
    if decomposition == "packet":
        transform.split(work, plan.steps[len(frames.steps) :])
    else:
        transform.inverse(work, frames)
        transform.forward(work, plan)
    return plan, axial


def restored(
    header: Header, group: Group, payload: NDArray[np.uint8], coder: Coder, step_number: int | None = None
) -> Volume:
    """Decode the payload of a group, or the beginning of one, to its slices."""
    if group.planes == 0 or payload.size == 0:
        return _nothing_known(header, group)
    plan, transform = _plan(header, group, coder)
    step = 0 if step_number is None else step_of(step_number)
    block = coder.restore(payload, plan, group.planes - 1, transform, header.fields.restoration, step)
    return _voxels(header, group, transform, block)


def restored_prefixes(
    header: Header,
    group: Group,
    payload: NDArray[np.uint8],
    lengths: Sequence[int],
    coder: Coder,
    step_number: int | None = None,
) -> Iterator[Volume]:
    """Decode prefixes of rising lengths of the payload of a group, in one pass where the coder can."""
    if group.planes == 0 or coder.decode_prefixes is None:
        yield from (restored(header, group, payload[:size], coder, step_number) for size in lengths)
        return
    empty = bisect_left(lengths, 1)
    yield from (_nothing_known(header, group) for _ in range(empty))
    plan, transform = _plan(header, group, coder)
    for values in coder.decode_prefixes(payload, lengths[empty:], plan, group.planes - 1):
        yield _voxels(header, group, transform, transform.block(values, plan))


def _plan(header: Header, group: Group, coder: Coder) -> tuple[Layout, Transform]:
    transform = coder.transform(header.decomposition, header.lossless, header.fields.wavelet)
    shape = (len(group.slices), *header.shape[1:])
    levels = header.in_plane_levels, group.axial_levels
    return transform.lay_out(shape, header.decomposition, *levels), transform


def _nothing_known(header: Header, group: Group) -> Volume:
    """Give the slices of a group of which only the mean is known."""
    return np.full((len(group.slices), *header.shape[1:]), group.mean, header.dtype)


def _voxels(header: Header, group: Group, transform: Transform, block: Block) -> Volume:
    """Round a decoded block, less its mean, to voxels; a slice at a time stays in the cache."""
    volume = np.empty(block.shape, header.dtype)
    for values, voxels in zip(block, volume, strict=True):
        values += transform.dtype(group.mean)
        np.round(values, out=values)
        np.clip(values, header.minimum, header.maximum, out=values)
        voxels[...] = values
    return volume
