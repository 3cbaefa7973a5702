"""The bit-plane coders by name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.cc import coder as cc
from wdr_mcpd.codec.cc import earlier as cc_1
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.transform import Transform, shared
from wdr_mcpd.codec.wdr import coder as wdr
from wdr_mcpd.codec.wdr import reference

Payload = NDArray[np.uint8]
Decode = Callable[[Payload, Layout, int], NDArray[np.float32]]
Prefixes = Callable[[Payload, Sequence[int], Layout, int], Iterator[NDArray[np.float32]]]


@dataclass(frozen=True)
class Coder:
    """A way to code the planes of a group's coefficients.

    `encode(coefficients, layout, top, max_bytes)` takes signed integers in scan order, all below 2^(top +
    1) in magnitude, and returns an embedded payload: every prefix of it can be decoded, and it is shorter
    than `max_bytes` only if all planes are in it. `decode(payload, layout, top)` returns the values in scan
    order, in the same unit, each within what the payload determines of it; all planes decoded give back the
    integers plus up to one half in magnitude. `transform(decomposition, lossless, wavelet)` is what makes the
    coefficients; `restore(payload, plan, top, transform, corrected, step)` decodes to voxels less the mean,
    of the transform's type, `corrected` by a network where the coder has one; `restoration_helps(slices,
    in_plane_levels, rate)` tries whether it is worth it. `fitted(coefficients, layout, max_bytes)` quantises
    dependently for a size, where the coder can. `axial_price` is by
    which share an axial level must save more bits than an estimate says to be worth it: a coder that looks at
    the slices beside has less to gain. `decode_prefixes(payload, lengths, layout, top)` decodes prefixes of
    rising lengths in one pass, where the coder can.
    """

    encode: Callable[[NDArray[np.int32], Layout, int, int], Payload]
    decode: Decode
    transform: Callable[[str, bool, str], Transform]
    restore: Callable[[Payload, Layout, int, Transform, bool, float], NDArray[Any]]
    restoration_helps: Callable[[NDArray[np.float32], int, float], bool] | None = None
    fitted: Callable[[NDArray[np.int32], Layout, int], cc.Fitted | None] | None = None
    axial_price: float = 0
    decode_prefixes: Prefixes | None = None


def _restore_by(decode: Decode) -> Callable[[Payload, Layout, int, Transform, bool, float], NDArray[Any]]:
    return lambda payload, plan, top, transform, *_: transform.block(decode(payload, plan, top), plan)


CODERS: dict[str, Coder] = {
    "wdr": Coder(
        wdr.encode, wdr.decode, shared, _restore_by(wdr.decode), decode_prefixes=wdr.decode_prefixes
    ),
    "wdr-reference": Coder(reference.encode, reference.decode, shared, _restore_by(reference.decode)),
    "cc-1": Coder(cc_1.encode, cc_1.decode, cc.transform, cc_1.restore),
    "cc": Coder(cc.encode, cc.decode, cc.transform, cc.restore, cc.restoration_helps, cc.fitted, 0.03),
}
