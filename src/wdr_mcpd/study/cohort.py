"""What every table and figure must say about the exams behind it."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from wdr_mcpd.data.series import Series
from wdr_mcpd.methods import METHODS
from wdr_mcpd.study.frames import subject_of

KINDS = {
    "sample": "sample data, not the paper's collection",
    "synthetic": "synthetic head phantom, not patients",
}
HELD_OUT = {"open_ms": ("patient12", "patient20"), "ds000011": ("sub-04", "sub-09", "sub-14")}
"""Collections that numbers of 3D-WDR-CC were fitted on, and the subjects on whom nothing was fitted or
chosen."""
GROUPED = ("T1w", "T1W", "inplaneT2")
"""Sequences on which groupings are searched: slices 1.3, 3.0 and 5.0 mm apart, one to four minutes each."""


def learnt_from(table: Sequence[Series]) -> list[Series]:
    """Give the exams of subjects on whom 3D-WDR-CC may have been fitted: its gain there is no evidence."""
    return [one for one in table if one.patient_id not in HELD_OUT.get(one.collection, (one.patient_id,))]


def scored(measured: pd.DataFrame, table: Sequence[Series]) -> pd.DataFrame:
    """Leave the gains of 3D-WDR-CC on such exams out of rows of `study.controls` or `study.laws`."""
    fitted = measured["exam"].isin([one.exam_id for one in learnt_from(table)])
    if "control" in measured:
        return measured[~(fitted & (measured["control"] == METHODS["3d-wdr-cc"].label))]
    return measured.assign(coherent_db=measured["coherent_db"].mask(fitted))


def first_exams(exams: Sequence[str]) -> list[str]:
    """Give the first exam of each person."""
    return pd.Series(exams).groupby(list(map(subject_of, exams)), sort=False).first().tolist()


def grouped_exams(exams: Sequence[str], sequence: str) -> list[str]:
    """Give the exam of a cohort on which groupings are searched: the first one of a sequence of `GROUPED`."""
    return first_exams(exams)[: int(sequence in GROUPED)]


def cohort_note(table: Sequence[Series]) -> str:
    """Say how many subjects and exams there are, and what kind of data they are.

    Parameters
    ----------
    table
        Series table of the run, one row per exam.

    Returns
    -------
    str
        For example "2 subjects, 1 exam each, sample data, not the paper's collection".
    """
    exams = Counter(series.patient_id for series in table)
    numbers = sorted(set(exams.values()))
    each = f"{_count(numbers[0], 'exam')} each" if len(numbers) == 1 else _count(len(table), "exam")
    kinds = sorted({KINDS.get(series.source, f"collection {series.collection}") for series in table})
    fitted = {one.patient_id for one in learnt_from(table)}
    learnt = [f"3D-WDR-CC may have been fitted on {len(fitted)} of them"] if fitted else []
    return ", ".join([_count(len(exams), "subject"), each, *kinds, *learnt])


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
