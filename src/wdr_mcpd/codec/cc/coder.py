"""The coherence-conditioned coder: payload from coefficients, and coefficients or slices back.

There are two of it. The later one codes the quiet coefficients of a stretch together, predicts signs from the
values around, begins with models that have seen other images, and has another network. The earlier one is
here for the streams that it wrote.
"""

from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc import restoration, restoration_1
from wdr_mcpd.codec.cc.contexts import ESTIMATES, MODELS, WEIGHT_SETS, Known
from wdr_mcpd.codec.cc.layout import KINDS, framed, relatives
from wdr_mcpd.codec.cc.mixing import Models, new_models
from wdr_mcpd.codec.cc.planes import code_planes
from wdr_mcpd.codec.cc.reconstruction import centres, confine
from wdr_mcpd.codec.cc.transform import SPLIT, forward, inverse
from wdr_mcpd.codec.layout import Layout, scatter
from wdr_mcpd.codec.rangecoder import Channel, State, reader, writer, written
from wdr_mcpd.codec.transform import Transform, shared

SCALES = ("full", "half", "quarter")
FINEST_FILTERED = 16.0  # of the earlier coder: below this step, in voxel values, there is nothing to restore
DENSEST = 0.25  # share of significant coefficients above which restoration gives next to nothing
NOTHING = np.empty(0, np.int32)


def encode(
    coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int, later: bool = True
) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    table, length = relatives(layout)
    channel = writer(max_bytes, coefficients.size)
    exact = framed(coefficients, layout, table, length)
    return written(_code(exact, table, length, top, channel, later)[0], channel)


def decode(payload: NDArray[np.uint8], layout: Layout, top: int, later: bool = True) -> NDArray[np.float32]:
    """Decode as much as the payload determines."""
    return centres(known_from(payload, layout, top, later), layout.size)[0]


def transform(decomposition: str, lossless: bool, wavelet: str) -> Transform:
    """Return the coder's own transform, or the shared one where its own is not defined."""
    own = decomposition == "packet" and not lossless
    return SPLIT if own else shared(decomposition, lossless, wavelet)


def restore(
    payload: NDArray[np.uint8], plan: Layout, top: int, used: Transform, corrected: bool = True
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
    if corrected and share <= DENSEST:
        restoration.restore_slices(block, width / SPLIT.units, share, restoration.network())
    return block


def restore_1(payload: NDArray[np.uint8], plan: Layout, top: int, used: Transform) -> NDArray[Any]:
    """Decode slices of the earlier coder to voxels less the mean.

    With the coder's own transform, networks restore what quantisation took, at a fourth, a half and all of
    the size; then every coefficient is moved back into the interval that the payload says it is in.
    """
    if used is not SPLIT:
        return used.block(decode(payload, plan, top, False), plan)
    known = known_from(payload, plan, top, False)
    unit = 1 / SPLIT.units
    values, width = centres(known, plan.size)
    step = width * unit
    block = np.empty(plan.shape, np.float32)
    scatter(values, plan.boxes, block, np.float32(unit))
    if step < FINEST_FILTERED:
        inverse(block, plan)
    else:
        networks = [restoration_1.network(scale) for scale in SCALES]
        inverse(block, plan, lambda slices, level: restoration_1.correct(slices, step, networks[level]))
        forward(block, plan)
        confine(block, plan, known, unit)
        inverse(block, plan)
    return block


def known_from(payload: NDArray[np.uint8], layout: Layout, top: int, later: bool = True) -> Known:
    """Decode what the payload tells of the coefficients."""
    return _code(NOTHING, *relatives(layout), top, reader(payload), later)[1]


def _code(
    exact: NDArray[np.int32],
    table: NDArray[np.void],
    length: int,
    top: int,
    channel: Channel,
    later: bool,
) -> tuple[State, Known]:
    known = Known(
        np.zeros(length, np.int32),
        np.zeros(length, np.int8),
        np.full(length, top + 1, np.uint8),
        np.zeros(length, np.int32),
        table,
    )
    models = new_models(MODELS, WEIGHT_SETS, ESTIMATES, KINDS if later else 0)
    return code_planes(exact, known, models, channel, top), known
