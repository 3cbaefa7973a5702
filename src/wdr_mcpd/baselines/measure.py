"""Today's codecs on the slices of an exam, measured as our methods are, and curves of both."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs import CODECS, RateSearch
from wdr_mcpd.progress import steps
from wdr_mcpd.study.metrics import Reading
from wdr_mcpd.study.quality import COLUMNS, measure_volume

OUR_LABELS = {
    "3d-wdr-cc": "3D-WDR-CC",
    "3d-wdr-auto": "3D-WDR, axial by content",
    "3d-wdr": "3D-WDR",
    "3d-wdr-mcpd": "3D-WDR-MCPD",
    "2d-wdr": "2D-WDR",
}
"""Our methods as people name them, the best first."""
BESIDE_REFERENCE = {
    "QccPack 3D-WDR, 3 axial": "3d-wdr",
    "QccPack 3D-WDR, 0 axial": "3d-wdr-flat",
    "QccPack 3D-WDR, dyadic 5": "3d-wdr-dyadic",
    "QccPack 2D-WDR": "2d-wdr",
}
"""Settings of the reference implementation, as resources/anchors names them: ours of the same transform."""
LABELS = OUR_LABELS | {name: codec.label for name, codec in CODECS.items()}
LOSSLESS_LABELS = LABELS | {
    "jpeg2000-slices-quality": "JPEG 2000, slices",
    "htj2k-slices": "HTJ2K, slices",
}
"""Names where nothing is lost, so that no rate or step can be equal."""


def refusal(name: str, original: NDArray[Any]) -> str | None:
    """Say why a codec codes nothing of a volume (not installed, too many bits), or None if it does."""
    codec = CODECS[name]
    return codec.missing() or codec.refusal(original)


def measure_codec(
    exam: str,
    name: str,
    original: NDArray[Any],
    rates: Sequence[float],
    reading: Reading,
    mask: NDArray[np.bool_] | None = None,
) -> tuple[pd.DataFrame, str]:
    """Code the slices with one codec within 1 % of each rate, decode, and measure every slice.

    Parameters
    ----------
    exam : name of the rows
    name : of the codec
    original : ndarray (slice, row, column)
    rates : bits per voxel
    reading : peak, range and window
    mask : ndarray (slice, row, column) bool, the tumour where it is known

    Returns
    -------
    DataFrame
        As `wdr_mcpd.study.quality.measure_stream` gives it for our methods; a rate that the codec does not
        reach has no rows.
    str
        Which rates are not there and why; empty if all are.
    """
    codec = CODECS[name]
    if reason := refusal(name, original):
        return pd.DataFrame(columns=COLUMNS), reason
    search = RateSearch(codec, original)
    frames, absent = [], []
    for rate in steps(sorted(rates), "rate"):
        if (reached := search.reach(rate)) is None:
            absent.append(f"{rate:g}")
            continue
        setting, _, stream = reached
        measured = measure_volume(original, setting.decode(stream), reading, mask)
        frames.append(measured.assign(exam=exam, method=name, rate_bpv=rate, bytes=len(stream)))
    note = f"{codec.label}: cannot reach {', '.join(absent)} bits per voxel within 1 %" if absent else ""
    measured = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=COLUMNS)
    return measured[COLUMNS], note


def curves(exams: pd.DataFrame, voxels: Mapping[str, int]) -> pd.DataFrame:
    """Make rate curves of exams: the rate that was asked for, the rate really spent, the quality.

    Parameters
    ----------
    exams : as `wdr_mcpd.study.rates.exam_quality` gives them, of our methods and of codecs
    voxels : number of voxels of each exam's slices

    Returns
    -------
    DataFrame
        Columns exam, method, rate_bpv (asked), actual_bpv, psnr_db (pooled over the slices), ssim (mean over
        the slices), tumour_psnr_db (pooled over the tumour; NaN without one).
    """
    spent = 8 * exams["bytes"] / exams["exam"].map(voxels)
    named = exams.rename(columns={"exam_psnr_db": "psnr_db", "mean_ssim": "ssim"}).assign(actual_bpv=spent)
    return named[["exam", "method", "rate_bpv", "actual_bpv", "psnr_db", "ssim", "tumour_psnr_db"]]


def absent_points(
    curves: pd.DataFrame, names: Sequence[str], reasons: Mapping[tuple[str, str], str]
) -> list[str]:
    """Say of each codec which points of the curves it does not have, and why.

    Parameters
    ----------
    curves : columns exam, method, rate_bpv; every exam and rate occurs with one method at least
    names : of the codecs
    reasons : why a codec codes nothing of an exam, by exam and codec

    Returns
    -------
    list of str
        One line per codec and reason, with its exams; empty if nothing is absent.
    """
    exams, rates = curves["exam"].unique(), sorted(curves["rate_bpv"].unique())
    lines: dict[str, list[str]] = {}
    for name in names:
        of_codec = curves[curves["method"] == name]
        for exam in exams:
            there = set(of_codec.loc[of_codec["exam"] == exam, "rate_bpv"])
            missed = ", ".join(f"{rate:g}" for rate in rates if rate not in there)
            if missed:
                line = f"{LABELS[name]}: not within 1 % of {missed} bits per voxel"
                lines.setdefault(reasons.get((exam, name), line), []).append(exam)
    return [f"{line} ({', '.join(exams)})" for line, exams in lines.items()]


def with_mean(curves: pd.DataFrame, alone: bool = False) -> pd.DataFrame:
    """Add the mean over the exams where there are several, as an exam of its own; or give it alone.

    A point is only averaged if every exam has it, so that no mean is over the easy exams.
    """
    count = curves["exam"].nunique()
    if count < 2:
        return curves
    points = curves.groupby(["method", "rate_bpv"], sort=False)
    everywhere = points["exam"].nunique() == count
    mean = points.mean(numeric_only=True)[everywhere].reset_index().assign(exam=f"mean of {count} exams")
    return mean if alone else pd.concat([curves, mean], ignore_index=True)


def mean_of_exams(lossless: pd.DataFrame) -> pd.DataFrame:
    """Average bits per voxel (exam, method, bpv) over the exams, of the methods that coded all of them."""
    count = lossless["exam"].nunique()
    by_method = lossless.groupby("method", sort=False)
    everywhere = by_method["exam"].nunique() == count
    return by_method["bpv"].mean()[everywhere].reset_index().assign(exam=f"mean of {count} exams")
