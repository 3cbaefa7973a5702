"""Reaching a rate with a codec that has streams of very different quality at one number of bytes."""

from collections.abc import Iterator
from itertools import pairwise

from wdr_mcpd.baselines.codecs.search import TOLERANCE, Search

COARSE, FINE = 4e-3, 1e-4
"""Steps of the position of the parameter: over its whole range, and where sizes come near the target."""
NEAR = 1.1
"""Sizes that differ from the target by up to this factor are near."""


class Scan(Search):
    """Try the whole range of the parameter; of the streams of one size, take one with the finest."""

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
