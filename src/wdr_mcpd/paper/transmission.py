"""Progressive transmission: how long a link takes until the received prefix has a given quality."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

LINKS_BIT_S = {"64 kbit/s": 64e3, "1 Mbit/s": 1e6, "10 Mbit/s": 10e6, "100 Mbit/s": 100e6}
SSIM_TARGETS = (0.90, 0.95, 0.98)


def mean_over_slices(quality: pd.DataFrame) -> pd.DataFrame:
    """Bytes of the prefix and mean SSIM over the slices, one row for each exam, method and rate.

    Parameters
    ----------
    quality : DataFrame
        Columns exam, method, rate_bpv, slice, ssim, bytes (of the whole prefix), from decoded prefixes.
    """
    groups = quality.groupby(["exam", "method", "rate_bpv"], sort=True)
    return groups.agg(bytes=("bytes", "first"), ssim=("ssim", "mean")).reset_index()


def bytes_needed(sizes: Sequence[float], qualities: Sequence[float], target: float) -> float:
    """Smallest number of bytes at which a stream reaches a quality.

    Between two measured prefixes the quality is taken as linear in the logarithm of the bytes. A target that
    the smallest measured prefix already meets gets that prefix's size; one that no prefix meets gets NaN.
    """
    order = np.argsort(sizes)
    size = np.asarray(sizes, dtype=np.float64)[order]
    best = np.maximum.accumulate(np.asarray(qualities, dtype=np.float64)[order])
    if target > best[-1]:
        return float("nan")
    at = int(np.searchsorted(best, target))
    if at == 0:
        return float(size[0])
    share = (target - best[at - 1]) / (best[at] - best[at - 1])
    return float(np.exp(np.interp(share, [0.0, 1.0], np.log(size[at - 1 : at + 1]))))


def transmission_table(quality: pd.DataFrame, voxels: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Mean time over the exams until the received slices have a mean SSIM of each target, per link.

    Parameters
    ----------
    quality : DataFrame
        As in `mean_over_slices`.
    voxels : dict
        For each exam its number of voxels and the bytes of one, for the row of the uncompressed exam.

    Returns
    -------
    DataFrame
        Columns method, ssim, exams, exams_that_reach_it, bytes, seconds_at_64_kbit_s, ...; bytes and seconds
        are means over the exams that reach the target, empty where none does.
    """
    curves = mean_over_slices(quality)
    rows = []
    for method, per_method in curves.groupby("method", sort=True):
        for target in SSIM_TARGETS:
            needed = [
                bytes_needed(exam["bytes"].to_list(), exam["ssim"].to_list(), target)
                for _, exam in per_method.groupby("exam", sort=True)
            ]
            reached = [size for size in needed if np.isfinite(size)]
            mean = float(np.mean(reached)) if reached else float("nan")
            rows.append(_row(str(method), target, len(needed), len(reached), mean))
    whole = [count * width for count, width in voxels.values()]
    rows.append(_row("uncompressed", 1.0, len(whole), len(whole), float(np.mean(whole))))
    return pd.DataFrame(rows)


def _row(method: str, target: float, exams: int, reached: int, size: float) -> dict[str, object]:
    seconds = {
        f"seconds_at_{name.lower().replace(' ', '_').replace('/', '_')}": round(8 * size / speed, 4)
        for name, speed in LINKS_BIT_S.items()
    }
    return {
        "method": method,
        "ssim": target,
        "exams": exams,
        "exams_that_reach_it": reached,
        "bytes": round(size, 0),
        **seconds,
    }
