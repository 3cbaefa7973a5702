"""How figures look, and how they are written: PNG and SVG whose bytes depend on what they show alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from wdr_mcpd.files import whole_file

STYLE = Path(__file__).with_name("paper.mplstyle")
COLUMN_WIDTH = 3.4
"""Width of one column of a two-column page, inches."""
PAGE_WIDTH = 7.0
"""Width of both columns, inches."""


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
