"""One HTML file to look at an exam: original, reconstruction, difference; any method, rate and slice."""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, write_text
from wdr_mcpd.methods import METHODS, PROPOSED, Method, decode, with_variants
from wdr_mcpd.progress import steps
from wdr_mcpd.render.notes import Measured, note_of
from wdr_mcpd.render.pages import fill
from wdr_mcpd.study.frames import read_csv

SHOWN = ("psnr_db", "ssim", "tumour_psnr_db", "tumour_ssim")
COLUMNS = ("method", "rate_bpv", "slice", *SHOWN, "bytes")
WINDOW_PERCENTILES = (0.5, 99.8)


@dataclass(frozen=True, eq=False)
class CodedExam:
    """What the viewer shows of one exam.

    Attributes
    ----------
    name : str
        The exam's identifier.
    volume : Volume
        The original slices, with the tumour's mask if it is known.
    streams : mapping of method name to bytes
        One embedded stream per method.
    quality : DataFrame
        Has `COLUMNS`; slices are counted from 1, bytes are those of the whole prefix.
    """

    name: str
    volume: Volume
    streams: Mapping[str, bytes]
    quality: pd.DataFrame


def viewer_html(exam: CodedExam, note: str = "", methods: Mapping[str, Method] = METHODS) -> str:
    """Build the page; it needs no other file and no network.

    Parameters
    ----------
    exam : CodedExam
        The original, its streams and their measured quality.
    note : str
        How PSNR and SSIM were measured, shown under the title.
    methods : mapping
        The registry that has their labels.

    Raises
    ------
    InputError
        If a stream belongs to another volume, or the quality table lacks a slice or a rate.
    """
    voxels, mask = exam.volume.voxels, exam.volume.mask
    window = display_window(voxels)
    rates = sorted(float(rate) for rate in exam.quality["rate_bpv"].unique())
    data = {
        "rows": voxels.shape[1],
        "columns": voxels.shape[2],
        "low": window[0],
        "high": window[1],
        "allocated": voxels.dtype.itemsize * 8,
        "rates": rates,
        "original": [tile(plane) for plane in grey_levels(voxels, window)],
        "methods": [
            _method(exam, methods[name], rates, window) for name in steps(list(exam.streams), "method")
        ],
        "outline": None if mask is None or not mask.any() else [outline(plane) for plane in mask],
        "start": _start(exam, rates),
    }
    height, width = (n * size for n, size in zip(voxels.shape[1:], exam.volume.spacing[1:], strict=True))
    return fill(
        "viewer.html",
        exam=exam.name,
        low=window[0],
        high=window[1],
        note=note,
        aspect=f"{width:g} / {height:g}",
        # "</" inside the data would end the script element.
        data=json.dumps(data, separators=(",", ":"), allow_nan=False).replace("</", "<\\/"),
    )


def display_window(voxels: NDArray[Any]) -> tuple[int, int]:
    """Stored values shown as black and as white: the 0.5 and 99.8 percentiles of the whole volume."""
    low, high = (int(value) for value in np.percentile(voxels, WINDOW_PERCENTILES))
    return low, max(high, low + 1)


def grey_levels(voxels: NDArray[Any], window: tuple[int, int]) -> NDArray[np.uint8]:
    """Map stored values to 0..255 through `window`; the shape is kept."""
    low, high = window
    scaled = (voxels.astype(np.float64) - low) * (255.0 / (high - low))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def tile(plane: NDArray[np.uint8]) -> str:
    """Losslessly compressed WebP of one 8-bit slice, in base64."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(plane).save(buffer, "WEBP", lossless=True, method=2, quality=70)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def outline(mask: NDArray[np.bool_]) -> list[int]:
    """Row and column, one after the other, of the pixels of a 2D mask that touch its outside."""
    padded = np.pad(mask, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return [int(value) for value in np.argwhere(mask & ~inner).ravel()]


def _method(exam: CodedExam, method: Method, rates: list[float], window: tuple[int, int]) -> dict[str, Any]:
    name = method.name
    shape = exam.volume.voxels.shape
    table = exam.quality[exam.quality["method"] == name].set_index(["rate_bpv", "slice"])
    wanted = pd.MultiIndex.from_product([rates, range(1, shape[0] + 1)])
    if not wanted.isin(table.index).all():
        raise InputError(
            f"the quality table of {exam.name} lacks a rate or a slice of {name}; measure it again"
        )
    by_rate = (len(rates), shape[0])
    shown = table.loc[wanted, list(SHOWN)].to_numpy(np.float64).reshape(*by_rate, len(SHOWN))
    return {
        "name": name,
        "label": method.label,
        "tiles": [_tiles(exam, name, rate, window) for rate in rates],
        "quality": [[_numbers(slice_) for slice_ in rate] for rate in shown],
        "bytes": table.loc[wanted, "bytes"].to_numpy(np.int64).reshape(by_rate)[:, 0].tolist(),
    }


def _tiles(exam: CodedExam, name: str, rate: float, window: tuple[int, int]) -> list[str]:
    decoded = decode(exam.streams[name], rate=rate)
    if decoded.shape != exam.volume.voxels.shape:
        raise InputError(
            f"the {name} stream holds {decoded.shape}, exam {exam.name} {exam.volume.voxels.shape} voxels"
        )
    return [tile(plane) for plane in grey_levels(decoded, window)]


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [round(float(value), 4) if np.isfinite(value) else None for value in values]


def _start(exam: CodedExam, rates: list[float]) -> dict[str, Any]:
    """Open where the tumour is largest (without one, on the middle slice), at the rate nearest 1 bpv."""
    mask = exam.volume.mask
    middle = len(exam.volume.voxels) // 2
    return {
        "method": PROPOSED if PROPOSED in exam.streams else next(iter(exam.streams)),
        "rate": int(np.argmin(np.abs(np.asarray(rates) - 1.0))),
        "slice": middle if mask is None or not mask.any() else int(np.argmax(mask.sum(axis=(1, 2)))),
    }


def viewer(
    *,
    exam: str,
    series: Path,
    volume: Path,
    streams: list[Path],
    quality: list[Path],
    out: Path,
    variants: dict[str, dict[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write the page of one exam from METHOD.wdr files and their measurements."""
    measured = pd.concat([read_csv(path, COLUMNS) for path in quality], ignore_index=True)
    coded = {path.stem: read_bytes(path) for path in streams}
    shown = CodedExam(exam, read_exam(volume).volume, coded, measured)
    write_text(out, viewer_html(shown, note_of(series, how), with_variants(variants)))
