"""The whole exam at equal bits, and what the gain of 3D-WDR-MCPD is made of."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wdr_mcpd.methods import METHODS
from wdr_mcpd.render.notes import Measured, bars_note, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, interval_bar, noted, write_figures, zero_line
from wdr_mcpd.render.tables import lay_out, write_tables
from wdr_mcpd.study.frames import at_rate, read_exams
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS
from wdr_mcpd.study.whole_exam import COMPARED, ORDERS, decomposition_table, whole_exam_table, with_gains
from wdr_mcpd.study.whole_exam import decomposition as parts_of_exams

SHOWN_ORDER, *_ = ORDERS
PARTS = {
    "gain_db": ("= Gain", "#666666"),
    "axial_depth_db": ("Axial depth\n(transform across slices)", "#009E73"),
    "grouping_db": ("Grouping\n(separate streams)", "#56B4E9"),
    "allocation_db": ("Allocation\n(where the bits go)", "#E69F00"),
}
"""Bars from below."""
REGIONS = {"selected slices": "Selected slices, as the paper reports", "whole exam": "Whole exam, same bits"}
COLOURS = {method.label: method.colour for method in METHODS.values()}


def draw_parts(table: pd.DataFrame, exams: pd.DataFrame, rate: float, note: str) -> Figure:
    """What the gain is made of, on the selected slices and on the whole exam; few subjects are points."""
    table, exams = (at_rate(rows[rows["order"] == SHOWN_ORDER], rate) for rows in (table, exams))
    figure = Figure(figsize=(PAGE_WIDTH, 2.3))
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, (region, title) in zip(panels, REGIONS.items(), strict=True):
        row = table[table["region"] == region].iloc[0]
        for place, (part, (_, colour)) in enumerate(PARTS.items()):
            axes.barh(place, row[part], color=colour, height=0.62)
            points = _few_points(axes, exams[exams["region"] == region], part, place)
            reach = [0.0, row[part], *points, *interval_bar(axes, row, part, place)]
            right = row[part] >= 0
            axes.annotate(
                f"{row[part]:+.2f}",
                (max(reach) if right else min(reach), place),
                xytext=(4 if right else -4, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
            )
        axes.set_yticks(range(len(PARTS)), [name for name, _ in PARTS.values()])
        zero_line(axes, "x")
        axes.axhline(0.5, color="0.6", linewidth=0.6)
        axes.grid(axis="y", visible=False)
        axes.set_title(title, fontweight="bold")
        axes.set_xlabel("PSNR over 3D-WDR (dB)")
    panels[0].margins(x=0.28)
    marks = _marks("Black bars", int(row["subjects"]))
    said = f"3D-WDR-MCPD at {rate:g} bpv. {note}. {marks}. Order of the steps: {SHOWN_ORDER}"
    return noted(figure, said, "What the gain is made of")


def _marks(bars: str, subjects: int) -> str:
    """Say what bars are, or points where there are none."""
    return f"{'Points: each subject. ' if subjects < ENOUGH_SUBJECTS else ''}{bars_note(bars, subjects)}"


def _few_points(axes: Axes, exams: pd.DataFrame, value: str, place: float) -> list[float]:
    """Draw a point for each subject where they are too few for an interval; gives the points."""
    points: list[float] = exams.groupby("subject")[value].mean().dropna().tolist()
    if len(points) >= ENOUGH_SUBJECTS:
        return []
    axes.plot(points, [place] * len(points), "o", color="black", markersize=2.5, zorder=3)
    return points


def draw_ways(
    table: pd.DataFrame, exams: pd.DataFrame, rate: float, schemes: Sequence[str], note: str
) -> Figure:
    """Gain of each way to spend an exam's bits over 3D-WDR at one rate; `exams` as for `draw_parts`."""
    rows = at_rate(table, rate).set_index("scheme").loc[list(schemes)][::-1]
    figure = Figure(figsize=(PAGE_WIDTH, 2.2))
    axes = figure.subplots()
    places = np.arange(len(rows))
    axes.hlines(places, rows["exam_gain_db_low"], rows["exam_gain_db_high"], color="0.5", linewidth=2)
    for place, (scheme, gain) in zip(places, rows["exam_gain_db"].items(), strict=True):
        _few_points(axes, at_rate(exams[exams["scheme"] == scheme], rate), "exam_gain_db", float(place))
        axes.plot(gain, place, "o", color=COLOURS.get(str(scheme).partition(",")[0], "0.4"), markersize=5)
        above = ((0, 5), "data", "offset points")
        axes.annotate(f"{gain:+.2f}", (gain, place), *above, ha="center", fontsize=7)
    zero_line(axes, "x")
    axes.set_yticks(places, list(rows.index))
    axes.set_ylim(-0.5, len(rows) - 0.3)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("PSNR of the exam over 3D-WDR (dB)")
    marks = _marks("Grey bars", int(rows["subjects"].max()))
    said = f"{rate:g} bpv, equal total bits. {note}. {marks}"
    return noted(figure, said, "Ways to spend the bits of an exam")


def decomposition(
    *,
    series: Path,
    exams: list[Path],
    tables: list[Path],
    figures: list[Path],
    table_rate: float,
    **how: Unpack[Measured],
) -> None:
    """Write the tables and figures of all exams."""
    measured = read_exams(exams, ["rate_bpv", "scheme", "exam_psnr_db"])
    cohort = note_of(series)
    note = interval_note(note_of(series, how), measured["subject"].nunique())
    spent, gain = whole_exam_table(measured), decomposition_table(measured)
    of_exams, of_parts = with_gains(measured), parts_of_exams(measured)
    write_tables(
        tables,
        lay_out(__file__, "whole_exam", spent, note=note),
        lay_out(__file__, "decomposition", gain, note=note),
    )
    draw = {
        "whole_exam": lambda: draw_ways(spent, of_exams, table_rate, COMPARED, cohort),
        "decomposition": lambda: draw_parts(gain, of_parts, table_rate, cohort),
    }
    write_figures(figures, draw)
