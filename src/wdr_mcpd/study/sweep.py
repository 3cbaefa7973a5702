"""Sweep of the MCPD threshold: one encoding for each distinct selection, never one for each threshold."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import average_mcpd, distinct_selections
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.defaults import REFERENCE, THRESHOLD, UNIT
from wdr_mcpd.files import as_written
from wdr_mcpd.study.coded import Coder
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import gain_db, peak_value
from wdr_mcpd.study.statistics import summarise

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
    rising = sorted(rates)
    coder = Coder(original, rising, peak_value(original, peak))
    of_everything, *measured = coder.all([(selected, settings) for selected in [everything, *selections]])
    rows = []
    for step, rate in enumerate(rising):
        baseline = of_everything[step]
        for threshold, which in zip(thresholds, index, strict=True):
            selected = selections[which]
            coded = measured[which][step]
            chosen, before = coded.mean_psnr_db(selected), baseline.mean_psnr_db(selected)
            whole, without = coded.exam_psnr_db, baseline.exam_psnr_db
            rows.append(
                (
                    *(exam, rate, threshold, mcpd_unit, int(selected.sum()), coded.size),
                    *(chosen, before, float(gain_db(chosen, before))),
                    *(whole, without, float(gain_db(whole, without)), len(coder.known)),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def sweep_of_volume(
    volume: NDArray[Any],
    thresholds: Mapping[str, float] | Sequence[float] | None = None,
    rates: Sequence[float] | None = None,
    *,
    threshold: float = THRESHOLD,
    mcpd_unit: str = UNIT,
    mcpd_reference: str = REFERENCE,
    psnr_peak: float | str = 65535,
    name: str = "volume",
    **coding: Any,
) -> pd.DataFrame:
    """Measure what each threshold selects in a volume and gains over 3D-WDR, at equal total bits.

    Parameters
    ----------
    volume : integer array (slice, row, column)
    thresholds : in `mcpd_unit`, a list, or `start`, `stop` and `num`; default 0.2 to 1.2 in steps of 0.01
    rates : bits per voxel; default 1
    threshold : always among the thresholds
    mcpd_unit, mcpd_reference : as of `wdr_mcpd.average_mcpd`
    psnr_peak : a number, or "max", the largest value of the volume
    name : of the volume, in the column exam
    **coding : fields of `wdr_mcpd.codec.Settings`

    Returns
    -------
    DataFrame
        As of `wdr_mcpd.study.sweep.sweep`: PSNR and gains in dB, one row per rate and threshold.

    Examples
    --------
    >>> gains = wdr_mcpd.sweep(volume, thresholds=[0.4, 0.5], rates=[1.0])  # doctest: +SKIP
    """
    average = average_mcpd(volume, mcpd_unit, mcpd_reference)
    asked = thresholds_of(thresholds or {"start": 0.2, "stop": 1.2, "num": 101}, threshold)
    settings = codec.Settings(**coding)
    return sweep(name, volume, average, mcpd_unit, asked, rates or [1.0], settings, psnr_peak)


def thresholds_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Mean over subjects of each rate and threshold, with intervals; gains of exams that select something."""
    values = ["selected_slices", "selected_psnr_db", "selected_gain_db", "exam_psnr_db", "exam_gain_db"]
    return summarise(exams, ["rate_bpv", "threshold_mcpd", "mcpd_unit"], values)


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
