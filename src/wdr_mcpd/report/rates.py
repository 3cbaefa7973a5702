"""Quality against rate: whole exams, Bjontegaard differences, inside the tumour."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wdr_mcpd.methods import METHODS, Method, with_variants
from wdr_mcpd.render.labels import name_ends
from wdr_mcpd.render.notes import Measured, bars_note, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, noted, rate_axis, write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import EXAM, EXAM_PSNR, METHOD, RATE, SLICES, SSIM, SUBJECTS
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.rates import bjontegaard_table, exam_quality, rates_table, tumour_table

Methods = Mapping[str, Method]


def rates_of_exams(data: pd.DataFrame, note: str) -> Table:
    """Quality of the whole exam against rate."""
    columns = METHOD | RATE | EXAM | SLICES | SSIM
    return Table("rates", "Quality of whole exams against rate", note, data, columns)


def bjontegaard_differences(data: pd.DataFrame, note: str) -> Table:
    """Bjontegaard differences against 3D-WDR."""
    columns = {
        **METHOD,
        "bd_psnr_db": Column("BD-PSNR (dB)", "+.2f", interval=True),
        "bd_rate_percent": Column("BD-rate (%)", "+.1f", interval=True),
        **SUBJECTS,
    }
    return Table("bjontegaard", "Bjontegaard differences against 3D-WDR", note, data, columns)


def in_the_tumour(data: pd.DataFrame, note: str) -> Table:
    """Quality inside the tumour beside that of the whole exam."""
    columns = {
        **METHOD,
        **RATE,
        "tumour_psnr_db": Column("PSNR in the tumour (dB)", ".2f", interval=True),
        **EXAM_PSNR,
        "tumour_minus_exam_db": Column("difference (dB)", "+.2f", interval=True),
        "tumour_ssim": Column("SSIM in the tumour", ".4f", interval=True),
        "mean_ssim": Column("mean SSIM of the exam", ".4f", interval=True),
        **SUBJECTS,
    }
    return Table("tumour", "Quality inside the tumour and of the whole exam", note, data, columns)


def draw_rates(table: pd.DataFrame, note: str, methods: Methods = METHODS) -> Figure:
    """PSNR, SSIM and gain over 3D-WDR of whole exams against rate."""
    panels = {
        "exam_psnr_db": "PSNR of the exam (dB)",
        "mean_ssim": "mean SSIM of the slices",
        "exam_gain_db": "PSNR over 3D-WDR (dB)",
    }
    return _against_rate("Quality of whole exams", table, panels, note, methods)


def draw_tumour(table: pd.DataFrame, note: str, methods: Methods = METHODS) -> Figure:
    """Quality inside the tumour against rate, and how it differs from that of the exam."""
    panels = {
        "tumour_psnr_db": "PSNR in the tumour (dB)",
        "tumour_ssim": "SSIM in the tumour",
        "tumour_minus_exam_db": "PSNR, tumour less exam (dB)",
    }
    return _against_rate("Quality inside the tumour", table, panels, note, methods)


def _against_rate(
    title: str, table: pd.DataFrame, panels: dict[str, str], note: str, methods: Methods
) -> Figure:
    """Draw one panel per value; in the last one lines have their names and intervals."""
    figure = Figure(figsize=(PAGE_WIDTH, 2.7))
    if table.empty:
        figure.text(0.5, 0.5, "no exam has it", ha="center")
        return noted(figure, note, title)
    for axes, (value, label) in zip(figure.subplots(1, 3), panels.items(), strict=True):
        for method, rows in table.groupby("method", sort=False):
            look = methods[str(method)]
            axes.plot(rows["rate_bpv"], rows[value], color=look.colour, marker=look.marker)
        rate_axis(axes, sorted(table["rate_bpv"].unique()))
        axes.set_xlabel("rate (bits per voxel)")
        axes.set_ylabel(label)
    _intervals_and_names(axes, table, value, methods)
    return noted(figure, f"{note}. {bars_note('Bands', int(table['subjects'].max()))}", title)


def _intervals_and_names(axes: Axes, table: pd.DataFrame, value: str, methods: Methods) -> None:
    ends, styles = {}, {}
    for name, rows in table.groupby("method", sort=False):
        look = methods[str(name)]
        low, high = rows[f"{value}_low"], rows[f"{value}_high"]
        axes.fill_between(rows["rate_bpv"], low, high, color=look.colour, alpha=0.12, linewidth=0)
        ends[look.label] = (rows["rate_bpv"].iloc[-1], rows[value].iloc[-1])
        styles[look.label] = {"color": look.colour}
    name_ends(axes, ends, styles, size=7)


def rates(
    *,
    series: Path,
    quality: list[Path],
    rates: list[Path],
    bjontegaard: list[Path],
    tumour: list[Path],
    rates_figure: list[Path],
    tumour_figure: list[Path],
    variants: dict[str, dict[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write the tables and figures of all exams."""
    methods, cohort = with_variants(variants), note_of(series)
    exams = exam_quality(read_exams(quality, COLUMNS))
    note = interval_note(note_of(series, how), exams["subject"].nunique())
    at_rates, in_tumour = rates_table(exams), tumour_table(exams)
    write_table(rates_of_exams(at_rates, note), rates)
    write_table(bjontegaard_differences(bjontegaard_table(exams), note), bjontegaard)
    write_table(in_the_tumour(in_tumour, note), tumour)
    write_figure(lambda: draw_rates(at_rates, cohort, methods), rates_figure)
    write_figure(lambda: draw_tumour(in_tumour, cohort, methods), tumour_figure)
