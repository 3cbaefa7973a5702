"""Names written straight into a figure, moved apart by adjustText: beside points, at the ends of lines."""

from collections.abc import Mapping, Sequence
from typing import Any

from adjustText import adjust_text
from matplotlib.axes import Axes

LEADER = {"arrowstyle": "-", "linewidth": 0.4, "color": "0.7", "shrinkA": 1, "shrinkB": 1}
ITERATIONS = 500
Place = tuple[float, float]


def name_points(
    axes: Axes,
    names: Sequence[str],
    places: Sequence[Place],
    styles: Sequence[Mapping[str, Any]],
    size: float,
) -> None:
    """Write a name beside each point, so that it covers no other name and no point.

    Parameters
    ----------
    axes : Axes
        Scaled as it will be drawn.
    names, places, styles : names, data coordinates of the points, and properties of the texts
    size : of the font, points
    """
    texts = [
        axes.text(*place, name, fontsize=size, **style)
        for name, place, style in zip(names, places, styles, strict=True)
    ]
    adjust_text(texts, ax=axes, iter_lim=ITERATIONS, expand=(1.05, 1.3), arrowprops=LEADER)


def name_ends(
    axes: Axes, ends: Mapping[str, Place], styles: Mapping[str, Mapping[str, Any]], size: float
) -> None:
    """Write a name to the right of the panel for each line, at the height of the line's end.

    Parameters
    ----------
    axes : Axes
        Scaled as it will be drawn.
    ends : name -> data coordinates of its line's end; one outside the panel is named at its edge
    styles : name -> properties of the text
    size : of the font, points
    """
    low, high = axes.get_ylim()
    to_share = axes.transData + axes.transAxes.inverted()
    starts = [to_share.transform((x, min(max(y, low), high))) for x, y in ends.values()]
    texts = [
        axes.text(1.04, start[1], name, transform=axes.transAxes, va="center", fontsize=size, **styles[name])
        for name, start in zip(ends, starts, strict=True)
    ]
    adjust_text(
        texts,
        ax=axes,
        target_x=[x for x, _ in starts],
        target_y=[y for _, y in starts],
        iter_lim=ITERATIONS,
        only_move="y",
        avoid_self=False,
        ensure_inside_axes=False,
        arrowprops=LEADER,
    )
