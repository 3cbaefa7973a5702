"""Table 3 of the paper: the selected slices with 3D-WDR-MCPD, their gain over Table 1, and its control."""

from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import pandas as pd

from wdr_mcpd.methods import ALONE, BASELINE, PROPOSED
from wdr_mcpd.paper.beside import (
    KEYS,
    Selection,
    beside,
    paper_table,
    read_paper,
    read_quality,
    read_selection,
)
from wdr_mcpd.render.notes import Measured, note_of
from wdr_mcpd.render.tables import Table, write_table
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
    alone: pd.DataFrame,
    selection: Selection,
    paper: pd.DataFrame,
    rate: float,
    note: str,
) -> Table:
    """Lay Table 3 out from measurements of 3d-wdr-mcpd, of 3d-wdr and of 2d-wdr, the control.

    A slice that only the paper selects keeps its row, ours empty.
    """
    ours = at_rate(quality, rate).merge(selection.chosen, on=KEYS)[[*KEYS, "psnr_db", "ssim"]]
    for name, other in (("improvement_db", before), ("over_alone_db", alone)):
        known = at_rate(other, rate)[[*KEYS, "psnr_db"]].rename(columns={"psnr_db": name})
        ours = ours.merge(known, on=KEYS, how="left", validate="one_to_one")
        ours[name] = ours["psnr_db"] - ours[name]
    data = beside(ours, paper, selection.mcpd["exam"].unique())
    return paper_table("table3", data, threshold=f"{selection.threshold:g}", rate=bits(rate), note=note)


def gains(rows: pd.DataFrame) -> tuple[Spread | None, Spread]:
    """Say what the selected slices among rows of the table gain: ours (None without any), the paper's."""
    ours, paper = (_spread(rows[name].dropna()) for name in ("improvement_db", "paper_improvement_db"))
    assert paper is not None
    return ours, paper


def over_alone(rows: pd.DataFrame) -> Spread | None:
    """Say what the selected slices among rows of the table gain over each of them alone; None without any."""
    return _spread(rows["over_alone_db"].dropna())


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
    """Write Table 3 of all exams; `quality` has the three methods."""
    proposed, before, alone = (read_quality(quality, method) for method in (PROPOSED, BASELINE, ALONE))
    selection, note = read_selection(mcpd, mcpd_unit, threshold), note_of(series, how)
    printed = read_paper(paper)
    write_table(selected_slices(proposed, before, alone, selection, printed, table_rate, note), out)
