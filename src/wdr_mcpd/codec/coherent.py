"""The coherence-conditioned coder: bit planes whose models see the neighbourhood, slices and scales."""

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.coherent_filter import correct, network
from wdr_mcpd.codec.coherent_layout import framed, relatives
from wdr_mcpd.codec.coherent_mixing import new_estimates, new_models, new_weights
from wdr_mcpd.codec.coherent_planes import ESTIMATES, MODELS, WEIGHT_SETS, code_planes
from wdr_mcpd.codec.coherent_transform import forward, inverse
from wdr_mcpd.codec.coherent_values import Known, centres, confine
from wdr_mcpd.codec.layout import Layout, scatter
from wdr_mcpd.codec.rangecoder import MARGIN, State, finish

SCALES = ("full", "half", "quarter")
FINEST_FILTERED = 16.0  # below this step, in voxel values, there is nothing to restore


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    table, length = relatives(layout)
    out = np.zeros(min(max_bytes, 8 * coefficients.size + 64) + 2 * MARGIN + 64, np.uint8)
    values = framed(coefficients, layout, table, length)
    state, _ = _code(values, length, table, top, out, True, max_bytes + MARGIN)
    return out[: min(finish(state, out), max_bytes)]


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as much as the payload determines."""
    return centres(known_from(payload, layout, top), layout.size)[0]


def restore(payload: NDArray[np.uint8], plan: Layout, top: int, unit: float) -> NDArray[np.float32]:
    """Decode to voxels less the mean, in the shape of the plan; coefficients are in units of `unit`.

    Networks restore what quantisation took, at a fourth, a half and all of the size; then every coefficient
    is moved back into the interval that the payload says it is in.
    """
    known = known_from(payload, plan, top)
    values, width = centres(known, plan.size)
    step = width * unit
    block = np.empty(plan.shape, np.float32)
    scatter(values, plan.table, block, np.float32(unit))
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
    table, length = relatives(layout)
    return _code(np.empty(0, np.int32), length, table, top, payload, False, 0)[1]


def _code(
    coefficients: NDArray[np.int32],
    length: int,
    table: NDArray[np.int64],
    top: int,
    data: NDArray[np.uint8],
    encoding: bool,
    enough: int,
) -> tuple[State, Known]:
    known = Known(
        np.zeros(length, np.int32), np.zeros(length, np.int8), np.full(length, top + 1, np.uint8), table
    )
    tables = new_models(MODELS), new_weights(WEIGHT_SETS), new_estimates(ESTIMATES)
    energy = np.zeros(length, np.int32)
    state = code_planes(
        coefficients, known.size, known.sign, known.last, energy, table, tables, data, encoding, top, enough
    )
    return state, known
