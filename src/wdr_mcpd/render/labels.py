"""Names written straight into a figure, moved apart: beside points (by adjustText), at the ends of lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from adjustText import adjust_text
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox
from scipy.optimize import isotonic_regression

LEADER = {"arrowstyle": "-", "linewidth": 0.4, "color": "0.7", "shrinkA": 1, "shrinkB": 1}
ITERATIONS = 300
MARK = 6
"""Half the width of a mark and the air around it, in pixels of the figure."""
LINE = 1.2
"""Height of a line of text, in units of the font size."""
Place = tuple[float, float]


def name_points(
    axes: Axes,
    names: Sequence[str],
    places: Sequence[Place],
    styles: Sequence[Mapping[str, Any]],
    size: float,
) -> None:
    """Write a name beside each point (data coordinates), so that it covers no other name and no point."""
    texts = [
        axes.text(*place, name, fontsize=size, **style)
        for name, place, style in zip(names, places, styles, strict=True)
    ]
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    marks = [Bbox.from_extents(*(at - MARK), *(at + MARK)) for at in axes.transData.transform(places)]
    adjust_text(
        texts,
        ax=axes,
        objects=[mark.transformed(axes.transData.inverted()) for mark in marks],
        expand=(1.05, 1.4),
        force_text=(0.1, 0.3),
        force_static=(0.1, 0.3),
        force_pull=(0.03, 0.03),
        prevent_crossings=False,
        iter_lim=ITERATIONS,
        arrowprops=LEADER,
    )


def name_ends(
    axes: Axes, ends: Mapping[str, Place], styles: Mapping[str, Mapping[str, Any]], size: float
) -> None:
    """Write a name to the right of the panel for each line, at the height of its end (data coordinates)."""
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]
    low, high = axes.get_ylim()
    height = axes.get_window_extent().height
    gap = LINE * size / 72 * axes.figure.dpi / height
    places = [(x, min(max(y, low), high)) for x, y in ends.values()]
    shares = [(y - low) / (high - low) for _, y in places]
    for name, place, share in zip(ends, places, spread(shares, gap), strict=True):
        axes.annotate(
            name,
            place,
            (1.04, share),
            textcoords="axes fraction",
            va="center",
            fontsize=size,
            annotation_clip=False,
            arrowprops=LEADER | {"relpos": (0, 0.5)},
            **styles[name],
        )


def spread(shares: Sequence[float], gap: float) -> list[float]:
    """Move heights in 0 to 1 until neighbours are `gap` apart, each little: an isotonic regression."""
    order = np.argsort(shares, kind="stable")
    steps = gap * np.arange(len(shares))
    moved = isotonic_regression(np.asarray(shares)[order] - steps).x
    places = np.empty(len(shares))
    places[order] = np.clip(moved, 0, max(0.0, 1 - steps[-1])) + steps
    return [float(place) for place in places]
