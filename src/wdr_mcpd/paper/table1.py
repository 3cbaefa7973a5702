"""Tables 1, 2 and 3 of the paper from our measurements, with the paper's own numbers beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.coherence import select
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import as_written
from wdr_mcpd.render.tables import Column, Table
from wdr_mcpd.study.paper_claims import PAPER_THRESHOLD

KEYS = ["exam", "slice"]
REFERENCE_METHOD, PROPOSED_METHOD = "3d-wdr", "3d-wdr-mcpd"
QUALITY_COLUMNS = {
    "slice": Column("Slice", ".0f"),
    "paper_psnr_db": Column("PSNR (dB), paper", ".4f"),
    "psnr_db": Column("PSNR (dB), ours", ".4f"),
    "paper_ssim": Column("SSIM, paper", ".4f"),
    "ssim": Column("SSIM, ours", ".4f"),
}


@dataclass(frozen=True, eq=False)
class Selection:
    """The average MCPD of all slices, and the threshold up to which they are selected.

    Attributes
    ----------
    mcpd : DataFrame
        Columns exam, slice and mcpd_UNIT.
    unit : str
        Unit of the MCPD and of the threshold.
    threshold : float
        Largest average MCPD of a selected slice (T).
    """

    mcpd: pd.DataFrame
    unit: str
    threshold: float

    @property
    def values(self) -> NDArray[np.float64]:
        """Average MCPD of each row."""
        return self.mcpd[f"mcpd_{self.unit}"].to_numpy(np.float64)

    @property
    def chosen(self) -> pd.DataFrame:
        """Exam and number of every selected slice."""
        return self.mcpd.loc[select(self.values, self.threshold), KEYS]


def read_paper(path: Path) -> pd.DataFrame:
    """Read one of the paper's tables as typed from it; its first line, after a #, names the table."""
    return pd.read_csv(path, comment="#").add_prefix("paper_").rename(columns={"paper_slice": "slice"})


def at_rate(quality: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Give the rows that were measured at one rate.

    Raises
    ------
    InputError
        There are none.
    """
    rows = quality[quality["rate_bpv"] == as_written(rate)]
    if rows.empty:
        raise InputError(f"nothing was measured at {_bits(rate)}; add it to the rates")
    return rows


def table1(quality: pd.DataFrame, paper: pd.DataFrame, rate: float, note: str) -> Table:
    """Table 1: PSNR and SSIM of every slice with 3D-WDR.

    Parameters
    ----------
    quality : DataFrame
        Measurements of 3d-wdr: columns exam, rate_bpv, slice, psnr_db, ssim.
    paper : DataFrame
        The paper's Table 1, as `read_paper` gives it.
    rate : float
        Bits per voxel.
    note : str
        What stands under the caption.
    """
    ours = at_rate(quality, rate)[[*KEYS, "psnr_db", "ssim"]]
    data = _beside(ours, paper, ours["exam"].unique())
    caption = f"Table 1: PSNR and SSIM of every slice with 3D-WDR at {_bits(rate)}"
    return _table("table1", caption, note, data, QUALITY_COLUMNS, mean=True)


def table2(selection: Selection, paper: pd.DataFrame, note: str) -> Table:
    """Table 2: average MCPD of every slice, and whether it is selected; parameters as of `table1`."""
    name = f"mcpd_{selection.unit}"
    data = _beside(selection.mcpd[[*KEYS, name]], paper, selection.mcpd["exam"].unique())
    data["paper_selected"] = _yes_no(data["paper_mcpd"], PAPER_THRESHOLD)
    data["selected"] = _yes_no(data[name], selection.threshold)
    columns = {
        "slice": QUALITY_COLUMNS["slice"],
        "paper_mcpd": Column("MCPD, paper", ".4f"),
        name: Column(f"MCPD ({selection.unit}), ours", ".4f"),
        "paper_selected": Column(f"Selected, paper (T = {PAPER_THRESHOLD})"),
        "selected": Column(f"Selected, ours (T = {selection.threshold:g})"),
    }
    caption = "Table 2: average MCPD of every slice, and the slices that it selects"
    return _table("table2", caption, note, data, columns)


def table3(
    quality: pd.DataFrame,
    reference: pd.DataFrame,
    selection: Selection,
    paper: pd.DataFrame,
    rate: float,
    note: str,
) -> Table:
    """Table 3: PSNR and SSIM of the selected slices with 3D-WDR-MCPD, and the improvement over Table 1.

    Parameters
    ----------
    quality, reference : DataFrame
        Measurements of 3d-wdr-mcpd and of 3d-wdr.
    selection : Selection
        Which slices the table holds. A slice that the paper selects and we do not keeps its row, ours empty.
    paper, rate, note
        As of `table1`.
    """
    ours = at_rate(quality, rate).merge(selection.chosen, on=KEYS)[[*KEYS, "psnr_db", "ssim"]]
    before = at_rate(reference, rate)[[*KEYS, "psnr_db"]].rename(columns={"psnr_db": "before_db"})
    ours = ours.merge(before, on=KEYS, how="left", validate="one_to_one")
    ours["improvement_db"] = ours["psnr_db"] - ours["before_db"]
    columns = {
        **QUALITY_COLUMNS,
        "paper_improvement_db": Column("Improvement (dB), paper", ".1f"),
        "improvement_db": Column("Improvement (dB), ours", ".2f"),
    }
    data = _beside(ours, paper, selection.mcpd["exam"].unique())
    caption = f"Table 3: the selected slices with 3D-WDR-MCPD at {_bits(rate)}, and their gain over Table 1"
    return _table("table3", caption, note, data, columns, mean=True)


def _table(
    name: str, caption: str, note: str, data: pd.DataFrame, columns: dict[str, Column], mean: bool = False
) -> Table:
    mean_of = tuple(column for column in columns if column != "slice") if mean else ()
    return Table(name, caption, note, data[["exam", *columns]], columns, mean_of)


def _beside(ours: pd.DataFrame, paper: pd.DataFrame, exams: Iterable[Any]) -> pd.DataFrame:
    """Put the paper's row of the same slice number beside each of ours; rows of either side alone stay."""
    every = pd.DataFrame({"exam": list(exams)}).merge(paper, how="cross")
    return ours.merge(every, on=KEYS, how="outer").sort_values(KEYS, ignore_index=True)


def _yes_no(mcpd: "pd.Series[Any]", threshold: float) -> list[str | None]:
    """Say of each slice whether it is selected; None where it has no MCPD."""
    selected = select(mcpd.to_numpy(dtype=np.float64), threshold)
    words = ["yes" if chosen else "no" for chosen in selected]
    return [word if known else None for word, known in zip(words, mcpd.notna(), strict=True)]


def _bits(rate: float) -> str:
    return f"{rate:g} bit{'' if rate == 1 else 's'} per voxel"
