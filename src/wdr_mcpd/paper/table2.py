"""Table 2 of the paper: the average MCPD of every slice, and which slices it selects."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wdr_mcpd.coherence import select
from wdr_mcpd.paper.beside import KEYS, Selection, beside, paper_table, read_paper, read_selection
from wdr_mcpd.render.notes import note_of
from wdr_mcpd.render.tables import Table, write_table
from wdr_mcpd.study.paper_claims import PAPER_THRESHOLD


def average_mcpd_of_slices(selection: Selection, paper: pd.DataFrame, note: str) -> Table:
    """Lay Table 2 out; `paper` is the paper's own, as `read_paper` gives it."""
    name = f"mcpd_{selection.unit}"
    data = beside(selection.mcpd[[*KEYS, name]], paper, selection.mcpd["exam"].unique())
    data["paper_selected"] = _yes_no(data["paper_mcpd"], PAPER_THRESHOLD)
    data["selected"] = _yes_no(data[name], selection.threshold)
    said = {"threshold": f"{selection.threshold:g}", "paper_threshold": PAPER_THRESHOLD, "note": note}
    return paper_table("table2", data, unit=selection.unit, **said)


def _yes_no(mcpd: "pd.Series[Any]", threshold: float) -> "pd.Series[Any]":
    """Say of each slice whether it is selected; None where it has no MCPD."""
    selected = pd.Series(select(mcpd.to_numpy(dtype=np.float64), threshold), mcpd.index)
    return selected.map({True: "yes", False: "no"}).where(mcpd.notna(), None)


def table2(
    *, series: Path, mcpd: list[Path], paper: Path, out: list[Path], mcpd_unit: str, threshold: float
) -> None:
    """Write Table 2 of all exams."""
    selection = read_selection(mcpd, mcpd_unit, threshold)
    write_table(average_mcpd_of_slices(selection, read_paper(paper), note_of(series)), out)
