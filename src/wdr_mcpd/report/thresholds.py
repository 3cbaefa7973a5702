"""The threshold sweep: what each threshold selects and gains."""

from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, noted, write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import EXAM_PSNR, RATE
from wdr_mcpd.study.frames import at_rate, read_exams
from wdr_mcpd.study.statistics import Bootstrap
from wdr_mcpd.study.sweep import thresholds_table

UNITS = {"std": "SD", "stored": "stored values", "range": "ranges", "dtype": "65535"}


def sweep_of_exams(data: pd.DataFrame, note: str) -> Table:
    """Threshold sweep: what each threshold selects and gains."""
    columns = {
        **RATE,
        "threshold_mcpd": Column("T", "g"),
        "selected_slices": Column("Selected slices", ".1f", interval=True),
        "selected_psnr_db": Column("PSNR of the selected (dB)", ".2f", interval=True),
        "selected_gain_db": Column("over 3D-WDR (dB)", "+.2f", interval=True),
        **EXAM_PSNR,
        "exam_gain_db": Column("over 3D-WDR (dB), exam", "+.2f", interval=True),
    }
    return Table("thresholds", "Threshold sweep at equal total bits", note, data, columns)


def draw_thresholds(sweep: pd.DataFrame, table: pd.DataFrame, fixed: float, unit: str, note: str) -> Figure:
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
    return noted(
        figure,
        f"{note}, equal total bits at every threshold. Blue: mean over subjects; grey: each exam. Gains are "
        "over 3D-WDR",
    )


def thresholds(
    *,
    series: Path,
    sweep: list[Path],
    table: list[Path],
    figure: list[Path],
    table_rate: float,
    threshold: float,
    bootstrap_samples: int,
    seed: int,
    **how: Unpack[Measured],
) -> None:
    """Write the table and the figure of all exams."""
    swept = read_exams(sweep, ["rate_bpv", "threshold_mcpd", "mcpd_unit", "encodings"])
    means = thresholds_table(swept, Bootstrap(bootstrap_samples, seed))
    note = interval_note(note_of(series, how), swept["subject"].nunique())
    most = int(swept["encodings"].max())
    note = f"{note}. At most {most} encodings of an exam for all thresholds"
    drawn = at_rate(swept, table_rate), at_rate(means, table_rate)
    write_table(sweep_of_exams(means, note), table)
    unit, shown = str(swept["mcpd_unit"].iloc[0]), f"{note_of(series)}. {table_rate:g} bpv"
    write_figure(lambda: draw_thresholds(*drawn, threshold, unit, shown), figure)
