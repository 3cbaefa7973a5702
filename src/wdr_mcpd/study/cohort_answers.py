"""What the open cohorts answer, from the gains of the controls on each of their exams."""

from dataclasses import dataclass

import pandas as pd

from wdr_mcpd.study.controls import (
    ALONE,
    BASELINE,
    BY_CONTENT,
    COHERENT,
    EASIEST,
    NO_AXIAL,
    PROPOSED,
    REVERSED,
    standing,
)
from wdr_mcpd.study.frames import at_rate, subject_of, together
from wdr_mcpd.study.statistics import paired, summarise

QUESTIONS = {
    PROPOSED: f"{PROPOSED} over {BASELINE}",
    f"{PROPOSED} against {ALONE}": f"{PROPOSED} over every slice alone",
    ALONE: f"every slice alone over {BASELINE}",
    NO_AXIAL: f"no axial transform over {BASELINE}",
    BY_CONTENT: f"axial depth by content over {BASELINE}",
    "10 slices by MCPD": f"10 slices by MCPD over {BASELINE}",
    f"10 {EASIEST}": f"10 easiest slices over {BASELINE}",
    REVERSED: f"{PROPOSED} over {BASELINE}, stack reversed",
    COHERENT: f"{COHERENT} over {BASELINE} (held out)",
}
"""Controls that answer a question, and how it is put."""
DIFFERENCE_DB = 0.2
"""How large a gain is to be shown."""
CLEAR_DB = 0.1
"""A mean gain up to this is called none."""


GROUPED = {
    "one_volume_db": ["one volume"],
    "paper_db": ["MCPD, the paper's rule"],
    "rules_db": ["MCPD, repeated on what is left", "pairwise, from the first slice on", "clusters"],
    "searched_db": ["best contiguous runs", "best by merging any"],
}
"""Groupings of `study.grouping` of which the best gain over every slice alone is told."""


@dataclass(frozen=True)
class FewBits:
    """What open cohorts say of the smallest files.

    Attributes
    ----------
    rate : bits per voxel
    cohorts : how many there are
    axial, mcpd : of the axial transform over none and of 3D-WDR-MCPD over 3D-WDR: cohorts in which the mean
        gain is more than `clear_db`, smallest and largest mean gain
    """

    rate: float
    cohorts: int
    axial: tuple[int, float, float]
    mcpd: tuple[int, float, float]
    clear_db: float = CLEAR_DB


@dataclass(frozen=True)
class InCohorts:
    """What the open cohorts say, each of one sequence at one spacing."""

    people: str  # how many exams of how many people
    selected: tuple[float, float]  # fewest and most slices of 20 that T = 0.5 selects, means of the cohorts
    gain_db: tuple[float, float]  # smallest and largest mean gain of 3D-WDR-MCPD over 3D-WDR
    flat: tuple[tuple[float, float], ...]  # (mm, mean gain of no axial transform over 3D-WDR), rising
    few_bits: FewBits


def answers(controls: pd.DataFrame) -> pd.DataFrame:
    """Answer each question in each cohort, paired by subject.

    Parameters
    ----------
    controls : rows of `read_run` of the kind "controls"

    Returns
    -------
    DataFrame
        One row per cohort and question: spacing, slices selected, subjects, exams, mean gain with its
        interval, p values, and how many subjects would show 0.2 dB.
    """
    rows = []
    for cohort, of_cohort in controls.groupby("cohort", sort=False):
        selected = of_cohort.loc[of_cohort["control"] == PROPOSED].groupby("subject")
        what = selected[["spacing_mm", "in_volume", "median_mcpd"]].mean().mean()
        for control, question in QUESTIONS.items():
            of_control = of_cohort[of_cohort["control"] == control]
            if of_control.empty:
                continue
            found = paired(of_control["exam_gain_db"], of_control["subject"], DIFFERENCE_DB)
            size = (found.subjects, of_control["exam"].nunique())
            ends = (found.mean, found.low, found.high, found.t_p, found.sign_p, found.needed)
            rows.append((cohort, *what, question, *size, *ends))
    columns = ["cohort", "spacing_mm", "selected", "median_mcpd", "question", "subjects", "exams"]
    gains = ["exam_gain_db", "exam_gain_db_low", "exam_gain_db_high", "t_p", "sign_p", "needed"]
    return pd.DataFrame(rows, columns=[*columns, *gains])


def said_cohorts(data: pd.DataFrame) -> str:
    """Say how many exams of how many people there are; sequences of one data set share its people."""
    of_all = data.groupby("cohort", sort=False)[["subjects", "exams"]].max()
    sets = of_all.groupby(of_all.index.str.partition(" ").get_level_values(0))
    people = int(sets["subjects"].max().sum())
    return f"{int(of_all['exams'].sum())} exams of {people} people"


def among_choices(controls: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """Say for each cohort where ten slices chosen by MCPD stand among other choices of ten.

    Parameters
    ----------
    controls : rows of the controls with `cohort` and `subject`
    drawn : the same of `study.controls.draw`

    Returns
    -------
    DataFrame
        Means over subjects of the columns of `study.controls.standing`, by cohort and kind of choice.
    """
    found = [
        standing(controls[controls["cohort"] == cohort], rows).assign(cohort=cohort)
        for cohort, rows in drawn.groupby("cohort", sort=False)
    ]
    of_exams = together(found)
    of_exams["subject"] = of_exams["exam"].map(subject_of)
    values = ["draws", "mcpd_gain_db", "smallest_db", "median_db", "largest_db"]
    return summarise(of_exams, ["cohort", "kind"], [*values, "share_below", "share_below_selected"])


def best_groupings(grouped: pd.DataFrame) -> pd.DataFrame:
    """Give the gains of `GROUPED` over every slice alone by cohort and axial depth, means over subjects."""
    keys = ["cohort", "axial_levels", "subject", "exam"]
    gains = grouped.pivot(index=keys, columns="grouping", values="gain_over_alone_db")
    best = pd.DataFrame({name: gains[ways].max(axis=1) for name, ways in GROUPED.items()}).reset_index()
    order = pd.Categorical(best["cohort"], grouped["cohort"].unique())
    return summarise(best.assign(cohort=order).sort_values(keys), keys[:2], list(GROUPED))


def in_cohorts(cohorts: pd.DataFrame, rates: pd.DataFrame) -> InCohorts:
    """Compute what the open cohorts say from their tables `cohorts` and `cohorts-rates` as written to CSV."""

    def of(question: str) -> pd.DataFrame:
        return cohorts[cohorts["question"] == QUESTIONS[question]].sort_values("spacing_mm")

    proposed, flat = of(PROPOSED), of(NO_AXIAL)
    lowest = at_rate(rates, rates["rate_bpv"].min())
    gains = (lowest[f"{name}_db"] for name in ("axial_transform", "mcpd"))
    axial, mcpd = ((int((gain > CLEAR_DB).sum()), gain.min(), gain.max()) for gain in gains)
    return InCohorts(
        said_cohorts(cohorts),
        (proposed["selected"].min(), proposed["selected"].max()),
        (proposed["exam_gain_db"].min(), proposed["exam_gain_db"].max()),
        tuple(zip(flat["spacing_mm"], flat["exam_gain_db"], strict=True)),
        FewBits(rates["rate_bpv"].min(), len(lowest), axial, mcpd),
    )
