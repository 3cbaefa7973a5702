"""The first page of the report: what the paper claims, what this run found, one figure and one table."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.files import as_written
from wdr_mcpd.report.pages import markdown_html, picture, render
from wdr_mcpd.paper.study_tables import few_subjects
from wdr_mcpd.render.style import LOOK
from wdr_mcpd.study.claims import counted

TITLE = "3D-WDR-MCPD: does compressing the similar slices together pay?"
PARTS = {
    "allocation_db": "Allocation (dB)",
    "grouping_db": "Grouping (dB)",
    "axial_depth_db": "Axial depth (dB)",
    "gain_db": "Gain (dB)",
}


@dataclass(frozen=True, eq=False)
class Findings:
    """Tables of the run that the page draws on, as written to CSV, and what they are of.

    Attributes
    ----------
    table3, decomposition, claims, rates : DataFrame
    rate : float
        Bits per voxel of Table 3.
    note : str
        What kind of data this is.
    """

    table3: pd.DataFrame
    decomposition: pd.DataFrame
    claims: pd.DataFrame
    rates: pd.DataFrame
    rate: float
    note: str


def landing_html(findings: Findings, figure: Path) -> str:
    """Build the page, a fragment of HTML that needs no other file; `figure` is a PNG of the decomposition."""
    parts = _at(findings.decomposition, findings.rate).set_index("region")
    return render(
        "landing.html",
        title=TITLE,
        note=f"{findings.note[:1].upper()}{findings.note[1:]}.",
        claim=_claim(findings.table3),
        rate=f"{findings.rate:g}",
        findings=[
            _selected(findings.table3),
            _whole_exam(parts),
            _best(_at(findings.rates, findings.rate)),
            _verdicts(findings.claims),
        ],
        figure=picture(figure),
        table=markdown_html(_table(parts)),
    )


def _at(table: pd.DataFrame, rate: float) -> pd.DataFrame:
    return table[table["rate_bpv"] == as_written(rate)]


def _claim(table3: pd.DataFrame) -> str:
    paper = table3["paper_improvement_db"].dropna()
    return (
        "Slices whose mean co-located pixel difference (MCPD) to those after them is at most 0.5 on average, "
        f"coded as one volume at one bit per voxel, gain {paper.min():.1f} to {paper.max():.1f} dB over "
        "3D-WDR on all slices."
    )


def _selected(table3: pd.DataFrame) -> str:
    gain = table3["improvement_db"].dropna()
    if gain.empty:
        return "No slice of any exam is selected."
    return (
        f"The selected slices gain {gain.min():.2f} to {gain.max():.2f} dB over 3D-WDR, "
        f"{gain.mean():.2f} dB on average over the slices (Table 3)."
    )


def _whole_exam(parts: pd.DataFrame) -> str:
    gains = parts[["gain_db", "gain_db_low", "gain_db_high"]].astype(float)
    whole, low, high = gains.loc["whole exam"].to_numpy()
    selected = gains["gain_db"]["selected slices"]
    few = few_subjects(int(parts["subjects"]["whole exam"]))
    interval = "" if np.isnan(low) else f" (interval over subjects {low:+.2f} to {high:+.2f} dB{few})"
    return (
        f"At the same total bits the whole exam changes by {whole:+.2f} dB{interval}, "
        f"its selected slices by {selected:+.2f} dB."
    )


def _best(rates: pd.DataFrame) -> str:
    best = rates.sort_values("exam_psnr_db").iloc[-1]
    gain = best["exam_gain_db"]
    over = "" if np.isnan(gain) else f", {gain:+.2f} dB over 3D-WDR"
    name = LOOK[best["method"]].name
    return f"Of our methods {name} is the best on the whole exam at this rate{over}."


def _verdicts(claims: pd.DataFrame) -> str:
    return f"Of {len(claims)} claims of the paper: {counted(claims['verdict'])} (Audit, by a stated rule)."


def _table(parts: pd.DataFrame) -> str:
    shown = parts[list(PARTS)].rename(columns=PARTS).rename_axis("Measured on").reset_index()
    return str(shown.to_markdown(index=False, floatfmt="+.2f", missingval="-"))
