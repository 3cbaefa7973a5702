"""Cross-validation of the threshold, by subject."""

from pathlib import Path
from typing import Unpack

from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.tables import lay_out, write_table
from wdr_mcpd.study.crossval import assign_folds, cross_validate, crossval_table
from wdr_mcpd.study.frames import at_rate, read_exams, write_csv

SWEEP = ["rate_bpv", "threshold_mcpd", "selected_slices", "selected_gain_db", "exam_gain_db"]


def cross_validation(
    *,
    series: Path,
    sweep: list[Path],
    table: list[Path],
    assigned: Path,
    chosen: Path,
    held_out: Path,
    table_rate: float,
    threshold: float,
    folds: int,
    min_selected: int,
    objective: str,
    seed: int,
    **how: Unpack[Measured],
) -> None:
    """Write the table, its first row of the asked objective, and which subject was in which fold."""
    swept = at_rate(read_exams(sweep, SWEEP), table_rate)
    split = assign_folds(swept, folds, seed)
    best, outside = cross_validate(swept, split, threshold, min_selected)
    for frame, path in ((split, assigned), (best, chosen), (outside, held_out)):
        write_csv(frame, path)
    scheme = str(split["scheme"].iloc[0]) if len(split) else "one subject alone cannot be cross-validated"
    note = interval_note(note_of(series, how), swept["subject"].nunique())
    data = crossval_table(best, outside)
    data = data.sort_values("objective", key=lambda names: names != objective, kind="stable")
    note = f"{note}. {table_rate:g} bpv; gains over 3D-WDR; {scheme}"
    write_table(lay_out(__file__, "crossval", data, note=note), table)
