"""Encode a group of slices without loss in the image domain, and decode it or what is left of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.lossless import combining, leastsquares, pixels, residual, similar, slices
from wdr_mcpd.codec.lossless.leastsquares import Fit
from wdr_mcpd.codec.lossless.values import Values as Voxels
from wdr_mcpd.codec.lossless.values import pack, taken, unpack
from wdr_mcpd.codec.rangecoder import Channel, State, reader, writer, written
from wdr_mcpd.errors import InputError

STACK = Fit(decay=0.9, fade=0.65, ridge=0.03, floor=16.0, strictness=1.0, spread=0)


@dataclass(frozen=True)
class Effort:
    """How hard the coder tries: its least squares, whether it compares places, and what it mixes."""

    orders: tuple[int, ...]
    fit: Fit
    compares: bool
    widths: int
    habits: int


EFFORTS = {
    1: Effort((23,), Fit(0.8, 0.41, 3e-4, 50.0, 4.0, 6), False, 2, 1),
    2: Effort((7, 19, 47), Fit(0.92, 0.72, 5e-4, 50.0, 4.0, 6), True, 5, 3),
}


def encode(
    volume: Voxels, low: int, high: int, effort: int, preview: Voxels | None = None
) -> NDArray[np.uint8]:
    """Encode the slices of a volume (slice, row, column) whose voxels lie from `low` to `high`.

    `preview` is as large, and known to the decoder too.
    """
    voxels = volume.astype(np.int32)
    values = taken(voxels, low, high)
    start = pack(values, low, high)
    if values is not None:
        voxels, preview = _ranks(voxels, values), None if preview is None else _ranks(preview, values)
        low, high = 0, values.size - 1
    channel = writer(1 << 40, voxels.size)
    state, done = _code(channel, _upright(voxels), low, high, effort, preview)
    if done < voxels.size:
        raise InputError("the volume takes more than 16 bytes per voxel without loss; code it as 3d-wdr")
    return np.concatenate([np.frombuffer(start, np.uint8), written(state, channel)])


def decode(
    payload: NDArray[np.uint8],
    shape: tuple[int, int, int],
    low: int,
    high: int,
    effort: int,
    preview: Voxels | None = None,
) -> tuple[Voxels, int]:
    """Decode a payload, or the beginning of one.

    Returns
    -------
    ndarray (slice, row, column), and how many voxels of it the payload determines: whole slices, and the
    first of one more; the rest are those of the preview, or the least

    Raises
    ------
    StreamError
        If the payload is damaged, or cut in its first bytes.
    """
    values, start = unpack(payload.tobytes(), low, high)
    if values is not None:
        preview = None if preview is None else _ranks(preview, values)
        low, high = 0, values.size - 1
    voxels = _upright(np.full(shape, low, np.int32) if preview is None else preview.astype(np.int32))
    _, done = _code(reader(payload[start:].copy()), voxels, low, high, effort, preview)
    voxels = voxels if voxels.shape == shape else voxels.swapaxes(1, 2)
    return voxels if values is None else values[voxels], done


def _ranks(volume: Voxels, values: Voxels) -> Voxels:
    return np.minimum(np.searchsorted(values, volume), values.size - 1).astype(np.int32)


def _upright(volume: Voxels) -> Voxels:
    """Swap rows and columns if there are more columns: what is learnt takes memory for each column."""
    return np.ascontiguousarray(volume.swapaxes(1, 2) if volume.shape[2] > volume.shape[1] else volume)


def _code(
    channel: Channel, voxels: Voxels, low: int, high: int, effort: int, preview: Voxels | None
) -> tuple[State, int]:
    base = np.empty((0, 0, 0), np.int32) if preview is None else _upright(preview.astype(np.int32))
    start = model(voxels.shape, low, effort, preview is not None)
    return pixels.code_slices(channel, voxels, base, start, low, high)


def model(shape: tuple[int, ...], low: int, effort: int, previewed: bool) -> pixels.Model:
    """Make all that predicts and learns, for a volume of this shape, as it is at first."""
    rows, columns = shape[1:]
    chosen = EFFORTS[effort]
    orders = chosen.orders
    predictions = (2 * len(orders) + 1) if chosen.compares else len(orders)
    frame = slices.frame(rows, columns, low)
    offsets = slices.offsets(frame, orders[-1], previewed)
    window = leastsquares.window(chosen.fit, offsets, orders, columns)
    return pixels.Model(
        frame,
        window,
        similar.places(columns if chosen.compares else 0, window),
        combining.errors(predictions, columns),
        leastsquares.window(
            STACK._replace(spread=predictions), np.empty(0, np.int64), (predictions,), columns
        ),
        np.zeros(predictions),
        residual.statistics(rows, columns, chosen.widths, chosen.habits),
    )
