"""How the study's time grows with the number of exams: twice the exams should take twice the time."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
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

EXAMS = (2, 4, 8, 16)
SLICES, SIZE = 20, 128
RATES = (0.1, 0.25, 0.5, 1.0, 2.0)
THRESHOLD, RATE, FOLDS, MIN_SELECTED, SEED = 0.5, 1.0, 5, 3, 1
SETTINGS = Settings(axial_levels=3)
Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def study_growth(exams: Sequence[int] = EXAMS, slices: int = SLICES, size: int = SIZE) -> pd.DataFrame:
    """Time the study of ever larger cohorts of synthetic heads, two exams a subject, on one core.

    Parameters
    ----------
    exams : sizes of the cohorts, rising
    slices, size : of each exam

    Returns
    -------
    DataFrame
        Per cohort: processor seconds to measure the exams (sweep, whole exam, readings), those to join them
        (tables, cross-validation), both together per exam, and how many times longer than the cohort before.
    """
    heads = [phantom(i // 2 + 1, i % 2 + 1, slices=slices, size=size) for i in range(max(exams))]
    rows: list[dict[str, Any]] = []
    with one_core():
        _join([_measure(0, heads[0])])  # loads and compiles what is timed
        for count in exams:
            start = time.process_time()
            measured = [_measure(i, head) for i, head in enumerate(heads[:count])]
            between = time.process_time()
            _join(measured)
            end = time.process_time()
            rows.append(
                {
                    "exams": count,
                    "slices": slices,
                    "rows": size,
                    "columns": size,
                    "measuring_s": between - start,
                    "joining_s": end - between,
                    "s_per_exam": (end - start) / count,
                    "times_the_cohort_before": (end - start) / rows[-1]["total_s"] if rows else np.nan,
                    "total_s": end - start,
                }
            )
    return pd.DataFrame(rows)


def _measure(number: int, head: Volume) -> Frames:
    exam, voxels = f"s{number // 2}_{number % 2 + 1}", head.voxels
    average = average_mcpd(voxels)
    thresholds = thresholds_of({"start": 0.2, "stop": 1.2, "num": 101}, THRESHOLD)
    selected = select(average, THRESHOLD)
    frames = (
        sweep(exam, voxels, average, "std", thresholds, RATES, SETTINGS, 65535),
        whole_exam(exam, voxels, selected, RATES, SETTINGS, Reading()),
        readings(exam, voxels, average, THRESHOLD, "std", "following", RATE, {}),
    )
    first, second, third = (frame.assign(subject=f"s{number // 2}") for frame in frames)
    return first, second, third


def _join(measured: Sequence[Frames]) -> None:
    swept, whole, read = (pd.concat(frames, ignore_index=True) for frames in zip(*measured, strict=True))
    thresholds_table(swept)
    at_one = at_rate(swept, RATE)
    folds = assign_folds(at_one, FOLDS, SEED)
    crossval_table(*cross_validate(at_one, folds, THRESHOLD, MIN_SELECTED))
    whole_exam_table(whole)
    decomposition_table(whole)
    readings_table(read)
