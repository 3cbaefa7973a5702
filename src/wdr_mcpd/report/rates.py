"""Quality against rate: whole exams, Bjontegaard differences, inside the tumour."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import pandas as pd
from matplotlib.figure import Figure

from wdr_mcpd.methods import METHODS, Method, with_variants
from wdr_mcpd.render.labels import name_ends
from wdr_mcpd.render.notes import Measured, bars_note, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, draw_interval, noted, rate_axis, write_figures
from wdr_mcpd.render.tables import lay_out, write_tables
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.rates import bjontegaard_table, exam_quality, rates_table, tumour_table

PANELS = {
    "Quality of whole exams": {
        "exam_psnr_db": "PSNR of the exam (dB)",
        "mean_ssim": "mean SSIM of the slices",
        "exam_gain_db": "PSNR over 3D-WDR (dB)",
    },
    "Quality inside the tumour": {
        "tumour_psnr_db": "PSNR in the tumour (dB)",
        "tumour_ssim": "SSIM in the tumour",
        "tumour_minus_exam_db": "PSNR, tumour less exam (dB)",
    },
}
"""Figures: values and their labels."""
EXAM, TUMOUR = PANELS


def draw_rates(
    table: pd.DataFrame, note: str, methods: Mapping[str, Method] = METHODS, title: str = EXAM
) -> Figure:
    """Draw values against rate, one panel for each; in the last one lines have their names and intervals."""
    figure = Figure(figsize=(PAGE_WIDTH, 2.7))
    if table.empty:
        figure.text(0.5, 0.5, "no exam has it", ha="center")
        return noted(figure, note, title)
    looks = [(methods[str(name)], rows) for name, rows in table.groupby("method", sort=False)]
    for axes, (value, label) in zip(figure.subplots(1, 3), PANELS[title].items(), strict=True):
        for look, rows in looks:
            axes.plot(rows["rate_bpv"], rows[value], color=look.colour, marker=look.marker)
        rate_axis(axes, table)
        axes.set_ylabel(label)
    for look, rows in looks:
        draw_interval(axes, rows, "rate_bpv", value, look.colour, linewidth=0)
    ends = {look.label: (rows["rate_bpv"].iloc[-1], rows[value].iloc[-1]) for look, rows in looks}
    name_ends(axes, ends, {look.label: {"color": look.colour} for look, _ in looks}, size=7)
    return noted(figure, f"{note}. {bars_note('Bands', int(table['subjects'].max()))}", title)


def rates(
    *,
    series: Path,
    quality: list[Path],
    tables: list[Path],
    figures: list[Path],
    variants: dict[str, dict[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write the tables and figures of all exams."""
    methods, cohort = with_variants(variants), note_of(series)
    exams = exam_quality(read_exams(quality, COLUMNS))
    note = interval_note(note_of(series, how), exams["subject"].nunique())
    data = {
        "rates": rates_table(exams),
        "bjontegaard": bjontegaard_table(exams),
        "tumour": tumour_table(exams),
    }
    write_tables(tables, *(lay_out(__file__, name, rows, note=note) for name, rows in data.items()))
    draw = {
        "rates": lambda: draw_rates(data["rates"], cohort, methods),
        "tumour": lambda: draw_rates(data["tumour"], cohort, methods, TUMOUR),
    }
    write_figures(figures, draw)
