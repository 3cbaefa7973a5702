"""Where 3D-WDR-MCPD stands among its controls, on the whole exam and on the slices that are selected."""

from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, SCREEN_DPI, interval_bar, noted, write_figure, zero_line
from wdr_mcpd.render.tables import lay_out, write_table
from wdr_mcpd.report.looks import LOOKS
from wdr_mcpd.study import controls as ways
from wdr_mcpd.study.cohort import scored
from wdr_mcpd.study.frames import read_exams, write_csv
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS

GAINS = {"exam_gain_db": "whole exam", "selected_gain_db": "slices in the volume"}
LABELS = {
    ways.PROPOSED: f"{ways.PROPOSED}: the slices chosen by MCPD",
    ways.EASIEST: "as many: the easiest slices",
    ways.LAST: "as many: the last of the stack",
    ways.REVERSED: "MCPD with the stack reversed",
    "random": "as many: at random",
    "contiguous": "as many: any contiguous run",
    ways.ALONE: f"every slice alone ({ways.ALONE})",
    ways.NO_AXIAL: "one volume, no axial transform",
    ways.BY_CONTENT: "one volume, axial depth by content",
    ways.COHERENT: f"one volume, {ways.COHERENT}",
}
"""Rows of the figure from the top: controls and kinds of draws."""


def draw_standing(exams: pd.DataFrame, drawn: pd.DataFrame | None, note: str) -> Figure:
    """Gain over 3D-WDR of 3D-WDR-MCPD, of controls and of draws: each subject and their mean."""
    draws = {} if drawn is None else dict(iter(drawn.groupby("kind")))
    rows = [row for row in LABELS if row in {*exams["control"], *draws}]
    figure = Figure(figsize=(PAGE_WIDTH, 0.5 + 0.26 * len(rows)))
    panels = figure.subplots(1, 2, sharey=True)
    means = ways.controls_table(exams).set_index("control")
    for axes, (gain, title) in zip(panels, GAINS.items(), strict=True):
        for place, row in enumerate(rows):
            colour, _ = LOOKS[row]
            if row in draws:
                gains = draws[row][gain]
                axes.plot(
                    gains, place + np.linspace(-0.28, 0.28, len(gains)), ".", color="0.6", markersize=1.5
                )
                axes.plot([gains.median()], [place], "|", color="0.2", markersize=9)
                continue
            gains = exams[exams["control"] == row].groupby("subject")[gain].mean()
            axes.plot(gains, np.full(len(gains), place), "o", color=colour, markersize=2.5, alpha=0.6)
            axes.plot(gains.mean(), place, "D" if row == ways.PROPOSED else "o", color=colour, markersize=6)
            interval_bar(axes, means.T[row], gain, place)
        zero_line(axes, "x")
        axes.axvline(means[gain][ways.PROPOSED], color=LOOKS[ways.PROPOSED][0], linewidth=0.8, linestyle="--")
        axes.set_title(title, fontweight="bold")
        axes.set_xlabel(f"PSNR over {ways.BASELINE} (dB)")
        axes.grid(axis="y", visible=False)
    panels[0].set_yticks(range(len(rows)), [LABELS[row] for row in rows])
    panels[0].invert_yaxis()
    bars = "; bars are 95 % t intervals" if means["subjects"].max() >= ENOUGH_SUBJECTS else ""
    said = f"Small points: each subject; large: their mean{bars}. Equal total bits. {note}"
    return noted(figure, said, f"{ways.PROPOSED} among its controls")


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
    write_table(lay_out(__file__, "controls", ways.controls_table(measured), note=note), table)
    shown = f"{note_of(series)}. {table_rate:g} bpv"
    write_figure(lambda: draw_standing(measured, None, shown), figure, SCREEN_DPI)
