"""What stands under every table and figure: whose exams these are, and how they were measured."""

from pathlib import Path
from typing import TypedDict

from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.study.cohort import cohort_note
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS

INTERVALS = "In brackets the 95 % t interval of the mean over subjects"


class Measured(TypedDict):
    """The configuration's answers to what the paper leaves open."""

    psnr_peak: float | str
    ssim_range: float | str
    ssim_window: str
    decomposition: str
    in_plane_levels: int
    axial_levels: int | str


def note_of(series: Path, how: Measured | None = None) -> str:
    """Say what the exams of a series table are and, if given, how they were measured."""
    cohort = cohort_note(read_series_table(series))
    if how is None:
        return cohort
    return (
        f"{cohort}. PSNR with peak {how['psnr_peak']}, SSIM with range {how['ssim_range']} and window"
        f" {how['ssim_window']}; {how['decomposition']} transform, {how['in_plane_levels']} in-plane and"
        f" {how['axial_levels']} axial levels"
    )


def interval_note(note: str, subjects: int) -> str:
    """Say what the intervals are, or why there are none."""
    return f"{note}. {INTERVALS if subjects >= ENOUGH_SUBJECTS else few_subjects(subjects)}"


def few_subjects(subjects: int) -> str:
    """Say why there is no interval; empty where there are enough subjects for one."""
    if subjects >= ENOUGH_SUBJECTS:
        return ""
    said = "One subject has" if subjects == 1 else f"{subjects} subjects have"
    return f"{said} no interval: it is given from {ENOUGH_SUBJECTS} on"


def bars_note(marks: str, subjects: int) -> str:
    """Say what bars or bands of a figure are, or why there are none."""
    if subjects >= ENOUGH_SUBJECTS:
        return f"{marks}: 95 % t intervals of the mean over subjects"
    return few_subjects(subjects)
