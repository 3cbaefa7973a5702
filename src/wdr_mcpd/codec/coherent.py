"""The coherence-conditioned coder: bit planes whose models see the neighbourhood, slices and scales."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.coherent_filter import correct, network
from wdr_mcpd.codec.coherent_layout import framed, relatives
from wdr_mcpd.codec.coherent_mixing import new_estimates, new_models, new_weights
from wdr_mcpd.codec.coherent_planes import ESTIMATES, MODELS, WEIGHT_SETS, code_planes
from wdr_mcpd.codec.coherent_transform import inverse
from wdr_mcpd.codec.coherent_values import centres
from wdr_mcpd.codec.layout import Layout, scatter
from wdr_mcpd.codec.rangecoder import MARGIN, finish

SCALES = ("full", "half", "quarter")
FINEST_FILTERED = 10.0  # below this step, in voxel values, there is nothing to restore


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    table, length = relatives(layout)
    out = np.zeros(min(max_bytes, 8 * coefficients.size + 64) + 2 * MARGIN + 64, np.uint8)
    values = framed(coefficients, layout, table, length)
    state = _code(values, length, table, top, out, True, max_bytes + MARGIN)[0]
    return out[: min(finish(state, out), max_bytes)]


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as much as the payload determines."""
    return _decode(payload, layout, top)[0]


def restore(payload: NDArray[np.uint8], plan: Layout, top: int, unit: float) -> NDArray[np.float32]:
    """Decode to voxels less the mean, in the shape of the plan; coefficients are in units of `unit`.

    Networks restore what quantisation took, at a fourth, a half and all of the size.
    """
    values, width = _decode(payload, plan, top)
    step = width * unit
    block = np.empty(plan.shape, np.float32)
    scatter(values, plan.table, block, np.float32(unit))
    if step < FINEST_FILTERED:
        inverse(block, plan)
    else:
        inverse(block, plan, lambda slices, level: correct(slices, step, network(SCALES[level])))
    return block


def _decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> tuple[NDArray[np.float32], float]:
    """Return the values in scan order and the typical quantiser step."""
    table, length = relatives(layout)
    _, size, sign, last = _code(np.empty(0, np.int32), length, table, top, payload, False, 0)
    return centres(size, sign, last, table, layout.size)


def _code(
    coefficients: NDArray[np.int32],
    length: int,
    table: NDArray[np.int64],
    top: int,
    data: NDArray[np.uint8],
    encoding: bool,
    enough: int,
) -> Any:
    size, sign = np.zeros(length, np.int32), np.zeros(length, np.int8)
    last, energy = np.full(length, top + 1, np.uint8), np.zeros(length, np.int32)
    tables = new_models(MODELS), new_weights(WEIGHT_SETS), new_estimates(ESTIMATES)
    state = code_planes(coefficients, size, sign, last, energy, table, tables, data, encoding, top, enough)
    return state, size, sign, last
