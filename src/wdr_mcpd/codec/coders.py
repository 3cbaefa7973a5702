"""The bit-plane coders by name."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec import coherent, coherent_transform, wdr, wdr_reference
from wdr_mcpd.codec.coherent_layout import split_layout
from wdr_mcpd.codec.layout import Layout, Shape

Encode = Callable[[NDArray[np.int32], Layout, int, int], NDArray[np.uint8]]
Decode = Callable[[NDArray[np.uint8], Layout, int], NDArray[np.float32]]


@dataclass(frozen=True)
class Lossy:
    """A transform of a coder's own in place of the shared CDF 9/7.

    `plan(shape, in_plane_levels, axial_levels)` lays the subbands out, with the shared steps along the slices
    last; `forward(block, plan)` transforms in place; `restore(payload, plan, top, unit)` decodes to voxels
    less the mean, with coefficients in units of `unit`.
    """

    plan: Callable[[Shape, int, int], Layout]
    forward: Callable[[NDArray[np.float32], Layout], None]
    restore: Callable[[NDArray[np.uint8], Layout, int, float], NDArray[np.float32]]


@dataclass(frozen=True)
class Coder:
    """A way to code the planes of a group's coefficients.

    `encode(coefficients, layout, top, max_bytes)` takes signed integers in scan order, all below 2^(top +
    1) in magnitude, and returns an embedded payload: every prefix of it can be decoded, and it is shorter
    than `max_bytes` only if all planes are in it. `decode(payload, layout, top)` returns the values in scan
    order, in the same unit, each within what the payload determines of it; all planes decoded give back the
    integers plus up to one half in magnitude. `lossy` is for a coder that has its own transform for the
    packet decomposition.
    """

    encode: Encode
    decode: Decode
    lossy: Lossy | None = None


CODERS: dict[str, Coder] = {
    "wdr": Coder(wdr.encode, wdr.decode),
    "wdr-reference": Coder(wdr_reference.encode, wdr_reference.decode),
    "cc": Coder(
        coherent.encode,
        coherent.decode,
        Lossy(split_layout, coherent_transform.forward, coherent.restore),
    ),
}
