"""How figures look, and how they are written: PNG and SVG whose bytes depend on what they show alone."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
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


def noted(figure: Figure, note: str, title: str = "") -> Figure:
    """Write a title over a figure and a note under it."""
    if title:
        figure.suptitle(title, fontsize="medium", fontweight="bold")
    figure.supxlabel(note, fontsize="x-small", color="0.35", wrap=True)
    return figure


def titled_legend(figure: Figure, title: str, handles: Sequence[Artist], labels: Sequence[str]) -> None:
    """Write a title and the legend of all panels over a figure."""
    bold: dict[str, Any] = {"size": "medium", "weight": "bold"}
    place: dict[str, Any] = {"loc": "outside upper center", "ncols": 3, "fontsize": "x-small"}
    figure.legend(handles, labels, title=title, title_fontproperties=bold, **place)


def rate_axis(axes: Axes, rates: Sequence[float]) -> None:
    """Make the horizontal axis one of rates, logarithmic, with a tick at each rate."""
    axes.set_xscale("log")
    axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
    axes.minorticks_off()
