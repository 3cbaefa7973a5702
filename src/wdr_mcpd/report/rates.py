"""The study's figures: lines with their names at their ends, intervals as bars, units on every axis."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wdr_mcpd.files import as_written
from wdr_mcpd.paper.labels import spread
from wdr_mcpd.paper.study_tables import few_subjects
from wdr_mcpd.render.style import LOOK, PAGE_WIDTH

UNITS = {"std": "SD", "stored": "stored values", "range": "ranges", "dtype": "65535"}
STEPS = "Allocation is the last step; another order of steps would share the same gain out differently"
PARTS = {
    "allocation_db": ("Allocation\n(where the bits go)", "#E69F00"),
    "grouping_db": ("Grouping\n(separate streams)", "#56B4E9"),
    "axial_depth_db": ("Axial depth\n(transform across slices)", "#009E73"),
    "gain_db": ("= Gain", "#666666"),
}


def rates_figure(table: pd.DataFrame, note: str) -> Figure:
    """PSNR, SSIM and gain over 3D-WDR of whole exams against rate."""
    panels = {
        "exam_psnr_db": "PSNR of the exam (dB)",
        "mean_ssim": "mean SSIM of the slices",
        "exam_gain_db": "PSNR over 3D-WDR (dB)",
    }
    return _against_rate(table, panels, note)


def tumour_figure(table: pd.DataFrame, note: str) -> Figure:
    """Quality inside the tumour against rate, and how it differs from that of the exam."""
    panels = {
        "tumour_psnr_db": "PSNR in the tumour (dB)",
        "tumour_ssim": "SSIM in the tumour",
        "tumour_minus_exam_db": "PSNR, tumour less exam (dB)",
    }
    return _against_rate(table, panels, note)


def _against_rate(table: pd.DataFrame, panels: dict[str, str], note: str) -> Figure:
    """Draw one panel per value; in the last one lines have their names and intervals."""
    figure = Figure(figsize=(PAGE_WIDTH, 2.5))
    if table.empty:
        figure.text(0.5, 0.5, "no exam has it", ha="center")
        return _noted(figure, note)
    for axes, (value, label) in zip(figure.subplots(1, 3), panels.items(), strict=True):
        for method, rows in table.groupby("method", sort=False):
            look = LOOK[str(method)]
            axes.plot(rows["rate_bpv"], rows[value], color=look.colour, marker=look.marker)
        rates = sorted(table["rate_bpv"].unique())
        axes.set_xscale("log")
        axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
        axes.minorticks_off()
        axes.set_xlabel("rate (bits per voxel)")
        axes.set_ylabel(label)
    for method, rows in table.groupby("method", sort=False):
        ends = rows[f"{value}_low"], rows[f"{value}_high"]
        axes.fill_between(rows["rate_bpv"], *ends, color=LOOK[str(method)].colour, alpha=0.12, linewidth=0)
    _name_lines(axes, table, value)
    return _noted(figure, f"{note}. {_intervals('Bands', int(table['subjects'].max()))}")


def _name_lines(axes: Axes, table: pd.DataFrame, value: str) -> None:
    """Write each line's name at the right of the panel, in the order of their ends, without overlap."""
    last = table[table["rate_bpv"] == table["rate_bpv"].max()].sort_values(value, na_position="first")
    low, high = axes.get_ylim()
    heights = spread(((last[value].fillna(low) - low) / (high - low)).tolist(), 0.1, -np.inf, np.inf)
    for method, height in zip(last["method"], heights, strict=True):
        axes.annotate(
            LOOK[method].name,
            (1.04, height),
            xycoords="axes fraction",
            color=LOOK[method].colour,
            va="center",
            fontsize=7,
            annotation_clip=False,
        )


