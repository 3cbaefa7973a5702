"""Reaching rates in bits per voxel with a codec that only has a quality, by a search over its parameter."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from wdr_mcpd.baselines.codecs.contract import Array, Codec, Control
from wdr_mcpd.errors import InputError

TOLERANCE = 0.01
GOOD = 0.005
ATTEMPTS, NEARBY_ATTEMPTS = 24, 6
COARSE, FINE = 4e-3, 1e-4
"""Steps of a scan: over the whole range of the parameter, and where sizes come near the target."""
NEAR = 1.1
"""Sizes that differ from the target by up to this factor are near."""


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
            step, whole = 0.998 * target / self.sizes[below], self.sizes[above] / self.sizes[below]
            position = below + math.log(step) / math.log(whole) * (above - below)
            position = min(max(position, low), high)
        return round(position / grain) * grain if self.control.whole else position


class Scan(Search):
    """Try the whole range of the parameter; of the streams of one size, take one with the finest.

    For a codec that has streams of very different quality at one number of bytes.
    """

    def reach(self, target: float) -> tuple[float, bytes] | None:
        """Return parameter and stream within 1 % of `target` bytes, at most `target` if there is one."""
        if not self.sizes:
            places = [step * COARSE for step in range(round(1 / COARSE) + 1)]
            self.sizes = {place: len(self.encode(self.control.at(place))) for place in places}
        found: list[tuple[float, bytes]] = []
        for place in self._near(target):
            if found and place < found[0][0] - COARSE:
                break  # what follows is coarser, and no better for its bytes
            stream = self.encode(self.control.at(place))
            if abs(len(stream) / target - 1) <= TOLERANCE:
                found.append((place, stream))
        kept = [pair for pair in found if len(pair[1]) <= target] or found
        if not kept:
            return None
        place, stream = min(kept, key=lambda pair: abs(len(pair[1]) - target))
        return self.control.at(place), stream

    def _near(self, target: float) -> Iterator[float]:
        """Positions between neighbours of which one is not far above and one not far below, finest first."""
        for (low, one), (high, other) in reversed(list(pairwise(self.sizes.items()))):
            if min(one, other) <= NEAR * target and max(one, other) >= target / NEAR:
                steps = round((high - low) / FINE)
                yield from (high - step * FINE for step in range(steps))


class RateSearch:
    """The search for one codec on one volume; rates that it jumps over are tried with `nearby` settings."""

    def __init__(self, codec: Codec, volume: Array):
        if codec.control is None:
            raise InputError(f"{codec.label}: is lossless only, so it has no rates")
        if reason := codec.refusal(volume):
            raise InputError(reason)
        self.codec, self.volume = codec, volume
        kind = Search if codec.control.steady else Scan
        self.search = kind(partial(codec.encode, volume), codec.control)

    def reach(self, rate: float) -> tuple[Codec, float, bytes] | None:
        """Return the setting, its parameter and the stream within 1 % of `rate` bits per voxel, or None."""
        target = rate * self.volume.size / 8
        if reached := self.search.reach(target):
            return self.codec, *reached
        # Nearly the same sizes serve another setting of the codec: a few steps between them are enough.
        for setting in self.codec.nearby if (sizes := around(self.search.sizes, target)) else ():
            encode = partial(setting.encode, self.volume)
            other = Search(encode, self.search.control, dict(sizes), NEARBY_ATTEMPTS)
            if reached := other.reach(target):
                return setting, *reached
        return None


def around(sizes: dict[float, int], target: float) -> dict[float, int]:
    """Keep sizes below and above a target that was not reached, 5 % away if there are; none in disorder."""
    below = [position for position, size in sizes.items() if size <= target]
    above = [position for position, size in sizes.items() if size > target]
    if not (below and above) or max(below) >= min(above):
        return {}
    low = max((p for p in below if sizes[p] < 0.95 * target), default=min(below))
    high = min((p for p in above if sizes[p] > 1.05 * target), default=max(above))
    return {low: sizes[low], high: sizes[high]}
