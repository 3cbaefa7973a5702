"""The paper's own numbers beside ours, slice by slice: what its Tables 1 to 3 share."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from wdr_mcpd.coherence import select
from wdr_mcpd.render.tables import Table, columns_of, lay_out
from wdr_mcpd.study.frames import read_csv, read_exams

KEYS = ["exam", "slice"]
UNRELATED = "The paper's exam is another one: a slice number is not the same anatomy on both sides"


@dataclass(frozen=True, eq=False)
class Selection:
    """The average MCPD of all slices (exam, slice, mcpd_UNIT), its unit, and the threshold T that selects."""

    mcpd: pd.DataFrame
    unit: str
    threshold: float

    @property
    def chosen(self) -> pd.DataFrame:
        """Exam and number of every selected slice."""
        values = self.mcpd[f"mcpd_{self.unit}"].to_numpy(np.float64)
        return self.mcpd.loc[select(values, self.threshold), KEYS]


def read_selection(paths: Iterable[Path], unit: str, threshold: float) -> Selection:
    """Read the average MCPD of exams from EXAM.csv each."""
    columns = ["slice", f"mcpd_{unit}"]
    frames = [read_csv(path, columns).assign(exam=path.stem) for path in sorted(paths)]
    return Selection(pd.concat(frames, ignore_index=True), unit, threshold)


def read_quality(paths: Iterable[Path], method: str) -> pd.DataFrame:
    """Read the measurements of one method: columns exam, rate_bpv, slice, psnr_db, ssim."""
    quality = read_exams(paths, ["method", "rate_bpv", "slice", "psnr_db", "ssim"])
    return quality[quality["method"] == method]


def read_paper(path: Path) -> pd.DataFrame:
    """Read one of the paper's tables as typed from it; its first line, after a #, names the table."""
    return pd.read_csv(path, comment="#").add_prefix("paper_").rename(columns={"paper_slice": "slice"})


def beside(ours: pd.DataFrame, paper: pd.DataFrame, exams: Iterable[Any]) -> pd.DataFrame:
    """Put the paper's row of the same slice number beside each of ours; rows of either side alone stay."""
    every = pd.DataFrame({"exam": list(exams)}).merge(paper, how="cross")
    return ours.merge(every, on=KEYS, how="outer").sort_values(KEYS, ignore_index=True)


def paper_table(name: str, data: pd.DataFrame, **values: Any) -> Table:
    """Lay one of the paper's tables out, with no other columns in its data than readers see."""
    shown = data[["exam", *columns_of(__file__, name, **values)]]
    return lay_out(__file__, name, shown, unrelated=UNRELATED, **values)
