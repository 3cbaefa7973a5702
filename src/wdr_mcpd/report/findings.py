"""What a run found, each finding computed once; `findings.j2` says it in words."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from wdr_mcpd.methods import METHODS, Method
from wdr_mcpd.paper.table3 import Spread, gains, over_alone
from wdr_mcpd.study.frames import at_rate, bits
from wdr_mcpd.study.verdicts import counted


@dataclass(frozen=True)
class Findings:
    """Findings at one rate, in decibels."""

    at: str  # the rate in words
    gain: Spread | None  # of the selected slices over Table 1; None if none is selected
    paper: Spread  # the same in the paper
    alone: Spread | None  # of the selected slices over each of them alone
    whole_exam_db: float  # change of the PSNR of the whole exam
    interval: tuple[float, float] | None  # of it over subjects; None for too few
    over_alone_db: float  # change against every slice alone
    flat_db: float  # that of 3D-WDR without its axial transform
    claims: int
    verdicts: str  # how many claims there are, and how each was judged


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
        over_alone(table3),
        proposed["exam_gain_db"],
        None if np.isnan(low) else (low, high),
        proposed["exam_gain_db"] - schemes["2D-WDR, equal rate"]["exam_gain_db"],
        schemes["3D-WDR, no axial transform"]["exam_gain_db"],
        len(claims),
        counted(claims["verdict"]),
    )


def best_method(rates: pd.DataFrame, rate: float, methods: Mapping[str, Method] = METHODS) -> Best:
    """Find the best method in the table of rates."""
    best = at_rate(rates, rate).sort_values("exam_psnr_db").iloc[-1]
    gain = best["exam_gain_db"]
    return Best(methods[best["method"]].label, None if np.isnan(gain) else gain)
