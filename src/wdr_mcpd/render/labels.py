"""Names written straight into a figure: where they fit beside points and curves."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

LETTER = 0.58
"""Mean width of a letter, in units of the font size."""
LINE = 1.25
"""Height of a line, in units of the font size."""
POINT_RADIUS = 3.0
MISTAKEN = 60.0
"""Cost of a name that is nearer to another point than to its own, as an area in square points."""


@dataclass(frozen=True)
class Spot:
    """Where a name stands: offset from its point in typographic points, and its side that is nearer."""

    offset: tuple[float, float]
    side: str


CANDIDATES = [
    Spot((sign * distance, step * 7.5), "left" if sign > 0 else "right")
    for step in (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5)
    for distance in (5, 12, 24, 40)
    for sign in (1, -1)
]


def free_spots(
    axes: Axes,
    names: Sequence[str],
    places: Sequence[tuple[float, float]],
    size: float,
    bars: Sequence[tuple[float, float]] = (),
) -> list[Spot]:
    """Find a spot for the name of each point that covers no other name, point or bar, near it if possible.

    Parameters
    ----------
    axes : Axes
        Scaled as it will be drawn; the figure is laid out to know where the points come to lie.
    names, places : names and data coordinates of the points
    size : of the font, points
    bars : ends of a horizontal bar through each point, data coordinates; none if empty
    """
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    scale = 72 / axes.figure.dpi
    points = axes.transData.transform(np.asarray(places, float)) * scale
    panel = Bbox(axes.get_window_extent().get_points() * scale)
    ends = np.repeat(points[:, :1], 2, axis=1)
    for i, (low, high) in enumerate(bars):
        ends[i] = axes.transData.transform([(low, places[i][1]), (high, places[i][1])])[:, 0] * scale
    taken = [
        _box(low - POINT_RADIUS, y, high - low + 2 * POINT_RADIUS, 2 * POINT_RADIUS)
        for (low, high), (_, y) in zip(ends, points, strict=True)
    ]
    spots = []
    for number, (name, (x, y)) in enumerate(zip(names, points, strict=True)):
        width, height = LETTER * size * len(name), LINE * size
        boxes = []
        for spot in CANDIDATES:
            left = x + spot.offset[0] - (width if spot.side == "right" else 0)
            boxes.append(_box(left, y + spot.offset[1], width, height))
        costs = [
            sum(_shared(box, other) for other in taken)
            + 2 * (width * height - _shared(box, panel))
            + 0.3 * float(np.hypot(*spot.offset))
            + MISTAKEN * (_distances(box, points).argmin() != number)
            for spot, box in zip(CANDIDATES, boxes, strict=True)
        ]
        best = int(np.argmin(costs))
        spots.append(CANDIDATES[best])
        taken.append(boxes[best])
    return spots


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart until neighbours are `gap` apart, each as little as possible, inside a range."""
    order = np.argsort(positions, kind="stable")
    moved = np.sort(np.asarray(positions, float))
    for _ in range(300):
        for i, j in pairwise(range(len(moved))):
            if (overlap := gap - (moved[j] - moved[i])) > 0:
                moved[i] -= overlap / 2
                moved[j] += overlap / 2
        moved = np.clip(moved, low, high)
    result = np.empty(len(moved))
    result[order] = moved
    return [float(value) for value in result]


def _box(left: float, middle: float, width: float, height: float) -> Bbox:
    return Bbox.from_bounds(left, middle - height / 2, width, height)


def _distances(box: Bbox, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each point (x, y) from a box, 0 inside."""
    outside = np.maximum(np.maximum(box.min - points, points - box.max), 0)
    return np.asarray(np.hypot(outside[:, 0], outside[:, 1]))


def _shared(one: Bbox, other: Bbox) -> float:
    """Area that two boxes share."""
    common = Bbox.intersection(one, other)
    return 0.0 if common is None else float(common.width * common.height)
