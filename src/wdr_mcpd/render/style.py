"""How figures look, and how they are written: PNG and SVG whose bytes depend on what they show alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from wdr_mcpd.files import whole_file

STYLE = Path(__file__).with_name("paper.mplstyle")
PAGE_WIDTH = 7.0
"""Width of both columns of a page, inches."""


@dataclass(frozen=True)
class Look:
    """How one method looks in every figure: its name, and a colour and marker of its own."""

    name: str
    colour: str
    marker: str


# Okabe and Ito's colours, which stay apart for colour-blind readers; markers tell them apart without colour.
LOOK = {
    "3d-wdr-cc": Look("3D-WDR-CC", "#D55E00", "v"),
    "3d-wdr-auto": Look("3D-WDR, axial by content", "#0072B2", "D"),
    "3d-wdr": Look("3D-WDR", "#56B4E9", "o"),
    "3d-wdr-mcpd": Look("3D-WDR-MCPD", "#CC79A7", "^"),
    "2d-wdr": Look("2D-WDR", "#009E73", "s"),
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Draw with the look of the paper, whatever the user's own settings are."""
    with mpl.rc_context(fname=STYLE):
        yield


def save_figure(figure: Figure, base: Path) -> None:
    """Write `base`.png and `base`.svg, without dates and versions."""
    for suffix, metadata in ((".png", {"Software": None}), (".svg", {"Date": None, "Creator": None})):
        with whole_file(base.with_name(base.name + suffix)) as draft:
            figure.savefig(draft, metadata=metadata)
