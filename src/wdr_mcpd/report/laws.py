"""Gains against the spacing of the slices and against the rate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import pandas as pd
from matplotlib.figure import Figure

from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, noted, rate_axis, titled_legend, write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import RATE, SUBJECTS
from wdr_mcpd.study.cohort import scored
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.laws import EVERY, FEWEST, GAINS, turning_points
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS, summarise

TITLES = {
    "axial_transform_db": ("3D-WDR over no axial transform", "#56B4E9", "o"),
    "best_depth_db": ("best axial depth over none", "#0072B2", "D"),
    "mcpd_db": ("3D-WDR-MCPD over 3D-WDR", "#CC79A7", "^"),
    "mcpd_over_alone_db": ("3D-WDR-MCPD over every slice alone", "#882255", "v"),
    "alone_db": ("every slice alone over 3D-WDR", "#009E73", "s"),
    "coherent_db": ("3D-WDR-CC over 3D-WDR", "#D55E00", "P"),
}
"""Gains that are shown: title, colour and marker."""
SHARES = ("std", "range", "dtype", "stored")
GAIN_COLUMNS = {
    name: Column(f"{title} (dB)", "+.2f", interval=True) for name, (title, _, _) in TITLES.items()
}


def against_spacing(data: pd.DataFrame, turns: str, note: str) -> Table:
    """Gains and selections at each spacing."""
    columns = {
        "taken": Column("Slices taken", text=True),
        "spacing_mm": Column("Spacing (mm)", ".2f"),
        "slices": Column("Slices", ".0f"),
        "noise_share": Column("Noise (SD)", ".3f"),
        "median_mcpd": Column("Median MCPD (SD)", ".2f", interval=True),
        **{f"selected_share_{unit}": Column(f"Selected, unit {unit}", ".0%") for unit in SHARES},
        **GAIN_COLUMNS,
        **SUBJECTS,
    }
    caption = "Gains and selections against the spacing of the slices"
    explained = (
        f"{note}. Every n-th slice of a series is taken, or the mean of every n; equal extent: every n-th of "
        "the slices that the widest spacing spans. Noise: a wavelet estimate over the standard deviation of "
        "the volume"
    )
    return Table(
        "spacing", caption, explained, data, columns, explanation=f"## Where the sign turns\n\n{turns}"
    )


def against_rate(data: pd.DataFrame, note: str) -> Table:
    """Gains at each rate."""
    columns = {**RATE, "best_levels": Column("Best depth", ".1f"), **GAIN_COLUMNS, **SUBJECTS}
    return Table("rate_law", "Gains against the rate", note, data, columns)


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
    lines = []
    every = turns[turns["taken"] == EVERY]
    for gain, (title, _, _) in TITLES.items():
        found = every[every["gain"] == gain].groupby("subject")["spacing_mm"].mean().dropna()
        subjects = every["subject"].nunique()
        if len(found):
            ends = f"{found.min():.1f} to {found.max():.1f} mm"
            lines.append(
                f"- {title}: at {found.mean():.1f} mm on average ({ends}), in {len(found)} of {subjects}"
            )
        else:
            lines.append(f"- {title}: in none of {subjects}")
    return "\n".join(lines)


def draw_laws(spacing: pd.DataFrame, rates: pd.DataFrame, note: str) -> Figure:
    """Gains against spacing (every n-th of equally many slices), share selected, and gains against the rate.

    Without a law of spacing that of the rate stands alone.

    Parameters
    ----------
    spacing, rates : means over subjects of the laws, with intervals
    note : stands below
    """
    figure = Figure(figsize=(PAGE_WIDTH, 2.9))
    every = spacing[spacing["taken"] == EVERY]
    *by_spacing, right = figure.subplots(1, 1 if every.empty else 3, squeeze=False)[0]
    drawn = [(right, rates, "rate_bpv"), *([(by_spacing[0], every, "spacing_mm")] if by_spacing else [])]
    for axes, table, x in drawn:
        for gain, (title, colour, marker) in TITLES.items():
            axes.plot(table[x], table[gain], color=colour, marker=marker, markersize=3, label=title)
            ends = table[f"{gain}_low"], table[f"{gain}_high"]
            axes.fill_between(table[x], *ends, color=colour, alpha=0.12)
        axes.axhline(0, color="0.2", linewidth=0.8)
        axes.set_ylabel("gain, whole exam (dB)")
    rate_axis(right, sorted(rates["rate_bpv"].unique()))
    right.set_xlabel("rate (bits per voxel)")
    for axes in by_spacing:
        axes.set_xlabel("spacing of the slices (mm)")
    for axes in by_spacing[1:]:
        for unit in SHARES:
            axes.plot(every["spacing_mm"], every[f"selected_share_{unit}"], marker=".", label=f"unit {unit}")
        axes.set(ylabel="share of the slices that T selects", ylim=(-0.03, 1.03))
        axes.legend(fontsize="x-small")
    handles, labels = right.get_legend_handles_labels()
    titled_legend(figure, "Gains against spacing and rate", handles, labels)
    bands = "; bands are 95 % t intervals" if rates["subjects"].max() >= ENOUGH_SUBJECTS else ""
    return noted(figure, f"Means over subjects{bands}. {note}")


def alternatives(
    *, series: Path, exams: list[Path], table: list[Path], threshold: float, **how: Unpack[Measured]
) -> None:
    """Write what other choices of the open points give, the means over the exams that have them."""
    measured = read_exams(exams, ["chosen", *GAINS])
    shown = ("mcpd_db", "mcpd_over_alone_db", "axial_transform_db")
    columns = {
        "chosen": Column("Chosen", text=True),
        "in_volume": Column("Slices in the volume", ".1f"),
        **{name: GAIN_COLUMNS[name] for name in shown},
        **SUBJECTS,
    }
    means = summarise(measured, ["chosen"], ["in_volume", *shown])
    note = interval_note(note_of(series, how), measured["subject"].nunique())
    caption = "Gains under other choices of what the paper leaves open"
    write_table(Table("alternatives", caption, f"{note}. T = {threshold:g}", means, columns), table)


def laws(
    *,
    series: Path,
    spacing: list[Path],
    rate_law: list[Path],
    spacing_table: list[Path],
    rate_table: list[Path],
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
    turns = said_turns(turning_points(of_spacing, list(TITLES)))
    write_table(against_spacing(means, turns, f"{note}. T = {threshold:g}"), spacing_table)
    write_table(against_rate(at_rates, note), rate_table)
    write_figure(lambda: draw_laws(means, at_rates, f"{note_of(series)}. T = {threshold:g}"), figure)
