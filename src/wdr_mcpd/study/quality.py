"""Quality of one stream at every rate, measured on what its prefixes decode to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.data import read_exam
from wdr_mcpd.files import read_bytes
from wdr_mcpd.progress import steps
from wdr_mcpd.study.cuts import decoded_cuts
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import Reading, slice_psnr
from wdr_mcpd.study.similarity import Similarity

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
    similarity = Similarity(original, reading.ssim_window)
    rising = tuple(sorted(rates))
    for rate, (size, decoded) in zip(rising, steps(decoded_cuts(stream, rising), "rate"), strict=True):
        measured = measure_volume(original, decoded, reading, mask, similarity)
        measured.insert(0, "rate_bpv", rate)
        rows.append(measured.assign(bytes=size))
    frame = pd.concat(rows, ignore_index=True)
    return frame.assign(exam=exam, method=method)[COLUMNS]


def measure_volume(
    original: NDArray[Any],
    decoded: NDArray[Any],
    reading: Reading,
    mask: NDArray[np.bool_] | None = None,
    similarity: Similarity | None = None,
) -> pd.DataFrame:
    """PSNR and SSIM of every slice (rows, counted from 1), whole and inside the mask.

    `similarity` is that to the original, where it has been made already.
    """
    without = np.full(len(original), np.nan)
    masks = [None] if mask is None else [None, mask]
    similarity = similarity or Similarity(original, reading.ssim_window)
    ssim = similarity(decoded, [reading.ssim_range], masks)[0]
    columns = {
        "slice": np.arange(1, len(original) + 1),
        "psnr_db": slice_psnr(original, decoded, reading.psnr_peak),
        "ssim": ssim[0],
        "tumour_voxels": without if mask is None else mask.sum(axis=(1, 2)),
        "tumour_psnr_db": without if mask is None else slice_psnr(original, decoded, reading.psnr_peak, mask),
        "tumour_ssim": without if mask is None else ssim[1],
    }
    return pd.DataFrame(columns)


def quality(
    *,
    volume: Path,
    streams: list[Path],
    out: list[Path],
    exam: str,
    rates: list[float],
    psnr_peak: float | str,
    ssim_range: float | str,
    ssim_window: str,
) -> None:
    """Step: PSNR and SSIM of an exam's slices, decoded from the prefixes of each stream, METHOD.wdr."""
    slices = read_exam(volume).volume
    reading = Reading(psnr_peak, ssim_range, ssim_window)
    for stream, path in zip(streams, out, strict=True):
        data = read_bytes(stream)
        write_csv(measure_stream(exam, stream.stem, slices.voxels, data, rates, reading, slices.mask), path)
