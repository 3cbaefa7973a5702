"""Quality against rate, of exams and of their tumours: means over subjects, Bjontegaard differences."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wdr_mcpd.methods import BASELINE
from wdr_mcpd.study.metrics import gain_db
from wdr_mcpd.study.statistics import bjontegaard_psnr, bjontegaard_rate, summarise

WHOLE = ["exam_psnr_db", "mean_slice_psnr_db", "mean_ssim"]
GAIN = "exam_gain_db"
TUMOUR = ["tumour_psnr_db", "tumour_ssim"]


def at_log_rate(rates: ArrayLike, quality: ArrayLike, at: ArrayLike) -> NDArray[np.float64]:
    """Read a curve between its points, linear in the logarithm of the rate, and beyond them along its ends.

    Parameters
    ----------
    rates, quality : points of the curve, two at least, rates rising
    at : rates at which it is read
    """
    return _line(np.log(np.asarray(rates)), np.asarray(quality, np.float64), np.log(np.asarray(at)))


def rate_reaching(rates: ArrayLike, quality: ArrayLike, target: float) -> float:
    """Smallest rate at which a curve reaches a quality, read as by `at_log_rate`.

    A target that the first point already meets gets that point's rate; one that no point meets gets NaN.
    """
    best = np.maximum.accumulate(np.asarray(quality, np.float64))
    place = int(np.searchsorted(best, target))
    if place in (0, len(best)):
        return float("nan") if place else float(np.asarray(rates)[0])
    around = slice(place - 1, place + 1)
    return float(np.exp(_line(best[around], np.log(np.asarray(rates)[around]), target)))


def _line(x: NDArray[np.float64], y: NDArray[np.float64], at: Any) -> NDArray[np.float64]:
    right = np.clip(np.searchsorted(x, at), 1, len(x) - 1)
    slope = (y[right] - y[right - 1]) / (x[right] - x[right - 1])
    return np.asarray(y[right - 1] + slope * (at - x[right - 1]))


def pooled(psnr: pd.Series, voxels: pd.Series) -> float:
    """PSNR in decibels over several regions together, from the PSNR and the number of voxels of each."""
    counted = voxels.to_numpy(dtype=np.float64) > 0
    if not counted.any():
        return float("nan")
    errors = 10 ** (-psnr.to_numpy(dtype=np.float64)[counted] / 10)  # mean squared error over squared peak
    mean = np.average(errors, weights=voxels.to_numpy(dtype=np.float64)[counted])
    return float(-10 * np.log10(mean)) if mean > 0 else float("inf")


def exam_quality(quality: pd.DataFrame) -> pd.DataFrame:
    """Quality of each exam, method and rate from that of its slices.

    Parameters
    ----------
    quality : rows of `study.quality`, one per slice, with a column `subject`

    Returns
    -------
    DataFrame
        `exam_psnr_db` pools the squared errors of all slices, `mean_slice_psnr_db` and `mean_ssim` are means
        over slices; `tumour_psnr_db` pools over the tumour's voxels and `tumour_ssim` weighs slices by them
        (NaN where the exam has no tumour).
    """
    rows = []
    for key, group in quality.groupby(["subject", "exam", "method", "rate_bpv"], sort=False):
        assert isinstance(key, tuple)
        voxels = group["tumour_voxels"].fillna(0)
        weighted = (group["tumour_ssim"] * voxels).sum() / voxels.sum() if voxels.sum() else float("nan")
        rows.append(
            (
                *(*key, int(group["bytes"].iloc[0])),
                pooled(group["psnr_db"], pd.Series(np.ones(len(group)))),
                *(group["psnr_db"].mean(), group["ssim"].mean()),
                *(pooled(group["tumour_psnr_db"], voxels), weighted),
            )
        )
    return pd.DataFrame(rows, columns=["subject", "exam", "method", "rate_bpv", "bytes", *WHOLE, *TUMOUR])


def rates_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Mean quality over subjects of each method and rate, and the gain over 3D-WDR in the same exam."""
    return summarise(with_gain(exams), ["method", "rate_bpv"], [*WHOLE, GAIN])


def with_gain(exams: pd.DataFrame) -> pd.DataFrame:
    """Add `exam_gain_db`, the exam's PSNR less that of 3D-WDR at the same rate (NaN without 3D-WDR)."""
    keys = ["exam", "rate_bpv"]
    anchor = exams.loc[exams["method"] == BASELINE, [*keys, "exam_psnr_db"]]
    joined = exams.merge(anchor, on=keys, how="left", suffixes=("", "_anchor"), validate="m:1")
    return exams.assign(**{GAIN: gain_db(joined["exam_psnr_db"], joined["exam_psnr_db_anchor"])})


def tumour_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Mean quality inside the tumour beside that of the whole exam, over the exams that have a tumour."""
    with_tumour = exams[exams["tumour_psnr_db"].notna()]
    values = [*TUMOUR, "exam_psnr_db", "mean_ssim", "tumour_minus_exam_db"]
    with_tumour = with_tumour.assign(
        tumour_minus_exam_db=gain_db(with_tumour["tumour_psnr_db"], with_tumour["exam_psnr_db"])
    )
    return summarise(with_tumour, ["method", "rate_bpv"], values)


def bjontegaard_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Bjontegaard differences of each method against 3D-WDR, per exam, then averaged over subjects.

    Returns
    -------
    DataFrame
        `bd_psnr_db` (positive: better at equal rate) and `bd_rate_percent` (negative: fewer bits at equal
        PSNR), both of the pooled PSNR of the exam; empty without the anchor.
    """
    rows = []
    for (subject, exam), group in exams.groupby(["subject", "exam"], sort=False):
        curves = {
            method: (c["rate_bpv"].tolist(), c["exam_psnr_db"].tolist())
            for method, c in group.groupby("method", sort=False)
        }
        if BASELINE not in curves:
            continue
        anchor = curves.pop(BASELINE)
        for method, curve in curves.items():
            differences = bjontegaard_psnr(*anchor, *curve), bjontegaard_rate(*anchor, *curve)
            rows.append((subject, exam, method, *differences))
    values = ["bd_psnr_db", "bd_rate_percent"]
    frame = pd.DataFrame(rows, columns=["subject", "exam", "method", *values])
    return summarise(frame, ["method"], values)
