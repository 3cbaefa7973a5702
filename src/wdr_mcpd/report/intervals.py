"""The study's tables as readers see them: which columns, under which titles, and what the numbers are."""

import pandas as pd

from wdr_mcpd.render.tables import Column, Table
from wdr_mcpd.study.claims import RULE_TEXT, counted
from wdr_mcpd.study.statistics import ENOUGH_SUBJECTS

SUBJECTS = {"subjects": Column("Subjects", ".0f")}
METHOD = {"method": Column("Method", text=True)}
RATE = {"rate_bpv": Column("Rate (bpv)", "g")}
EXAM_PSNR = {"exam_psnr_db": Column("PSNR of the exam (dB)", ".2f", interval=True)}
EXAM = EXAM_PSNR | {"exam_gain_db": Column("over 3D-WDR (dB)", "+.2f", interval=True)}
SLICES = {"mean_slice_psnr_db": Column("mean PSNR of the slices (dB)", ".2f", interval=True)}
SSIM = {"mean_ssim": Column("mean SSIM", ".4f", interval=True)}
INTERVALS = "In brackets the 95 % bootstrap interval of the mean over subjects"


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


def rates(data: pd.DataFrame, note: str) -> Table:
    """Quality of the whole exam against rate."""
    columns = METHOD | RATE | EXAM | SLICES | SSIM
    return Table("rates", "Quality of whole exams against rate", note, data, columns)


def bjontegaard(data: pd.DataFrame, note: str) -> Table:
    """Bjontegaard differences against 3D-WDR."""
    columns = {
        **METHOD,
        "bd_psnr_db": Column("BD-PSNR (dB)", "+.2f", interval=True),
        "bd_rate_percent": Column("BD-rate (%)", "+.1f", interval=True),
        **SUBJECTS,
    }
    return Table("bjontegaard", "Bjontegaard differences against 3D-WDR", note, data, columns)


def tumour(data: pd.DataFrame, note: str) -> Table:
    """Quality inside the tumour beside that of the whole exam."""
    columns = {
        **METHOD,
        **RATE,
        "tumour_psnr_db": Column("PSNR in the tumour (dB)", ".2f", interval=True),
        **EXAM_PSNR,
        "tumour_minus_exam_db": Column("difference (dB)", "+.2f", interval=True),
        "tumour_ssim": Column("SSIM in the tumour", ".4f", interval=True),
        "mean_ssim": Column("mean SSIM of the exam", ".4f", interval=True),
        **SUBJECTS,
    }
    return Table("tumour", "Quality inside the tumour and of the whole exam", note, data, columns)


def thresholds(data: pd.DataFrame, note: str) -> Table:
    """Threshold sweep: what each threshold selects and gains."""
    columns = {
        **RATE,
        "threshold_mcpd": Column("T", "g"),
        "selected_slices": Column("Selected slices", ".1f", interval=True),
        "selected_psnr_db": Column("PSNR of the selected (dB)", ".2f", interval=True),
        "selected_gain_db": Column("over 3D-WDR (dB)", "+.2f", interval=True),
        **EXAM_PSNR,
        "exam_gain_db": Column("over 3D-WDR (dB), exam", "+.2f", interval=True),
    }
    return Table("thresholds", "Threshold sweep at equal total bits", note, data, columns)


def crossval(data: pd.DataFrame, note: str) -> Table:
    """Cross-validated threshold of each objective, and what it gives subjects that did not choose it."""
    columns = {
        "objective": Column("Objective", text=True),
        "folds": Column("Folds", ".0f"),
        "threshold_mcpd": Column("Chosen T", ".3f"),
        "threshold_mcpd_min": Column("smallest", ".3f"),
        "threshold_mcpd_max": Column("largest", ".3f"),
        "guard_binds_folds": Column("Guard binds (folds)", ".0f"),
        "selected_gain_db": Column("Selected slices, held out (dB)", "+.2f", interval=True),
        "exam_gain_db": Column("Whole exam, held out (dB)", "+.2f", interval=True),
        "fixed_threshold_mcpd": Column("Fixed T", "g"),
        "selected_gain_db_at_fixed": Column("Selected slices at fixed T (dB)", "+.2f", interval=True),
        "exam_gain_db_at_fixed": Column("Whole exam at fixed T (dB)", "+.2f", interval=True),
    }
    shown = {name: column for name, column in columns.items() if name in data}
    return Table("crossval", "Cross-validation of the threshold, by subject", note, data, shown)


def whole_exam(data: pd.DataFrame, note: str) -> Table:
    """Ways to spend the bits of an exam."""
    columns = {
        **RATE,
        "scheme": Column("Scheme", text=True),
        **EXAM,
        **SLICES,
        "selected_psnr_db": Column("of the selected slices (dB)", ".2f", interval=True),
        **SSIM,
    }
    return Table("whole_exam", "The whole exam at equal total bits", note, data, columns)


def decomposition(data: pd.DataFrame, note: str) -> Table:
    """What the gain of 3D-WDR-MCPD over 3D-WDR is made of."""
    columns = {
        "region": Column("Measured on", text=True),
        **RATE,
        "allocation_db": Column("Allocation (dB)", "+.2f", interval=True),
        "grouping_db": Column("Grouping (dB)", "+.2f", interval=True),
        "axial_depth_db": Column("Axial depth (dB)", "+.2f", interval=True),
        "gain_db": Column("= Gain (dB)", "+.2f", interval=True),
    }
    explained = (
        f"{note}. Allocation: every group at the same rate instead of as 3D-WDR shares bits among slices. "
        "Grouping: the selected slices as one stream and each other slice as its own. Axial depth: an axial "
        "transform over the selected slices only instead of over all. Allocation is the last step; another "
        "order of steps would share the same gain out differently"
    )
    return Table("decomposition", "What the gain over 3D-WDR is made of", explained, data, columns)


def readings(data: pd.DataFrame, note: str) -> Table:
    """Every reading of the open points beside the paper's ranges."""
    columns = {
        "quantity": Column("Quantity", text=True),
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


def claims(data: pd.DataFrame, note: str) -> Table:
    """The audit of the paper's claims."""
    columns = {
        "place": Column("Place", text=True),
        "statement": Column("Claim", text=True),
        "paper_low": Column("Paper, from", "g"),
        "paper_high": Column("to", "g"),
        "measured": Column("Measured", ".4g", interval=True),
        "unit": Column("Unit", text=True),
        "verdict": Column("Verdict", text=True),
        "reason": Column("Why", text=True),
        "best_reading": Column("Reading that fits best", text=True),
        "best_reading_share_in_range": Column("Slices in range under it", ".0%"),
    }
    brackets = (
        "In brackets the smallest and largest slice for ranges and largest values, the smallest and largest "
        "fold for thresholds, else the 95 % interval over subjects, on which a verdict rests only from "
        f"{ENOUGH_SUBJECTS} subjects on"
    )
    summary = f"{note}. {len(data)} claims: {counted(data['verdict'])}. {brackets}"
    caption = "Claims of the paper, what we measured, and the verdict"
    explanation = f"## The rule of the verdicts\n\n{RULE_TEXT}".strip()
    return Table("claims", caption, summary, data, columns, explanation=explanation)
