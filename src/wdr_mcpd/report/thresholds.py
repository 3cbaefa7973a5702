"""The threshold sweep: what each threshold selects and gains, in a study or in one volume."""

from itertools import cycle
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, noted, write_figure
from wdr_mcpd.render.tables import lay_out, write_table
from wdr_mcpd.study.frames import at_rate, read_exams, write_csv
from wdr_mcpd.study.sweep import thresholds_table

UNITS = {"std": "SD", "stored": "stored values", "range": "ranges", "dtype": "of 65535"}
"""Units of the MCPD, and of the threshold."""
COLOURS = ("#0072B2", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Of the rates of a sweep."""
PANELS = {
    "selected_slices": "selected slices",
    "selected_psnr_db": "PSNR of the selected (dB)",
    "exam_psnr_db": "PSNR of the whole exam (dB)",
    "selected_gain_db": "gain of the selected (dB)",
    "exam_gain_db": "gain of the whole exam (dB)",
}


def plateaus(data: pd.DataFrame) -> pd.DataFrame:
    """Join rows in turn that differ in the threshold alone; `to` is the last threshold of each."""
    others = data.drop(columns="threshold_mcpd").astype(object).fillna("")
    group = (others != others.shift()).any(axis="columns").cumsum()
    return data.groupby(group).nth(0).assign(to=data.groupby(group)["threshold_mcpd"].max().to_numpy())


def draw_thresholds(
    sweep: pd.DataFrame, table: pd.DataFrame, fixed: float, unit: str, note: str, title: str = ""
) -> Figure:
    """What a threshold selects and gains: a thin line for each exam of `sweep`, the means of `table` by rate.

    Nothing changes between two thresholds that select the same slices: steps are drawn as steps.
    """
    figure = Figure(figsize=(PAGE_WIDTH, 4.6))
    grid = figure.subplots(2, 3, sharex=True).ravel()
    grid[3].set_axis_off()
    places = dict(zip(PANELS, np.delete(grid, 3), strict=True))
    alone, more = (
        table.loc[chosen, "threshold_mcpd"]
        for chosen in (table["selected_slices"] == 1, table["selected_slices"] > 1)
    )
    lines = list(zip(table.groupby("rate_bpv"), cycle(COLOURS), strict=False))
    for value, axes in places.items():
        if sweep["exam"].nunique() > 1:
            for _, rows in sweep.groupby(["exam", "rate_bpv"], sort=True):
                axes.step(rows["threshold_mcpd"], rows[value], where="post", color="0.7", linewidth=0.7)
        for (rate, rows), colour in lines:
            style = {"where": "post", "color": colour, "linewidth": 1.8, "label": f"{rate:g} bpv"}
            axes.step(rows["threshold_mcpd"], rows[value], **style)
        axes.axvline(fixed, color="#D55E00", linestyle="--", linewidth=1, label=f"T = {fixed:g}")
        if not alone.empty:
            end = alone.max() if more.empty else more.min()
            span = axes.axvspan(alone.min(), end, color="0.92", zorder=0)
            span.set_label("only the last one selected:\nevery slice alone")
        axes.set_ylabel(PANELS[value])
        if value.endswith("gain_db"):
            axes.axhline(0, color="0.3", linewidth=0.6)
        if value.endswith("gain_db") or value == "selected_slices":
            axes.set_xlabel(f"threshold T (MCPD in {UNITS[unit]})")
            axes.tick_params(labelbottom=True)
    places["selected_slices"].yaxis.set_major_locator(MaxNLocator(integer=True))
    grid[3].legend(*places["exam_gain_db"].get_legend_handles_labels(), loc="center", fontsize="small")
    return noted(figure, note, title)


def sweep_figure(swept: pd.DataFrame, fixed: float, name: str) -> Figure:
    """Draw the sweep of one volume, rows of `study.sweep` at any rates."""
    unit = str(swept["mcpd_unit"].iloc[0])
    note = "Equal total bits at every threshold. Gains are over 3D-WDR, all slices as one volume"
    return draw_thresholds(swept, swept, fixed, unit, note, f"Threshold sweep of {name}")


def slices_figure(measured: pd.DataFrame, title: str) -> Figure:
    """PSNR and SSIM against the number of the slice, of columns slice, psnr_db and ssim."""
    figure = Figure(figsize=(PAGE_WIDTH, 2.6))
    labels = {"psnr_db": "PSNR (dB)", "ssim": "SSIM"}
    for axes, (value, label) in zip(figure.subplots(1, 2), labels.items(), strict=True):
        axes.plot(measured["slice"], measured[value], "o-", color=COLOURS[0], markersize=3)
        axes.set_xlabel("slice")
        axes.set_ylabel(label)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return noted(figure, "", title)


def thresholds(
    *,
    series: Path,
    sweep: list[Path],
    table: list[Path],
    figure: list[Path],
    table_rate: float,
    threshold: float,
    **how: Unpack[Measured],
) -> None:
    """Write the table, whose CSV has every threshold, and the figure of all exams."""
    swept = read_exams(sweep, ["rate_bpv", "threshold_mcpd", "mcpd_unit", "encodings"])
    means = thresholds_table(swept)
    note = interval_note(note_of(series, how), swept["subject"].nunique())
    note = f"{note}. At most {int(swept['encodings'].max())} encodings of an exam for all thresholds"
    drawn = at_rate(swept, table_rate), at_rate(means, table_rate)
    data = [path for path in table if path.suffix == ".csv"]
    write_csv(means, *data)
    joined = lay_out(__file__, "thresholds", plateaus(means), note=note)
    write_table(joined, [path for path in table if path not in data])
    unit = str(swept["mcpd_unit"].iloc[0])
    shown = (
        f"{note_of(series)}. Equal total bits at every threshold. Blue: mean over subjects; grey: each exam. "
        "Gains are over 3D-WDR"
    )
    write_figure(lambda: draw_thresholds(*drawn, threshold, unit, shown, "Threshold sweep"), figure)
