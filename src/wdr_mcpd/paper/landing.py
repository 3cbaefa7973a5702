"""The first page of the report: what the paper claims, what this run found, one figure and one table."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wdr_mcpd.paper.pages import markdown_html, picture, render

TITLE = "3D-WDR-MCPD: does compressing the similar slices together pay?"


@dataclass(frozen=True, eq=False)
class Findings:
    """What the page draws on.

    Attributes
    ----------
    table2, table3 : DataFrame
        The regenerated Tables 2 and 3, with the paper's columns.
    rate : float
        Bits per voxel of Table 3.
    note : str
        What kind of data this is.
    """

    table2: pd.DataFrame
    table3: pd.DataFrame
    rate: float
    note: str


def landing_html(findings: Findings, figure: Path, figure_text: str) -> str:
    """Build the page, a fragment of HTML that needs no other file.

    Parameters
    ----------
    findings : Findings
    figure : Path
        A PNG file.
    figure_text : str
        What it shows.
    """
    exams = _exams(findings)
    return render(
        "landing.html",
        title=TITLE,
        note=findings.note,
        claim=_claim(findings),
        findings=[_selected(exams, findings.rate)],
        figure=picture(figure),
        figure_text=figure_text,
        table=markdown_html(exams.to_markdown(index=False, floatfmt=".2f", missingval="-")),
    )


def _claim(findings: Findings) -> str:
    paper = findings.table3["paper_improvement_db"].dropna()
    return (
        "Slices whose mean co-located pixel difference (MCPD) to the slices after them is at most 0.5, coded "
        f"as one volume at one bit per voxel, gain {paper.min():.1f} to {paper.max():.1f} dB over 3D-WDR on "
        "all slices."
    )


def _exams(findings: Findings) -> pd.DataFrame:
    rows = []
    for exam, slices in findings.table2.groupby("exam", sort=False):
        gain = findings.table3.loc[findings.table3["exam"] == exam, "improvement_db"].dropna()
        rows.append(
            {
                "Exam": exam,
                "Slices": str(slices["selected"].count()),
                "Selected": str(int((slices["selected"] == "yes").sum())),
                "Least gain (dB)": gain.min(),
                "Mean gain (dB)": gain.mean(),
                "Largest gain (dB)": gain.max(),
            }
        )
    return pd.DataFrame(rows)


def _selected(exams: pd.DataFrame, rate: float) -> str:
    gains = exams["Mean gain (dB)"].dropna()
    if gains.empty:
        return "No slice of any exam is selected."
    least, largest = exams["Least gain (dB)"].min(), exams["Largest gain (dB)"].max()
    return (
        f"At {rate:g} bit{'' if rate == 1 else 's'} per voxel the selected slices gain {least:.2f} to "
        f"{largest:.2f} dB over 3D-WDR, {gains.mean():.2f} dB on average."
    )
