"""The first coherence-conditioned coder, number 2 in a stream: for the streams that it wrote.

Its last pass looks at every coefficient of a stretch that is not all quiet, signs have no predictor, models
begin at one half, and `restoration_1` has three small networks.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc import coder
from wdr_mcpd.codec.cc.reconstruction import centres, confine
from wdr_mcpd.codec.cc.restoration_1 import correct, network
from wdr_mcpd.codec.cc.transform import SPLIT
from wdr_mcpd.codec.layout import Layout, scatter
from wdr_mcpd.codec.transform import Transform

SCALES = ("full", "half", "quarter")
FINEST_FILTERED = 16.0  # below this step, in voxel values, there is nothing to restore


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    return coder.encode(coefficients, layout, top, max_bytes, earlier=True)


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as much as the payload determines."""
    return coder.decode(payload, layout, top, earlier=True)


def restore(
    payload: NDArray[np.uint8], plan: Layout, top: int, used: Transform, corrected: bool, step: float
) -> NDArray[Any]:
    """Decode slices to voxels less the mean.

    With the coder's own transform, unless `corrected` is false, networks restore what quantisation took, at a
    fourth, a half and all of the size; then every coefficient is moved back into the interval that the
    payload says it is in.
    """
    if used is not SPLIT:
        return used.block(decode(payload, plan, top), plan)
    known = coder.known_from(payload, plan, top, coder.EARLIER)
    unit = 1 / SPLIT.units
    values, width = centres(known, plan.size)
    step = width * unit
    block = np.empty(plan.shape, np.float32)
    scatter(values, plan.boxes, block, np.float32(unit))
    if step < FINEST_FILTERED or not corrected:
        SPLIT.inverse(block, plan)
    else:
        SPLIT.inverse(block, plan, lambda slices, level: correct(slices, step, network(SCALES[level])))
        SPLIT.forward(block, plan)
        confine(block, plan, known, unit)
        SPLIT.inverse(block, plan)
    return block
