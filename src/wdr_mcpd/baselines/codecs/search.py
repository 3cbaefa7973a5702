"""Reaching a rate with a codec that only has a quality, by a search over its parameter."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from wdr_mcpd.baselines.codecs.contract import Control

TOLERANCE = 0.01
GOOD = 0.005
ATTEMPTS = 24


@dataclass
class Search:
    """Bisection on the parameter of a codec, on the logarithm of the size once both sides are known.

    Parameters
    ----------
    encode : the codec at a value of its parameter
    control : the parameter and its range
    sizes : position of the parameter (0 coarse to 1 fine) -> bytes of every encoding made so far
    attempts : most encodings for one target
    """

    encode: Callable[[float], bytes]
    control: Control
    sizes: dict[float, int] = field(default_factory=dict)
    attempts: int = ATTEMPTS

    def reach(self, target: float) -> tuple[float, bytes] | None:
        """Return parameter and stream of at most `target` bytes and at least 99.5 % of it.

        Where the codec has no such stream, the nearest within 1 % is taken; else the point does not exist.
        """
        for known, size in self.sizes.items():
            if (1 - GOOD) * target <= size <= target:
                return self.control.at(known), self.encode(self.control.at(known))
        nearest: tuple[float, float, bytes] | None = None
        for _ in range(self.attempts):
            if (position := self._next(target)) is None:
                break
            stream = self.encode(self.control.at(position))
            self.sizes[position] = len(stream)
            gap = abs(len(stream) / target - 1)
            if gap <= TOLERANCE and (nearest is None or gap < nearest[0]):
                nearest = (gap, self.control.at(position), stream)
            if gap <= GOOD and len(stream) <= target:
                return self.control.at(position), stream
        return nearest[1:] if nearest else None

    def _next(self, target: float) -> float | None:
        """Choose the next position, or None when the parameter has no value left between its neighbours."""
        above = min((p for p, size in self.sizes.items() if size > target), default=None)
        # Sizes need not rise everywhere: take the first crossing from the coarse end.
        below = max((p for p in self.sizes if above is None or p < above), default=None)
        if above == 0.0 or below == 1.0:
            return None
        grain = self.control.grain
        low = 0.0 if below is None else below + grain
        high = 1.0 if above is None else above - grain
        if low > high + grain / 2:
            return None
        position = (low + high) / 2
        if below is None or above is None:
            # An end that was never tried is tried itself once bisection has come close to it.
            if high - low <= 0.1:
                position = low if below is None else high
        elif self.sizes[below] < self.sizes[above] and len(self.sizes) % 3 != 2:
            # Between known sizes interpolate, but halve now and then, for codecs whose size moves in steps.
            # The aim is just under the target: 99.8 % ends the search, 100.1 % does not.
            share = math.log(0.998 * target / self.sizes[below]) / math.log(
                self.sizes[above] / self.sizes[below]
            )
            position = min(max(below + share * (above - below), low), high)
        return round(position / grain) * grain if self.control.whole else position


def around(sizes: dict[float, int], target: float) -> dict[float, int]:
    """Keep sizes below and above a target that was not reached, 5 % away if there are; none in disorder."""
    below = [position for position, size in sizes.items() if size <= target]
    above = [position for position, size in sizes.items() if size > target]
    if not (below and above) or max(below) >= min(above):
        return {}
    low = max((p for p in below if sizes[p] < 0.95 * target), default=min(below))
    high = min((p for p in above if sizes[p] > 1.05 * target), default=max(above))
    return {low: sizes[low], high: sizes[high]}
