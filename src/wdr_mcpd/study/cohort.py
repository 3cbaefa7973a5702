"""What every table and figure must say about the exams behind it."""

from collections import Counter
from collections.abc import Sequence

from wdr_mcpd.data.series import Series

KINDS = {
    "sample": "sample data, not the paper's collection",
    "synthetic": "synthetic head phantom, not patients",
}


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
    return ", ".join([_count(len(exams), "subject"), each, *kinds])


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
