"""Gains against the spacing of the slices and against the rate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import pandas as pd
from matplotlib.figure import Figure

from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.render import style
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.tables import lay_out, write_table, write_tables
from wdr_mcpd.report.looks import BY_MCPD, LOOKS
from wdr_mcpd.study import controls as ways
from wdr_mcpd.study.cohort import scored
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.laws import EVERY, FEWEST, GAINS, turning_points
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS, summarise

TITLES = {
    "axial_transform_db": ("3D-WDR over no axial transform", ways.NO_AXIAL),
    "best_depth_db": ("best axial depth over none", ways.BY_CONTENT),
    "mcpd_db": ("3D-WDR-MCPD over 3D-WDR", ways.PROPOSED),
    "mcpd_over_alone_db": ("3D-WDR-MCPD over every slice alone", BY_MCPD),
    "alone_db": ("every slice alone over 3D-WDR", ways.ALONE),
    "coherent_db": ("3D-WDR-CC over 3D-WDR", ways.COHERENT),
}
"""Gains that are shown: title, and whose look they have."""
SHARES = ("std", "range", "dtype", "stored")


def means_by_spacing(of_exams: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Means over subjects, of each way to take slices by rising spacing."""
    keys = [*by, "taken", "every", "spacing_mm"]
    values = ["slices", "noise_share", "median_mcpd", *(f"selected_share_{unit}" for unit in SHARES), *GAINS]
    means = summarise(of_exams.round({"spacing_mm": 2}), keys, values)
    return means.sort_values([*by, "taken", "spacing_mm"], kind="stable", ignore_index=True)


def means_by_rate(of_exams: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Means over subjects at each rate."""
    return summarise(of_exams, [*by, "rate_bpv"], ["best_levels", *GAINS])


def said_turns(turns: pd.DataFrame) -> str:
    """Say for each gain at which spacing its sign turns, and in how many of the subjects, as a list."""
    if turns.empty:
        return f"No series has {FEWEST} spacings of enough slices."
    every = turns[turns["taken"] == EVERY]
    subjects = every["subject"].nunique()
    lines = []
    for gain, (title, _) in TITLES.items():
        found = every[every["gain"] == gain].groupby("subject")["spacing_mm"].mean().dropna()
        ends = f"({found.min():.1f} to {found.max():.1f} mm)"
        where = f"at {found.mean():.1f} mm on average {ends}, in {len(found)}" if len(found) else "in none"
        lines.append(f"- {title}: {where} of {subjects}")
    return "\n".join(lines)


def draw_laws(spacing: pd.DataFrame, rates: pd.DataFrame, note: str) -> Figure:
    """Gains against spacing (every n-th of equally many slices), share selected, and gains against the rate.

    Without a law of spacing that of the rate stands alone.
    """
    figure = Figure(figsize=(style.PAGE_WIDTH, 2.9))
    every = spacing[spacing["taken"] == EVERY]
    *by_spacing, right = figure.subplots(1, 1 if every.empty else 3, squeeze=False)[0]
    drawn = [(right, rates, "rate_bpv"), *([(by_spacing[0], every, "spacing_mm")] if by_spacing else [])]
    for axes, table, x in drawn:
        for gain, (title, control) in TITLES.items():
            colour, marker = LOOKS[control]
            axes.plot(table[x], table[gain], color=colour, marker=marker, markersize=3, label=title)
            style.draw_interval(axes, table, x, gain, colour)
        style.zero_line(axes)
        axes.set_ylabel("gain, whole exam (dB)")
    style.rate_axis(right, rates)
    for axes in by_spacing:
        axes.set_xlabel("spacing of the slices (mm)")
    for axes in by_spacing[1:]:
        for unit in SHARES:
            axes.plot(every["spacing_mm"], every[f"selected_share_{unit}"], marker=".", label=f"unit {unit}")
        axes.set(ylabel="share of the slices that T selects", ylim=(-0.03, 1.03))
        axes.legend(fontsize="x-small")
    style.titled_legend(figure, "Gains against spacing and rate", right)
    bands = "; bands are 95 % t intervals" if rates["subjects"].max() >= ENOUGH_SUBJECTS else ""
    return style.noted(figure, f"Means over subjects{bands}. {note}")


def alternatives(
    *, series: Path, exams: list[Path], table: list[Path], threshold: float, **how: Unpack[Measured]
) -> None:
    """Write what other choices of the open points give, the means over the exams that have them."""
    measured = read_exams(exams, ["chosen", *GAINS])
    shown = ["in_volume", "mcpd_db", "mcpd_over_alone_db", "axial_transform_db"]
    means = summarise(measured, ["chosen"], shown)
    note = interval_note(note_of(series, how), measured["subject"].nunique())
    write_table(lay_out(__file__, "alternatives", means, note=f"{note}. T = {threshold:g}"), table)


def laws(
    *,
    series: Path,
    spacing: list[Path],
    rate_law: list[Path],
    tables: list[Path],
    figure: list[Path],
    threshold: float,
    **how: Unpack[Measured],
) -> None:
    """Write both laws of all exams and their figure."""
    listed = read_series_table(series)
    of_spacing = scored(read_exams(spacing, ["taken", "spacing_mm"]), listed)
    of_rate = scored(read_exams(rate_law, ["rate_bpv"]), listed)
    means, at_rates = means_by_spacing(of_spacing), means_by_rate(of_rate)
    note = interval_note(note_of(series, how), of_rate["subject"].nunique())
    turns, at = said_turns(turning_points(of_spacing, list(TITLES))), f"T = {threshold:g}"
    write_tables(
        tables,
        lay_out(__file__, "spacing", means, turns=turns, note=f"{note}. {at}"),
        lay_out(__file__, "rate_law", at_rates, note=note),
    )
    style.write_figure(lambda: draw_laws(means, at_rates, f"{note_of(series)}. {at}"), figure)
