"""The answer to the paper's question: does coding the similar slices together pay?"""

from dataclasses import dataclass

import pandas as pd

from wdr_mcpd.methods import ALONE, BASELINE, PROPOSED
from wdr_mcpd.study import controls as ways
from wdr_mcpd.study.frames import at_rate
from wdr_mcpd.study.metrics import gain_db
from wdr_mcpd.study.rates import exam_quality


@dataclass(frozen=True)
class Verdict:
    """Whether coding the similar slices together pays, beside what decides it.

    Attributes
    ----------
    subjects : behind the means
    gain_db : of 3D-WDR-MCPD over 3D-WDR, PSNR of the whole exam at equal size
    alone_db, flat_db : over 3D-WDR of every slice alone, and of one volume without axial transform (None if
        not measured)
    """

    subjects: int
    gain_db: float
    alone_db: float
    flat_db: float | None = None

    @property
    def pays(self) -> bool:
        """Whether 3D-WDR-MCPD is better than 3D-WDR and than the controls."""
        return self.gain_db > max(0.0, self.alone_db, self.flat_db or 0.0)


def of_controls(controls: pd.DataFrame) -> Verdict:
    """Compute the verdict from the table of controls, as written to CSV."""
    rows = {row["control"]: row for row in controls.to_dict("records")}
    proposed, alone, flat = (rows[name] for name in (ways.PROPOSED, ways.ALONE, ways.NO_AXIAL))
    gains = (row["exam_gain_db"] for row in (proposed, alone, flat))
    return Verdict(int(proposed["subjects"]), *gains)


def of_quality(quality: pd.DataFrame, rate: float) -> Verdict:
    """Compute the verdict at a rate from rows of `study.quality` of 3d-wdr, 3d-wdr-mcpd and 2d-wdr."""
    exams = exam_quality(at_rate(quality, rate))
    psnr = exams.pivot(index=["subject", "exam"], columns="method", values="exam_psnr_db")
    gains = [
        pd.Series(gain_db(psnr[method], psnr[BASELINE]), index=psnr.index).groupby("subject").mean()
        for method in (PROPOSED, ALONE)
    ]
    return Verdict(len(gains[0]), *(float(gain.mean()) for gain in gains))
