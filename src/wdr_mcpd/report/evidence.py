"""What other choices and groupings of slices gain: random draws, runs, rules and an upper bound."""

from pathlib import Path
from typing import Unpack

import pandas as pd

from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.style import write_figure
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.report.columns import SUBJECTS
from wdr_mcpd.report.controls import draw_standing
from wdr_mcpd.study.controls import PROPOSED, ease, standing
from wdr_mcpd.study.frames import at_rate, read_exams, write_csv
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.statistics import summarise

DRAWN = {"random": "at random", "contiguous": "every contiguous run"}


def among_draws(data: pd.DataFrame, note: str) -> Table:
    """The MCPD's choice among other choices of as many slices."""
    columns = {
        "in_volume": Column("Slices", ".0f"),
        "kind": Column("Chosen", text=True),
        "draws": Column("Choices", ".0f"),
        "mcpd_gain_db": Column("MCPD's (dB)", "+.2f"),
        "smallest_db": Column("Smallest (dB)", "+.2f"),
        "median_db": Column("Median (dB)", "+.2f"),
        "largest_db": Column("Largest (dB)", "+.2f"),
        "share_below": Column("Choices that gain less", ".0%"),
        "share_below_selected": Column("on the chosen slices", ".0%"),
        "ease_spearman": Column("Rank correlation of MCPD and 2D PSNR", "+.2f"),
    }
    caption = "The slices that the MCPD chooses among other choices of as many"
    explained = (
        f"{note}. Gains over 3D-WDR on the whole exam, at equal total bits, and on those slices. The last "
        "column is Spearman's, over the slices of the exam: a small MCPD marks slices that are easy alone"
    )
    return Table("standing", caption, explained, data.replace({"kind": DRAWN}), columns)


def bound_of_groupings(data: pd.DataFrame, note: str) -> Table:
    """Rules of similarity beside the best partitions found."""
    columns = {
        "axial_levels": Column("Axial levels", text=True),
        "grouping": Column("Slices grouped by", text=True),
        "groups": Column("Groups", ".1f"),
        "slices_in_volumes": Column("Slices in volumes", ".1f"),
        "exam_psnr_db": Column("PSNR of the exam (dB)", ".2f", interval=True),
        "gain_over_alone_db": Column("over every slice alone (dB)", "+.2f", interval=True),
        **SUBJECTS,
    }
    caption = "How much any grouping of the slices can win"
    explained = (
        f"{note}. Bits are shared at equal slope. Best contiguous runs: dynamic programming over all "
        "partitions into runs; best by merging any: the pair that saves most is merged until none saves. "
        "Both search on curves between measured points, so that a rule may pass them by some hundredths of a "
        "dB; each row was coded as one file and decoded"
    )
    return Table("groupings", caption, explained, data, columns)


def evidence(
    *,
    series: Path,
    controls: list[Path],
    draws: list[Path],
    groupings: list[Path],
    mcpd: list[Path],
    alone: list[Path],
    standing_table: list[Path],
    standing_figure: list[Path],
    groupings_table: list[Path],
    joined: Path,
    table_rate: float,
    mcpd_unit: str,
    **how: Unpack[Measured],
) -> None:
    """Write the tables and the figure of all exams, and the groupings of each exam together."""
    measured, drawn = read_exams(controls, ["control"]), read_exams(draws, ["kind", "in_volume"])
    shown = f"{note_of(series)}. {table_rate:g} bpv"
    psnr = dict(iter(at_rate(read_exams(alone, COLUMNS), table_rate).groupby("exam")["psnr_db"]))
    correlation = {
        path.stem: ease(read_average(path, mcpd_unit), psnr[path.stem].to_numpy()) for path in mcpd
    }
    among = standing(measured, drawn)
    among["ease_spearman"] = among["exam"].map(correlation)
    write_table(among_draws(among, shown), standing_table)
    selected = measured.loc[measured["control"] == PROPOSED, ["exam", "in_volume"]]
    same_size = drawn.merge(selected, on=["exam", "in_volume"])
    write_figure(lambda: draw_standing(measured, same_size, shown), standing_figure)
    grouped = read_exams(groupings, ["grouping", "gain_over_alone_db"])
    write_csv(grouped, joined)
    values = ["groups", "slices_in_volumes", "exam_psnr_db", "gain_over_alone_db"]
    means = summarise(grouped, ["axial_levels", "grouping"], values)
    note = interval_note(note_of(series, how), grouped["subject"].nunique())
    write_table(bound_of_groupings(means, note), groupings_table)
