"""What other choices and groupings of slices gain: random draws, runs, rules and an upper bound."""

from pathlib import Path
from typing import Unpack

from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.style import write_figure
from wdr_mcpd.render.tables import lay_out, write_tables
from wdr_mcpd.report.controls import draw_standing
from wdr_mcpd.study.controls import PROPOSED, ease, standing
from wdr_mcpd.study.frames import at_rate, read_exams, write_csv
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.statistics import summarise

DRAWN = {"random": "at random", "contiguous": "every contiguous run"}
OF_GROUPINGS = ["groups", "slices_in_volumes", "exam_psnr_db", "gain_over_alone_db"]


def evidence(
    *,
    series: Path,
    controls: list[Path],
    draws: list[Path],
    groupings: list[Path],
    mcpd: list[Path],
    alone: list[Path],
    tables: list[Path],
    figure: list[Path],
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
    among = standing(measured, drawn).replace({"kind": DRAWN})
    among["ease_spearman"] = among["exam"].map(correlation)
    selected = measured.loc[measured["control"] == PROPOSED, ["exam", "in_volume"]]
    same_size = drawn.merge(selected, on=["exam", "in_volume"])
    write_figure(lambda: draw_standing(measured, same_size, shown), figure)
    grouped = read_exams(groupings, ["grouping", "gain_over_alone_db"])
    write_csv(grouped, joined)
    means = summarise(grouped, ["axial_levels", "grouping"], OF_GROUPINGS)
    note = interval_note(note_of(series, how), grouped["subject"].nunique())
    write_tables(
        tables,
        lay_out(__file__, "standing", among, note=shown),
        lay_out(__file__, "groupings", means, note=note),
    )
