"""Table 1 of the paper: PSNR and SSIM of every slice with 3D-WDR."""

from pathlib import Path
from typing import Unpack

import pandas as pd

from wdr_mcpd.methods import BASELINE
from wdr_mcpd.paper.beside import KEYS, beside, paper_table, read_paper, read_quality
from wdr_mcpd.render.notes import Measured, note_of
from wdr_mcpd.render.tables import Table, write_table
from wdr_mcpd.study.frames import at_rate, bits


def every_slice(quality: pd.DataFrame, paper: pd.DataFrame, rate: float, note: str) -> Table:
    """Lay Table 1 out from measurements of 3d-wdr (`read_quality`) and the paper's table (`read_paper`)."""
    ours = at_rate(quality, rate)[[*KEYS, "psnr_db", "ssim"]]
    return paper_table("table1", beside(ours, paper, ours["exam"].unique()), rate=bits(rate), note=note)


def table1(
    *,
    series: Path,
    quality: list[Path],
    paper: Path,
    out: list[Path],
    table_rate: float,
    **how: Unpack[Measured],
) -> None:
    """Write Table 1 of all exams."""
    measured, note = read_quality(quality, BASELINE), note_of(series, how)
    write_table(every_slice(measured, read_paper(paper), table_rate, note), out)
