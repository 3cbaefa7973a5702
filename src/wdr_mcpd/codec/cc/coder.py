"""The coherence-conditioned coder: payload from coefficients, and coefficients or slices back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc.contexts import ESTIMATES, MODELS, WEIGHT_SETS, Known
from wdr_mcpd.codec.cc.layout import framed, relatives
from wdr_mcpd.codec.cc.mixing import new_models
from wdr_mcpd.codec.cc.planes import code_planes
from wdr_mcpd.codec.cc.reconstruction import centres, confine
from wdr_mcpd.codec.cc.restoration import correct, network
from wdr_mcpd.codec.cc.transform import SPLIT, forward, inverse
from wdr_mcpd.codec.layout import Layout, scatter
from wdr_mcpd.codec.rangecoder import Channel, State, reader, writer, written
from wdr_mcpd.codec.transform import Transform, shared

SCALES = ("full", "half", "quarter")
FINEST_FILTERED = 16.0  # below this step, in voxel values, there is nothing to restore
NOTHING = np.empty(0, np.int32)


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    table, length = relatives(layout)
    channel = writer(max_bytes, coefficients.size)
    exact = framed(coefficients, layout, table, length)
    return written(_code(exact, table, length, top, channel)[0], channel)


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as much as the payload determines."""
    return centres(known_from(payload, layout, top), layout.size)[0]


def transform(decomposition: str, lossless: bool, wavelet: str) -> Transform:
    """Return the coder's own transform, or the shared one where its own is not defined."""
    own = decomposition == "packet" and not lossless
    return SPLIT if own else shared(decomposition, lossless, wavelet)


def restore(payload: NDArray[np.uint8], plan: Layout, top: int, used: Transform) -> NDArray[Any]:
    """Decode slices to voxels less the mean.

    With the coder's own transform, networks restore what quantisation took, at a fourth, a half and all of
    the size; then every coefficient is moved back into the interval that the payload says it is in.
    """
    if used is not SPLIT:
        return used.block(decode(payload, plan, top), plan)
    known = known_from(payload, plan, top)
    unit = 1 / SPLIT.units
    values, width = centres(known, plan.size)
    step = width * unit
    block = np.empty(plan.shape, np.float32)
    scatter(values, plan.boxes, block, np.float32(unit))
    if step < FINEST_FILTERED:
        inverse(block, plan)
    else:
        inverse(block, plan, lambda slices, level: correct(slices, step, network(SCALES[level])))
        forward(block, plan)
        confine(block, plan, known, unit)
        inverse(block, plan)
    return block


def known_from(payload: NDArray[np.uint8], layout: Layout, top: int) -> Known:
    """Decode what the payload tells of the coefficients."""
    return _code(NOTHING, *relatives(layout), top, reader(payload))[1]


def _code(
    exact: NDArray[np.int32], table: NDArray[np.void], length: int, top: int, channel: Channel
) -> tuple[State, Known]:
    known = Known(
        np.zeros(length, np.int32),
        np.zeros(length, np.int8),
        np.full(length, top + 1, np.uint8),
        np.zeros(length, np.int32),
        table,
    )
    models = new_models(MODELS, WEIGHT_SETS, ESTIMATES)
    return code_planes(exact, known, models, channel, top), known
