"""The audit: the paper's claims beside our measurements, and every reading of what it leaves open."""

from pathlib import Path
from typing import Unpack

import pandas as pd

from wdr_mcpd.coherence import select
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.render.notes import Measured, interval_note, note_of
from wdr_mcpd.render.tables import Column, Table, write_table
from wdr_mcpd.study.claims import OUT_OF_SCOPE, RULE_TEXT, counted
from wdr_mcpd.study.claims import audit as judge
from wdr_mcpd.study.frames import read_csv, read_exams, subject_of
from wdr_mcpd.study.measured import Inputs, is_paper_collection, measure_claims
from wdr_mcpd.study.paper_claims import read_claims, read_paper_tables
from wdr_mcpd.study.quality import COLUMNS
from wdr_mcpd.study.readings import readings_table as table_of_readings
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS

QUANTITIES = {
    "psnr_3d_wdr": "PSNR, 3D-WDR",
    "ssim_3d_wdr": "SSIM, 3D-WDR",
    "psnr_selected": "PSNR, selected slices",
    "ssim_selected": "SSIM, selected slices",
    "mcpd": "average MCPD",
    "significant_bits": "bits that the values need",
    "ratio_allocated": "ratio to the bits allocated",
    "ratio_significant": "ratio to the bits needed",
    "lossless_ratio_allocated": "lossless ratio to the bits allocated",
    "lossless_ratio_significant": "lossless ratio to the bits needed",
}
"""Names of what readings measure."""


def every_reading(data: pd.DataFrame, note: str) -> Table:
    """Every reading of the open points beside the paper's ranges."""
    columns = {
        "quantity": Column("Quantity", text=True, names=QUANTITIES),
        "unit": Column("Unit", text=True),
        "transform": Column("Transform", text=True),
        "values": Column("Values", text=True),
        "psnr_peak": Column("Peak", text=True),
        "ssim_range": Column("Range", text=True),
        "ssim_window": Column("Window", text=True),
        "mcpd_unit": Column("MCPD unit", text=True),
        "smallest": Column("Smallest", ".4g"),
        "median": Column("Median", ".4g"),
        "largest": Column("Largest", ".4g"),
        "paper_low": Column("Paper, from", "g"),
        "paper_high": Column("Paper, to", "g"),
        "share_in_paper_range": Column("Slices in the paper's range", ".0%"),
    }
    caption = "Readings of what the paper leaves open, beside the paper's ranges"
    return Table("readings", caption, note, data, columns)


def judged_claims(data: pd.DataFrame, note: str) -> Table:
    """The audit of the paper's claims, those about the literature last."""
    data = data.sort_values("verdict", key=lambda verdicts: verdicts == OUT_OF_SCOPE, kind="stable")
    columns = {
        "place": Column("Place", text=True),
        "statement": Column("Claim", text=True),
        "paper_low": Column("Paper, from", "g"),
        "paper_high": Column("to", "g"),
        "measured": Column("Measured", ".4g", interval=True),
        "unit": Column("Unit", text=True),
        "verdict": Column("Verdict", text=True),
        "reason": Column("Why", text=True),
        "control": Column("Decided by", text=True),
        "control_measured": Column("Gain against it, or its value", ".4g", interval=True),
        "best_reading": Column("Reading that fits best", text=True),
        "best_reading_share_in_range": Column("Slices in range under it", ".0%"),
    }
    brackets = (
        "In brackets the smallest and largest slice for ranges and largest values, the ends of the plateaus "
        f"for thresholds, else the 95 % t interval over subjects, from {ENOUGH_SUBJECTS} on"
    )
    summary = f"{note}. {len(data)} claims: {counted(data['verdict'])}. {brackets}"
    caption = "Claims of the paper, what we measured, and the verdict"
    explanation = f"## The rule of the verdicts\n\n{RULE_TEXT}".strip()
    return Table("claims", caption, summary, data, columns, explanation=explanation)


def audit(
    *,
    series: Path,
    quality: list[Path],
    mcpd: list[Path],
    grid: list[Path],
    chosen: Path,
    claims: Path,
    paper: list[Path],
    claims_table: list[Path],
    readings_table: list[Path],
    table_rate: float,
    threshold: float,
    mcpd_unit: str,
    **how: Unpack[Measured],
) -> None:
    """Judge every claim, and write the claims and the readings."""
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
    ranges = table_of_readings(readings)
    judged = judge(
        read_claims(claims),
        read_paper_tables(paper[0].parent),
        measure_claims(inputs, table_rate),
        ranges,
        is_paper_collection(cohort),
        subjects,
    )
    write_table(every_reading(ranges, interval_note(note_of(series, how), subjects)), readings_table)
    write_table(judged_claims(judged, f"{note_of(series)}. {table_rate:g} bpv"), claims_table)
