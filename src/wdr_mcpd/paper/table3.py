"""Table 3 of the paper: the selected slices with 3D-WDR-MCPD, and their gain over Table 1."""

from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import pandas as pd

from wdr_mcpd.methods import BASELINE, PROPOSED
from wdr_mcpd.paper.beside import (
    KEYS,
    QUALITY,
    Selection,
    beside,
    paper_table,
    read_paper,
    read_quality,
    read_selection,
)
from wdr_mcpd.render.notes import Measured, note_of
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.study.frames import at_rate, bits


@dataclass(frozen=True)
class Spread:
    """Smallest, largest and mean value of the slices."""

    low: float
    high: float
    mean: float


def selected_slices(
    quality: pd.DataFrame,
    before: pd.DataFrame,
    selection: Selection,
    paper: pd.DataFrame,
    rate: float,
    note: str,
) -> Table:
    """Lay Table 3 out.

    Parameters
    ----------
    quality, before : DataFrame
        Measurements of 3d-wdr-mcpd and of 3d-wdr.
    selection : Selection
        Which slices the table holds. A slice that the paper selects and we do not keeps its row, ours empty.
    paper : DataFrame
        The paper's Table 3, as `read_paper` gives it.
    rate : float
        Bits per voxel.
    note : str
        What stands under the caption.
    """
    ours = at_rate(quality, rate).merge(selection.chosen, on=KEYS)[[*KEYS, "psnr_db", "ssim"]]
    without = at_rate(before, rate)[[*KEYS, "psnr_db"]].rename(columns={"psnr_db": "before_db"})
    ours = ours.merge(without, on=KEYS, how="left", validate="one_to_one")
    ours["improvement_db"] = ours["psnr_db"] - ours["before_db"]
    columns = {
        **QUALITY,
        "paper_improvement_db": Column("Improvement (dB), paper", ".1f"),
        "improvement_db": Column("Improvement (dB), ours", ".2f"),
    }
    data = beside(ours, paper, selection.mcpd["exam"].unique())
    caption = f"Table 3: the selected slices with 3D-WDR-MCPD at {bits(rate)}, and their gain over Table 1"
    return paper_table("table3", caption, note, data, columns)


def gains(rows: pd.DataFrame) -> tuple[Spread | None, Spread]:
    """Say what the selected slices among rows of the table gain: ours (None without any), the paper's."""
    ours, paper = (_spread(rows[name].dropna()) for name in ("improvement_db", "paper_improvement_db"))
    assert paper is not None
    return ours, paper


def _spread(values: "pd.Series[float]") -> Spread | None:
    return None if values.empty else Spread(values.min(), values.max(), values.mean())


def table3(
    *,
    series: Path,
    mcpd: list[Path],
    quality: list[Path],
    paper: Path,
    out: list[Path],
    mcpd_unit: str,
    threshold: float,
    table_rate: float,
    **how: Unpack[Measured],
) -> None:
    """Write Table 3 of all exams; `quality` has both methods."""
    proposed, before = (read_quality(quality, method) for method in (PROPOSED, BASELINE))
    selection, note = read_selection(mcpd, mcpd_unit, threshold), note_of(series, how)
    write_table(selected_slices(proposed, before, selection, read_paper(paper), table_rate, note), out)
