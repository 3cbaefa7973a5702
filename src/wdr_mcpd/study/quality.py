"""Quality of one stream at every rate, measured on what its prefixes decode to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.data import read_exam
from wdr_mcpd.files import read_bytes
from wdr_mcpd.progress import steps
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import Reading, slice_psnr, slice_ssim

COLUMNS = [
    *("exam", "method", "rate_bpv", "slice", "psnr_db", "ssim"),
    *("tumour_voxels", "tumour_psnr_db", "tumour_ssim", "bytes"),
]


def measure_stream(
    exam: str,
    method: str,
    original: NDArray[Any],
    stream: bytes,
    rates: Sequence[float],
    reading: Reading,
    mask: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Cut the stream at each rate, decode what is left, and measure every slice.

    Parameters
    ----------
    exam, method : names of the rows
    original : ndarray (slice, row, column), the volume that the stream holds
    stream : encoded at the highest of the rates or above
    rates : bits per voxel
    reading : peak, range and window
    mask : ndarray (slice, row, column) bool, the tumour where it is known

    Returns
    -------
    DataFrame
        One row per rate (rising) and slice (counted from 1); `bytes` is the size of the cut file.
    """
    rows = []
    for rate in steps(sorted(rates), "rate"):
        cut = codec.truncate(stream, rate=rate)
        measured = measure_volume(original, codec.decode(cut), reading, mask)
        measured.insert(0, "rate_bpv", rate)
        rows.append(measured.assign(bytes=len(cut)))
    frame = pd.concat(rows, ignore_index=True)
    return frame.assign(exam=exam, method=method)[COLUMNS]


def measure_volume(
    original: NDArray[Any],
    decoded: NDArray[Any],
    reading: Reading,
    mask: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """PSNR and SSIM of every slice (rows, counted from 1), whole and inside the mask."""
    without = np.full(len(original), np.nan)
    window = reading.ssim_range, reading.ssim_window
    columns = {
        "slice": np.arange(1, len(original) + 1),
        "psnr_db": slice_psnr(original, decoded, reading.psnr_peak),
        "ssim": slice_ssim(original, decoded, *window),
        "tumour_voxels": without if mask is None else mask.sum(axis=(1, 2)),
        "tumour_psnr_db": without if mask is None else slice_psnr(original, decoded, reading.psnr_peak, mask),
        "tumour_ssim": without if mask is None else slice_ssim(original, decoded, *window, mask),
    }
    return pd.DataFrame(columns)


def quality(
    *,
    volume: Path,
    stream: Path,
    out: Path,
    exam: str,
    method: str,
    rates: list[float],
    psnr_peak: float | str,
    ssim_range: float | str,
    ssim_window: str,
) -> None:
    """Step: PSNR and SSIM of an exam's slices, decoded from a stream's prefixes at every rate."""
    slices = read_exam(volume).volume
    reading = Reading(psnr_peak, ssim_range, ssim_window)
    measured = measure_stream(exam, method, slices.voxels, read_bytes(stream), rates, reading, slices.mask)
    write_csv(measured, out)
