"""How the study's time grows with the number of exams: twice the exams should take twice the time."""

import time
from collections.abc import Sequence

import pandas as pd

from wdr_mcpd.bench.harness import one_core
from wdr_mcpd.codec import Settings
from wdr_mcpd.coherence import average_mcpd, select
from wdr_mcpd.data import Volume
from wdr_mcpd.data.phantom import phantom
from wdr_mcpd.study.crossval import assign_folds, cross_validate, crossval_table
from wdr_mcpd.study.frames import at_rate
from wdr_mcpd.study.metrics import Reading
from wdr_mcpd.study.readings import readings, readings_table
from wdr_mcpd.study.sweep import sweep, thresholds_of, thresholds_table
from wdr_mcpd.study.whole_exam import decomposition_table, whole_exam, whole_exam_table

RATES = (0.1, 0.25, 0.5, 1.0, 2.0)
THRESHOLD, RATE, FOLDS, MIN_SELECTED, SEED = 0.5, 1.0, 5, 3, 1
SETTINGS = Settings(axial_levels=3)


def study_growth(exams: Sequence[int] = (2, 4, 8, 16), slices: int = 20, size: int = 128) -> pd.DataFrame:
    """Time the study of ever larger cohorts of synthetic heads, two exams a subject, on one core.

    Measuring is sweep, whole exam and readings of each exam; joining is tables and cross-validation.
    """
    heads = [phantom(i // 2 + 1, i % 2 + 1, slices=slices, size=size) for i in range(max(exams))]
    rows = []
    with one_core():
        _join([_measure(0, heads[0])])  # loads and compiles what is timed
        for count in exams:
            start = time.process_time()
            measured = [_measure(i, head) for i, head in enumerate(heads[:count])]
            between = time.process_time()
            _join(measured)
            rows.append((count, slices, size, size, between - start, time.process_time() - between))
    of_cohort = ["exams", "slices", "rows", "columns"]
    table = pd.DataFrame(rows, columns=[*of_cohort, "measuring_s", "joining_s"])
    total = table["measuring_s"] + table["joining_s"]
    before = total / total.shift()
    return table.assign(s_per_exam=total / table["exams"], times_the_cohort_before=before, total_s=total)


def _measure(number: int, head: Volume) -> list[pd.DataFrame]:
    exam, voxels = f"s{number // 2}_{number % 2 + 1}", head.voxels
    average = average_mcpd(voxels)
    thresholds = thresholds_of({"start": 0.2, "stop": 1.2, "num": 101}, THRESHOLD)
    frames = (
        sweep(exam, voxels, average, "std", thresholds, RATES, SETTINGS, 65535),
        whole_exam(exam, voxels, select(average, THRESHOLD), RATES, SETTINGS, Reading()),
        readings(exam, voxels, average, THRESHOLD, "std", "following", RATE, {}),
    )
    return [frame.assign(subject=f"s{number // 2}") for frame in frames]


def _join(measured: Sequence[Sequence[pd.DataFrame]]) -> None:
    swept, whole, read = (pd.concat(frames, ignore_index=True) for frames in zip(*measured, strict=True))
    thresholds_table(swept)
    at_one = at_rate(swept, RATE)
    folds = assign_folds(at_one, FOLDS, SEED)
    crossval_table(*cross_validate(at_one, folds, THRESHOLD, MIN_SELECTED))
    whole_exam_table(whole)
    decomposition_table(whole)
    readings_table(read)
