"""The audit: the paper's claims beside our measurements, and every reading of what it leaves open."""

from pathlib import Path
from typing import Unpack

import pandas as pd

from wdr_mcpd.coherence import select
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.tables import lay_out, write_tables
from wdr_mcpd.study.frames import read_csv, read_exams, subject_of
from wdr_mcpd.study.measured import Inputs, is_paper_collection, measure_claims
from wdr_mcpd.study.paper_claims import read_claims, read_paper_tables
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.readings import readings_table
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS
from wdr_mcpd.study.verdicts import OUT_OF_SCOPE, RULE_TEXT, counted
from wdr_mcpd.study.verdicts import audit as judge


def audit(
    *,
    series: Path,
    quality: list[Path],
    mcpd: list[Path],
    grid: list[Path],
    chosen: Path,
    claims: Path,
    paper: list[Path],
    tables: list[Path],
    table_rate: float,
    threshold: float,
    mcpd_unit: str,
    **how: Unpack[Measured],
) -> None:
    """Judge every claim, and write the claims, those about the literature last, and the readings."""
    cohort = read_series_table(series)
    subjects = len({one.patient_id for one in cohort})
    column = f"mcpd_{mcpd_unit}"
    slices = pd.concat(
        read_csv(path, ["slice", column]).assign(exam=path.stem, subject=subject_of(path.stem))
        for path in sorted(mcpd)
    ).rename(columns={column: "mcpd"})
    slices["selected"] = select(slices["mcpd"].to_numpy(), threshold)
    readings = read_exams(grid, ["quantity", "share_in_paper_range"])
    inputs = Inputs(read_exams(quality, COLUMNS), slices, readings, read_csv(chosen, ["objective"]), cohort)
    ranges = readings_table(readings)
    printed, measured = read_paper_tables(paper[0].parent), measure_claims(inputs, table_rate)
    judged = judge(read_claims(claims), printed, measured, ranges, is_paper_collection(cohort), subjects)
    judged = judged.sort_values("verdict", key=lambda verdicts: verdicts == OUT_OF_SCOPE, kind="stable")
    said = {"claims": len(judged), "counted": counted(judged["verdict"]), "enough": ENOUGH_SUBJECTS}
    note = f"{note_of(series)}. {table_rate:g} bpv"
    write_tables(
        tables,
        lay_out(__file__, "readings", ranges, note=interval_note(note_of(series, how), subjects)),
        lay_out(__file__, "claims", judged, note=note, rule=RULE_TEXT.strip(), **said),
    )
