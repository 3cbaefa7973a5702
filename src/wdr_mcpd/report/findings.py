"""What a run found, each finding computed once; `findings.j2` says it in words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wdr_mcpd.methods import METHODS, Method
from wdr_mcpd.paper.table3 import Spread, gains
from wdr_mcpd.render.notes import few_subjects
from wdr_mcpd.study.claims import counted
from wdr_mcpd.study.frames import at_rate, bits


@dataclass(frozen=True)
class Findings:
    """Findings at one rate.

    Attributes
    ----------
    at : the rate in words
    gain, paper : gain of the selected slices, ours (None if no slice is selected) and the paper's, dB
    whole_exam_db, interval, few : change of the PSNR of the whole exam, its interval over subjects (None for
        one subject), and what few subjects make of it
    flat_db : that of 3D-WDR without its axial transform
    claims, verdicts : how many claims of the paper were judged, and how
    """

    at: str
    gain: Spread | None
    paper: Spread
    whole_exam_db: float
    interval: tuple[float, float] | None
    few: str
    flat_db: float
    claims: int
    verdicts: str


@dataclass(frozen=True)
class Best:
    """The method with the highest PSNR of the whole exam, and its gain over 3D-WDR (None without 3D-WDR)."""

    best: str
    best_gain_db: float | None


def find(table3: pd.DataFrame, whole_exam: pd.DataFrame, claims: pd.DataFrame, rate: float) -> Findings:
    """Compute the findings from the tables of these names, as written to CSV."""
    schemes = {row["scheme"]: row for row in at_rate(whole_exam, rate).to_dict("records")}
    proposed = schemes["3D-WDR-MCPD, equal rate"]
    low, high = proposed["exam_gain_db_low"], proposed["exam_gain_db_high"]
    return Findings(
        bits(rate),
        *gains(table3),
        proposed["exam_gain_db"],
        None if np.isnan(low) else (low, high),
        few_subjects(int(proposed["subjects"])),
        schemes["3D-WDR, no axial transform"]["exam_gain_db"],
        len(claims),
        counted(claims["verdict"]),
    )


def best_method(rates: pd.DataFrame, rate: float, methods: Mapping[str, Method] = METHODS) -> Best:
    """Find the best method in the table of rates."""
    best = at_rate(rates, rate).sort_values("exam_psnr_db").iloc[-1]
    gain = best["exam_gain_db"]
    return Best(methods[best["method"]].label, None if np.isnan(gain) else gain)
