"""Sweep of the MCPD threshold: one encoding for each distinct selection, never one for each threshold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import coding_groups, distinct_selections
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.files import as_written
from wdr_mcpd.progress import steps
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import gain_db, peak_value, psnr_of, squared_errors
from wdr_mcpd.study.statistics import Bootstrap, summarise

COLUMNS = [
    *("exam", "rate_bpv", "threshold_mcpd", "mcpd_unit", "selected_slices", "bytes"),
    *("selected_psnr_db", "selected_3d_wdr_psnr_db", "selected_gain_db"),
    *("exam_psnr_db", "exam_3d_wdr_psnr_db", "exam_gain_db", "encodings"),
]


def thresholds_of(thresholds: Mapping[str, float] | Sequence[float], threshold: float) -> list[float]:
    """Sort the thresholds of a sweep and the study's own, without doubles, with the digits that tables hold.

    Parameters
    ----------
    thresholds : a list, or `start`, `stop` and the number `num` of equal steps
    threshold : of the study, always among them
    """
    if isinstance(thresholds, Mapping):
        start, stop, num = (thresholds[key] for key in ("start", "stop", "num"))
        thresholds = np.linspace(start, stop, int(num)).tolist()
    return sorted({as_written(t) for t in [*thresholds, threshold]})


def sweep(
    exam: str,
    original: NDArray[Any],
    average: NDArray[np.float64],
    mcpd_unit: str,
    thresholds: Sequence[float],
    rates: Sequence[float],
    settings: codec.Settings,
    peak: float | str,
) -> pd.DataFrame:
    """Code the exam at each threshold's selection and measure it at each rate, always at equal total bits.

    Parameters
    ----------
    exam : name of the rows
    original : ndarray (slice, row, column)
    average : ndarray (slice,), average MCPD in `mcpd_unit`
    thresholds : in `mcpd_unit`, rising
    rates : bits per voxel; every group of slices gets the rate times its voxels
    settings : how each group is coded
    peak : peak of the PSNR

    Returns
    -------
    DataFrame
        One row per rate and threshold. `selected_*` are means over the selected slices' PSNRs (NaN where none
        is selected), `exam_*` the pooled PSNR of all slices; the gains are over 3D-WDR, all slices as one
        volume. `encodings` counts the encodings made for the whole sweep, 3D-WDR's included.
    """
    selections, index = distinct_selections(average, thresholds)
    everything = np.ones(len(original), dtype=bool)
    distinct = {selected.tobytes(): selected for selected in [everything, *selections]}
    measured = {
        key: _errors_by_rate(original, selected, rates, settings)
        for key, selected in steps(list(distinct.items()), "selection")
    }
    value, voxels = peak_value(original, peak), float(original[0].size)
    rows = []
    for step, rate in enumerate(sorted(rates)):
        baseline, _ = measured[everything.tobytes()][step]
        baseline_slices = psnr_of(baseline, voxels, value)
        baseline_exam = float(psnr_of(baseline.mean(), voxels, value))
        for threshold, which in zip(thresholds, index, strict=True):
            selected = selections[which]
            errors, size = measured[selected.tobytes()][step]
            chosen = _mean(psnr_of(errors, voxels, value)[selected])
            before = _mean(baseline_slices[selected])
            whole = float(psnr_of(errors.mean(), voxels, value))
            rows.append(
                (
                    *(exam, rate, threshold, mcpd_unit, int(selected.sum()), size),
                    *(chosen, before, float(gain_db(chosen, before))),
                    *(whole, baseline_exam, float(gain_db(whole, baseline_exam)), len(measured)),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def thresholds_table(exams: pd.DataFrame, bootstrap: Bootstrap) -> pd.DataFrame:
    """Mean over subjects of each rate and threshold, with intervals; gains of exams that select something."""
    values = ["selected_slices", "selected_psnr_db", "selected_gain_db", "exam_psnr_db", "exam_gain_db"]
    return summarise(exams, ["rate_bpv", "threshold_mcpd", "mcpd_unit"], values, bootstrap)


def _errors_by_rate(
    original: NDArray[Any], selected: NDArray[np.bool_], rates: Sequence[float], settings: codec.Settings
) -> list[tuple[NDArray[np.float64], int]]:
    """Squared errors of each slice and size of the file at each rate, rising, from one encoding."""
    stream = codec.encode(original, coding_groups(selected), settings, rate=max(rates))
    results = []
    for rate in sorted(rates):
        cut = codec.truncate(stream, rate=rate)
        errors, _ = squared_errors(original, codec.decode(cut))
        results.append((errors, len(cut)))
    return results


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def sweep_of_exam(
    *,
    volume: Path,
    mcpd: Path,
    out: Path,
    exam: str,
    thresholds: dict[str, float] | list[float],
    threshold: float,
    mcpd_unit: str,
    rates: list[float],
    coding: dict[str, Any],
    psnr_peak: float | str,
) -> None:
    """Step: the sweep of an exam; `coding` holds the fields of `codec.Settings`."""
    voxels, average = read_exam(volume).volume.voxels, read_average(mcpd, mcpd_unit)
    asked = thresholds_of(thresholds, threshold)
    settings = codec.Settings(**coding)
    write_csv(sweep(exam, voxels, average, mcpd_unit, asked, rates, settings, psnr_peak), out)
