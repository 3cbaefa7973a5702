"""Wavelet difference reduction with classes of insignificant coefficients: our WDR.

As in the reference, the significance map of each plane is coded as run lengths: the distance to the next
newly significant coefficient, in binary after its leading one, most significant digit first, each run
followed by the sign, and coefficients already found are refined by one bit per plane. Ours is what makes
the runs short to write:

- Insignificant coefficients are coded class by class. Those with a significant neighbourhood come first, the
  class of the highest energy first, then those whose neighbourhood these discoveries have just made
  significant, then the refinement of older coefficients, then the rest, with insignificant neighbourhoods,
  and at last those that the rest has activated. A stream that is cut inside a plane has so coded first what
  lowers the distortion most per bit.
- A run counts members of its class only. Whether another digit follows is a decision of its own; it and the
  digits have an adaptive probability for each class and position in the run.
- A run that reaches beyond the last member ends a class; as the number of members left is known, it needs no
  sign, and digits that would lead past it are not written.
- Signs are even decisions. Refinement has probabilities by the age of the coefficient.
- A decoded magnitude is put below the middle of its interval, the more so the younger it is.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.codec.compiled import compiled, int64
from wdr_mcpd.codec.layout import Layout
from wdr_mcpd.codec.rangecoder import reader, writer, written
from wdr_mcpd.codec.wdr.bit_planes import code_planes
from wdr_mcpd.codec.wdr.neighbourhood import PLANE, Scan, scan
from wdr_mcpd.codec.wdr.refinement_pass import AGES
from wdr_mcpd.codec.wdr.sorting_pass import models_at_first

RECONSTRUCTION = np.array([0.45, 0.47, 0.49, 0.5], np.float32)  # place in the interval, by age
NOTHING = np.empty(0, np.int32)


def encode(coefficients: NDArray[np.int32], layout: Layout, top: int, max_bytes: int) -> NDArray[np.uint8]:
    """Code planes `top` to 0 of `coefficients` (scan order) into at most `max_bytes` bytes."""
    channel = writer(max_bytes, coefficients.size)
    made = scan(layout, coefficients, top, models_at_first())
    return written(code_planes(made, layout.size, top, channel)[0], channel)


def decode(payload: NDArray[np.uint8], layout: Layout, top: int) -> NDArray[np.float32]:
    """Decode as many planes as the payload determines."""
    return next(decode_prefixes(payload, [payload.size], layout, top))


def decode_prefixes(
    payload: NDArray[np.uint8], lengths: Sequence[int], layout: Layout, top: int
) -> Iterator[NDArray[np.float32]]:
    """Decode the prefixes of rising lengths in one pass, each to what it determines."""
    cuts = [length for length in lengths if length < payload.size]
    made = scan(layout, NOTHING, top, models_at_first(), cuts)
    _, plane, refined = code_planes(made, layout.size, top, reader(payload))
    found = made.starts[top - plane + 1]
    complete = [(plane, refined, found)] * (len(lengths) - int(made.cut[0]))
    for end in (*made.cuts[: made.cut[0], PLANE:], *complete):
        values = np.zeros(layout.size, np.float32)
        _reconstruct(made, top, (int(end[0]), int(end[1]), int(end[2])), RECONSTRUCTION, values)
        yield values


@compiled
def _reconstruct(
    scan: Scan, top: int, end: tuple[int, int, int], points: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Put each coefficient of those `found` inside the interval that is known of it, in scan order.

    The interval is as wide as `plane`, or twice that if the coefficient was to be refined and was not.
    """
    plane, refined, found = end
    last = top - plane
    for step in range(last + 1):
        for f in range(scan.starts[step], min(scan.starts[step + 1], found)):
            late = int64(step < last and f >= refined)
            inside = points[min(last - step - late, AGES - 1)] * np.float32(1 << (plane + late))
            known = (abs(int64(scan.known[f])) >> (plane + late)) << (plane + late)
            value = np.float32(known) + inside
            out[scan.place[f]] = value if scan.known[f] > 0 else -value
