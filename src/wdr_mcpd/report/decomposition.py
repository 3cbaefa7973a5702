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
from wdr_mcpd.render.style import PAGE_WIDTH, noted, write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import EXAM, RATE, SLICES, SSIM
from wdr_mcpd.study.frames import at_rate, read_exams
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS
from wdr_mcpd.study.whole_exam import COMPARED, ORDERS, decomposition_table, whole_exam_table, with_gains
from wdr_mcpd.study.whole_exam import decomposition as parts_of_exams

SHOWN_ORDER, *_ = ORDERS
PARTS = {
    "allocation_db": ("Allocation\n(where the bits go)", "#E69F00"),
    "grouping_db": ("Grouping\n(separate streams)", "#56B4E9"),
    "axial_depth_db": ("Axial depth\n(transform across slices)", "#009E73"),
    "gain_db": ("= Gain", "#666666"),
}

COLOURS = {method.label: method.colour for method in METHODS.values()}


def ways_to_spend(data: pd.DataFrame, note: str) -> Table:
    """Ways to spend the bits of an exam."""
    columns = {
        **RATE,
        "scheme": Column("Scheme", text=True),
        **EXAM,
        **SLICES,
        "selected_psnr_db": Column("of the selected slices (dB)", ".2f", interval=True),
        **SSIM,
    }
    return Table("whole_exam", "The whole exam at equal total bits", note, data, columns)


def parts_of_the_gain(data: pd.DataFrame, note: str) -> Table:
    """What the gain of 3D-WDR-MCPD over 3D-WDR is made of."""
    columns = {
        "region": Column("Measured on", text=True),
        "order": Column("Order of steps", text=True),
        **RATE,
        "allocation_db": Column("Allocation (dB)", "+.2f", interval=True),
        "grouping_db": Column("Grouping (dB)", "+.2f", interval=True),
        "axial_depth_db": Column("Axial depth (dB)", "+.2f", interval=True),
        "gain_db": Column("= Gain (dB)", "+.2f", interval=True),
    }
    explained = (
        f"{note}. Allocation: every group at the same rate instead of as one volume without axial transform "
        "shares bits among slices. "
        "Grouping: the selected slices as one stream and each other slice as its own. Axial depth: an axial "
        f"transform over the selected slices only instead of over all. The "
        "steps share the gain out differently in another order: both are given"
    )
    return Table("decomposition", "What the gain over 3D-WDR is made of", explained, data, columns)


def draw_parts(table: pd.DataFrame, exams: pd.DataFrame, rate: float, note: str) -> Figure:
    """What the gain of 3D-WDR-MCPD is made of, on the selected slices and on the whole exam.

    Parameters
    ----------
    table : rows of `decomposition_table`
    exams : rows of `decomposition`; few subjects are drawn as points, where many have an interval
    rate : bits per voxel
    note : stands below
    """
    table, exams = (rows[rows["order"] == SHOWN_ORDER] for rows in (table, exams))
    figure = Figure(figsize=(PAGE_WIDTH, 2.3))
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    titles = {
        "selected slices": "Selected slices, as the paper reports",
        "whole exam": "Whole exam, same bits",
    }
    for axes, (region, title) in zip(panels, titles.items(), strict=True):
        row = at_rate(table[table["region"] == region], rate).iloc[0]
        for place, (part, (_, colour)) in enumerate(reversed(PARTS.items())):
            axes.barh(place, row[part], color=colour, height=0.62)
            of_region = at_rate(exams[exams["region"] == region], rate)
            points = _few_points(axes, of_region, part, place)
            _value_label(axes, place, row, part, points)
        axes.set_yticks(range(len(PARTS)), [name for name, _ in reversed(PARTS.values())])
        axes.axvline(0, color="0.2", linewidth=0.8)
        axes.axhline(0.5, color="0.6", linewidth=0.6)
        axes.grid(axis="y", visible=False)
        axes.set_title(title, fontweight="bold")
        axes.set_xlabel("PSNR over 3D-WDR (dB)")
    panels[0].margins(x=0.28)
    return noted(
        figure,
        f"3D-WDR-MCPD at {rate:g} bpv. {note}. {_marks('Black bars', int(row['subjects']))}. "
        f"Order of the steps: {SHOWN_ORDER}",
        "What the gain is made of",
    )


def _value_label(axes: Axes, place: int, row: "pd.Series[float]", part: str, points: list[float]) -> None:
    """Write the value beyond its bar, interval and points."""
    value, low, high = row[part], row[f"{part}_low"], row[f"{part}_high"]
    ends = [value, *points, *([low, high] if np.isfinite(low) else [])]
    if np.isfinite(low):
        axes.plot([low, high], [place, place], color="black", linewidth=1)
    right = value >= 0
    axes.annotate(
        f"{value:+.2f}",
        (max([0, *ends]) if right else min([0, *ends]), place),
        xytext=(4 if right else -4, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
    )


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
        axes.annotate(
            f"{gain:+.2f}", (gain, place), xytext=(0, 5), textcoords="offset points", ha="center", fontsize=7
        )
    axes.axvline(0, color="0.2", linewidth=0.8)
    axes.set_yticks(places, list(rows.index))
    axes.set_ylim(-0.5, len(rows) - 0.3)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("PSNR of the exam over 3D-WDR (dB)")
    return noted(
        figure,
        f"{rate:g} bpv, equal total bits. {note}. {_marks('Grey bars', int(rows['subjects'].max()))}",
        "Ways to spend the bits of an exam",
    )


def decomposition(
    *,
    series: Path,
    exams: list[Path],
    ways: list[Path],
    parts: list[Path],
    ways_figure: list[Path],
    parts_figure: list[Path],
    table_rate: float,
    **how: Unpack[Measured],
) -> None:
    """Write the tables and figures of all exams."""
    measured = read_exams(exams, ["rate_bpv", "scheme", "exam_psnr_db"])
    cohort = note_of(series)
    note = interval_note(note_of(series, how), measured["subject"].nunique())
    spent, gain = whole_exam_table(measured), decomposition_table(measured)
    write_table(ways_to_spend(spent, note), ways)
    write_table(parts_of_the_gain(gain, note), parts)
    of_exams, of_parts = with_gains(measured), parts_of_exams(measured)
    write_figure(lambda: draw_ways(spent, of_exams, table_rate, COMPARED, cohort), ways_figure)
    write_figure(lambda: draw_parts(gain, of_parts, table_rate, cohort), parts_figure)