def thresholds_figure(sweep: pd.DataFrame, table: pd.DataFrame, fixed: float, unit: str, note: str) -> Figure:
    """Selected slices, PSNR and gain of the selected and of the whole exam against the threshold.

    Parameters
    ----------
    sweep : rows of `study.sweep` at one rate, drawn as one thin line per exam
    table : their means over subjects
    fixed : the configured threshold, marked
    unit : of the MCPD
    note : stands below
    """
    figure = Figure(figsize=(PAGE_WIDTH, 4.6))
    panels = {
        "selected_slices": "selected slices",
        "selected_psnr_db": "PSNR of the selected (dB)",
        "exam_psnr_db": "PSNR of the whole exam (dB)",
        "selected_gain_db": "gain of the selected (dB)",
        "exam_gain_db": "gain of the whole exam (dB)",
    }
    grid = figure.subplots(2, 3, sharex=True).ravel()
    grid[3].remove()
    places = dict(zip(panels, np.delete(grid, 3), strict=True))
    for value, label in panels.items():
        axes = places[value]
        for _, rows in sweep.groupby("exam", sort=True):
            axes.plot(rows["threshold_mcpd"], rows[value], color="0.7", linewidth=0.7)
        axes.plot(table["threshold_mcpd"], table[value], color="#0072B2", linewidth=1.8)
        axes.axvline(fixed, color="#D55E00", linestyle="--", linewidth=1)
        axes.set_ylabel(label)
        if value.endswith("gain_db"):
            axes.axhline(0, color="0.3", linewidth=0.6)
        if value.endswith("gain_db") or value == "selected_slices":
            axes.set_xlabel(f"threshold T (MCPD in {UNITS[unit]})")
            axes.tick_params(labelbottom=True)
    first = places["selected_slices"]
    first.yaxis.set_major_locator(MaxNLocator(integer=True))
    first.annotate(
        f"T = {fixed:g}",
        (fixed, 0.0),
        xycoords=("data", "axes fraction"),
        xytext=(4, 4),
        textcoords="offset points",
        color="#D55E00",
        fontsize="small",
    )
    return _noted(
        figure,
        f"{note}, equal total bits at every threshold. Blue: mean over subjects; grey: each exam. Gains are "
        "over 3D-WDR",
    )


def decomposition_figure(table: pd.DataFrame, rate: float, note: str) -> Figure:
    """What the gain of 3D-WDR-MCPD is made of, on the selected slices and on the whole exam."""
    figure = Figure(figsize=(PAGE_WIDTH, 2.3))
    panels = figure.subplots(1, 2, sharex=True, sharey=True)
    titles = {
        "selected slices": "Selected slices, as the paper reports",
        "whole exam": "Whole exam, same bits",
    }
    for axes, (region, title) in zip(panels, titles.items(), strict=True):
        row = table[(table["region"] == region) & (table["rate_bpv"] == as_written(rate))].iloc[0]
        for place, (part, (_, colour)) in enumerate(reversed(PARTS.items())):
            axes.barh(place, row[part], color=colour, height=0.62)
            _value_label(axes, place, row, part)
        axes.set_yticks(range(len(PARTS)), [name for name, _ in reversed(PARTS.values())])
        axes.axvline(0, color="0.2", linewidth=0.8)
        axes.axhline(0.5, color="0.6", linewidth=0.6)
        axes.grid(axis="y", visible=False)
        axes.set_title(title, fontweight="bold")
        axes.set_xlabel("PSNR over 3D-WDR (dB)")
    panels[0].margins(x=0.28)
    return _noted(
        figure,
        f"3D-WDR-MCPD at {rate:g} bpv. {note}. {_intervals('Black bars', int(row['subjects']))}. {STEPS}",
    )


def _value_label(axes: Axes, place: int, row: "pd.Series[float]", part: str) -> None:
    value, low, high = row[part], row[f"{part}_low"], row[f"{part}_high"]
    ends = [value, low, high] if np.isfinite(low) else [value]
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


def whole_exam_figure(table: pd.DataFrame, rate: float, schemes: Sequence[str], note: str) -> Figure:
    """Gain of each way to spend an exam's bits over 3D-WDR at one rate."""
    rows = table[table["rate_bpv"] == as_written(rate)].set_index("scheme").loc[list(schemes)][::-1]
    figure = Figure(figsize=(PAGE_WIDTH, 2.2))
    axes = figure.subplots()
    places = np.arange(len(rows))
    axes.hlines(places, rows["exam_gain_db_low"], rows["exam_gain_db_high"], color="0.5", linewidth=2)
    axes.plot(rows["exam_gain_db"], places, "o", color="#0072B2", markersize=5)
    for place, gain in zip(places, rows["exam_gain_db"], strict=True):
        axes.annotate(
            f"{gain:+.2f}", (gain, place), xytext=(0, 5), textcoords="offset points", ha="center", fontsize=7
        )
    axes.axvline(0, color="0.2", linewidth=0.8)
    axes.set_yticks(places, list(rows.index))
    axes.set_ylim(-0.5, len(rows) - 0.3)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("PSNR of the exam over 3D-WDR (dB)")
    return _noted(
        figure,
        f"{rate:g} bpv, equal total bits. {note}. {_intervals('Grey bars', int(rows['subjects'].max()))}",
    )


def _intervals(marks: str, subjects: int) -> str:
    """Say what bars or bands are, as far as the subjects behind them allow."""
    if subjects < 2:
        return "One subject has no interval"
    return f"{marks}: 95 % bootstrap intervals of the mean over subjects{few_subjects(subjects)}"


def _noted(figure: Figure, note: str) -> Figure:
    figure.supxlabel(note, fontsize="x-small", color="0.35", wrap=True)
    return figure
