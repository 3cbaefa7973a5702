"""The coherence-conditioned coder: payload from coefficients, and coefficients or slices back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import ESTIMATES, MODELS, WEIGHT_SETS, Known
from wdr_mcpd.codec.cc.layout import KINDS, framed, relatives
from wdr_mcpd.codec.cc.mixing import experienced, new_models
from wdr_mcpd.codec.cc.planes import code_planes
from wdr_mcpd.codec.cc.reconstruction import centres
from wdr_mcpd.codec.cc.restoration import network, restore_slices
from wdr_mcpd.codec.cc.transform import SPLIT
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import Channel, State, reader, writer, written
from wdr_mcpd.codec.transform import Transform, shared

DENSEST = 0.25  # share of significant coefficients above which restoration gives next to nothing
NOTHING = np.empty(0, np.int32)


def encode(
    coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int, earlier: bool = False
) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    table, length = relatives(layout)
    channel = writer(max_bytes, coefficients.size)
    exact = framed(coefficients, layout, table, length)
    return written(_code(exact, table, length, top, channel, earlier)[0], channel)


def decode(
    payload: NDArray[np.uint8], layout: Layout, top: int, earlier: bool = False
) -> NDArray[np.float32]:
    """Decode as much as the payload determines."""
    return centres(known_from(payload, layout, top, earlier), layout.size)[0]


def transform(decomposition: str, lossless: bool, wavelet: str) -> Transform:
    """Return the coder's own transform, or the shared one where its own is not defined."""
    own = decomposition == "packet" and not lossless
    return SPLIT if own else shared(decomposition, lossless, wavelet)


def restore(
    payload: NDArray[np.uint8], plan: Layout, top: int, used: Transform, corrected: bool
) -> NDArray[Any]:
    """Decode slices to voxels less the mean.

    With the coder's own transform, unless `corrected` is false, a network restores what quantisation took.
    """
    if used is not SPLIT:
        return used.block(decode(payload, plan, top), plan)
    known = known_from(payload, plan, top)
    values, width = centres(known, plan.size)
    block = SPLIT.block(values, plan)
    share = np.count_nonzero(known.size) / plan.size
    if corrected and 0 < share <= DENSEST:
        restore_slices(block, width / SPLIT.units, share, network())
    return block


def restoration_helps(slices: NDArray[np.float32], levels: int, rate: float) -> bool:
    """Try on some slices (slice, row, column), less their mean, whether the network brings them nearer.

    They are quantised alone, without being coded, so that about as many coefficients are significant as
    `rate` (bits per voxel) allows.
    """
    share = min(0.2 * rate, DENSEST)
    plan = SPLIT.lay_out(slices.shape, "packet", levels, 0)
    decoded = slices.copy()
    SPLIT.forward(decoded, plan)
    step = max(float(np.quantile(np.abs(decoded), 1 - share)), 1 / SPLIT.units)
    whole = np.trunc(decoded / np.float32(step))
    decoded[...] = (whole + np.float32(0.5) * np.sign(whole)) * np.float32(step)
    SPLIT.inverse(decoded, plan)
    before = np.mean(np.square(decoded - slices), dtype=np.float64)
    restore_slices(decoded, step, share, network())
    return bool(np.mean(np.square(decoded - slices), dtype=np.float64) < before)


def known_from(payload: NDArray[np.uint8], layout: Layout, top: int, earlier: bool = False) -> Known:
    """Decode what the payload tells of the coefficients."""
    return _code(NOTHING, *relatives(layout), top, reader(payload), earlier)[1]


def begin(table: NDArray[np.void], length: int, top: int) -> Known:
    """Make what is known before plane `top`: nothing."""
    return Known(
        np.zeros(length, np.int32),
        np.zeros(length, np.int8),
        np.full(length, top + 1, np.uint8),
        np.zeros(length, np.int32),
        table,
    )


def _code(
    exact: NDArray[np.int32], table: NDArray[np.void], length: int, top: int, channel: Channel, earlier: bool
) -> tuple[State, Known]:
    known = begin(table, length, top)
    models = new_models(MODELS, WEIGHT_SETS, ESTIMATES, 0 if earlier else KINDS)
    if not earlier:
        models = experienced(models)
    return code_planes(exact, known, models, channel, top), known
