"""What stands under every table and figure: whose exams these are, and how they were measured."""

from pathlib import Path
from typing import TypedDict

from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.study.cohort import cohort_note
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS

INTERVALS = "In brackets the 95 % bootstrap interval of the mean over subjects"


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
    """Say what the intervals are, and what they cannot be where there are few subjects."""
    if subjects < 2:
        return f"{note}. One subject has no interval"
    return f"{note}. {INTERVALS}{few_subjects(subjects)}"


def few_subjects(subjects: int) -> str:
    """Say what an interval over few subjects cannot be; empty where there are enough."""
    if subjects >= ENOUGH_SUBJECTS:
        return ""
    return f"; with {subjects} subjects this shows how they differ, not how a population does"


def bars_note(marks: str, subjects: int) -> str:
    """Say what bars or bands of a figure are, as far as the subjects behind them allow."""
    if subjects < 2:
        return "One subject has no interval"
    return f"{marks}: 95 % bootstrap intervals of the mean over subjects{few_subjects(subjects)}"
