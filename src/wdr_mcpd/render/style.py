"""How figures look, and how they are written: PNG and SVG whose bytes depend on what they show alone."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wdr_mcpd.files import whole_file

STYLE = Path(__file__).with_name("paper.mplstyle")
PAGE_WIDTH = 7.0
"""Width of both columns of a page, inches."""
SCREEN_DPI = 150  # of pictures that are committed
WITHOUT_DATES = {".png": {"Software": None}, ".svg": {"Date": None, "Creator": None}}


def write_figure(draw: Callable[[], Figure], out: Iterable[Path], dpi: int | None = None) -> None:
    """Draw with the look of the paper, whatever the user's own settings are, into each file of `out`."""
    with mpl.rc_context(fname=STYLE):
        figure = draw()
        for path in out:
            with whole_file(path) as draft:
                figure.savefig(
                    draft, metadata=WITHOUT_DATES[path.suffix], dpi=dpi or mpl.rcParams["savefig.dpi"]
                )
            figure.set_layout_engine("none")  # laid out once for all files


def write_figures(
    out: Iterable[Path], draw: Mapping[str, Callable[[], Figure]], dpi: int | None = None
) -> None:
    """Draw each figure into the files of `out` that have its name."""
    for name, figure in draw.items():
        write_figure(figure, [path for path in out if path.stem == name], dpi)


def noted(figure: Figure, note: str, title: str = "") -> Figure:
    """Write a title over a figure and a note under it."""
    if title:
        figure.suptitle(title, fontsize="medium", fontweight="bold")
    figure.supxlabel(note, fontsize="x-small", color="0.35", wrap=True)
    return figure


def titled_legend(figure: Figure, title: str, axes: Axes) -> None:
    """Write a title and the legend of all panels, that of one of them, over a figure."""
    bold: dict[str, Any] = {"size": "medium", "weight": "bold"}
    place: dict[str, Any] = {"loc": "outside upper center", "ncols": 3, "fontsize": "x-small"}
    figure.legend(*axes.get_legend_handles_labels(), title=title, title_fontproperties=bold, **place)


def rate_axis(axes: Axes, table: pd.DataFrame, label: str = "rate (bits per voxel)") -> None:
    """Make the horizontal axis one of rates, logarithmic, with a tick at each rate of the table."""
    rates = sorted(table["rate_bpv"].unique())
    axes.set_xscale("log")
    axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axes.minorticks_off()
    axes.set_xlabel(label)


def draw_interval(
    axes: Axes, table: pd.DataFrame, x: str, value: str, colour: str, sign: int = 1, **look: Any
) -> None:
    """Draw the intervals of a value as a band, below its line."""
    low, high = (sign * table[f"{value}_{end}"] for end in ("low", "high"))
    axes.fill_between(table[x], low, high, color=colour, **({"alpha": 0.12} | look))


def zero_line(axes: Axes, axis: str = "y") -> None:
    """Draw where a value of an axis is 0."""
    (axes.axhline if axis == "y" else axes.axvline)(0, color="0.2", linewidth=0.8)


def interval_bar(axes: Axes, row: "pd.Series[float]", value: str, place: float) -> list[float]:
    """Draw the interval of a value at its place on the vertical axis, if there is one; gives its ends."""
    ends = [float(row[f"{value}_{end}"]) for end in ("low", "high")]
    if not np.isfinite(ends).all():
        return []
    axes.plot(ends, [place, place], color="black", linewidth=1)
    return ends
