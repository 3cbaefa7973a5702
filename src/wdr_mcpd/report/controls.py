"""Where 3D-WDR-MCPD stands among its controls, on the whole exam and on the slices that are selected."""

from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, SCREEN_DPI, noted, write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import RATE, SUBJECTS
from wdr_mcpd.study.cohort import scored
from wdr_mcpd.study.controls import (
    ALONE,
    BASELINE,
    BY_CONTENT,
    COHERENT,
    EASIEST,
    LAST,
    NO_AXIAL,
    PROPOSED,
    REVERSED,
    controls_table,
)
from wdr_mcpd.study.frames import read_exams, write_csv
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS

GAINS = {"exam_gain_db": "whole exam", "selected_gain_db": "slices in the volume"}
ROWS = {
    PROPOSED: "#CC79A7",
    EASIEST: "#E69F00",
    LAST: "#E69F00",
    REVERSED: "#E69F00",
    "random": "0.6",
    "contiguous": "0.6",
    ALONE: "#009E73",
    NO_AXIAL: "#56B4E9",
    BY_CONTENT: "#0072B2",
    COHERENT: "#D55E00",
}
"""Rows of the figure from the top: a control or a kind of draw, and its colour."""
LABELS = {
    PROPOSED: f"{PROPOSED}: the slices chosen by MCPD",
    EASIEST: "as many: the easiest slices",
    LAST: "as many: the last of the stack",
    REVERSED: "MCPD with the stack reversed",
    "random": "as many: at random",
    "contiguous": "as many: any contiguous run",
    ALONE: f"every slice alone ({ALONE})",
    NO_AXIAL: "one volume, no axial transform",
    BY_CONTENT: "one volume, axial depth by content",
    COHERENT: f"one volume, {COHERENT}",
}


def table_of_controls(data: pd.DataFrame, note: str) -> Table:
    """Every control."""
    columns = {
        **RATE,
        "control": Column("Coded", text=True),
        "against": Column("Against", text=True),
        "in_volume": Column("Slices in the volume", ".1f"),
        "exam_gain_db": Column("Gain, whole exam (dB)", "+.2f", interval=True),
        "selected_gain_db": Column("Gain, those slices (dB)", "+.2f", interval=True),
        **SUBJECTS,
    }
    caption = "3D-WDR-MCPD among its controls, at equal total bits"
    explained = (
        f"{note}. The gain on the slices is a mean of their PSNRs' differences, for methods on the slices "
        "that 3D-WDR-MCPD selects, for other choices on the chosen ones. Stack reversed: the MCPD compares "
        "with what precedes, and the reversed stack is coded"
    )
    return Table("controls", caption, explained, data, columns)


def draw_standing(exams: pd.DataFrame, drawn: pd.DataFrame | None, note: str) -> Figure:
    """Gain over 3D-WDR of 3D-WDR-MCPD and of each control, one point for each subject and their mean.

    Parameters
    ----------
    exams : rows of `study.controls.controls` with a column `subject`
    drawn : rows of `study.controls.draw` with a column `subject`, of the size that the MCPD selects; None
        where they were not measured
    note : stands below
    """
    there = {*exams["control"], *(() if drawn is None else drawn["kind"])}
    rows = [row for row in ROWS if row in there]
    figure = Figure(figsize=(PAGE_WIDTH, 0.5 + 0.26 * len(rows)))
    panels = figure.subplots(1, 2, sharey=True)
    means = controls_table(exams).set_index("control")
    for axes, (gain, title) in zip(panels, GAINS.items(), strict=True):
        for place, row in enumerate(rows):
            if drawn is not None and row in ("random", "contiguous"):
                _cloud(axes, drawn.loc[drawn["kind"] == row, gain], place)
            else:
                _points(axes, exams[exams["control"] == row].groupby("subject")[gain].mean(), place, row)
                _interval(axes, means, row, gain, place)
        axes.axvline(0, color="0.2", linewidth=0.8)
        axes.axvline(means[gain][PROPOSED], color=ROWS[PROPOSED], linewidth=0.8, linestyle="--")
        axes.set_title(title, fontweight="bold")
        axes.set_xlabel(f"PSNR over {BASELINE} (dB)")
        axes.grid(axis="y", visible=False)
    panels[0].set_yticks(range(len(rows)), [LABELS[row] for row in rows])
    panels[0].invert_yaxis()
    bars = "; bars are 95 % t intervals" if means["subjects"].max() >= ENOUGH_SUBJECTS else ""
    said = f"Small points: each subject; large: their mean{bars}. Equal total bits. {note}"
    return noted(figure, said, f"{PROPOSED} among its controls")


def _points(axes: Axes, gains: "pd.Series[float]", place: int, row: str) -> None:
    axes.plot(gains, np.full(len(gains), place), "o", color=ROWS[row], markersize=2.5, alpha=0.6)
    axes.plot(gains.mean(), place, "D" if row == PROPOSED else "o", color=ROWS[row], markersize=6)


def _interval(axes: Axes, means: pd.DataFrame, row: str, gain: str, place: int) -> None:
    ends = [means[f"{gain}_{end}"][row] for end in ("low", "high")]
    if np.isfinite(ends).all():
        axes.plot(ends, [place, place], color="black", linewidth=1)


def _cloud(axes: Axes, gains: "pd.Series[float]", place: int) -> None:
    heights = place + np.linspace(-0.28, 0.28, len(gains))
    axes.plot(gains, heights, ".", color="0.6", markersize=1.5)
    if len(gains):
        axes.plot([gains.median()], [place], "|", color="0.2", markersize=9)


def controls(
    *,
    series: Path,
    exams: list[Path],
    table: list[Path],
    figure: list[Path],
    joined: Path,
    table_rate: float,
    **how: Unpack[Measured],
) -> None:
    """Write the table and the figure of all exams, and the rows of each exam together."""
    measured = read_exams(exams, ["control", "exam_gain_db", "selected_gain_db"])
    measured = scored(measured, read_series_table(series))
    note = interval_note(note_of(series, how), measured["subject"].nunique())
    write_csv(measured, joined)
    write_table(table_of_controls(controls_table(measured), note), table)
    shown = f"{note_of(series)}. {table_rate:g} bpv"
    write_figure(lambda: draw_standing(measured, None, shown), figure, SCREEN_DPI)
