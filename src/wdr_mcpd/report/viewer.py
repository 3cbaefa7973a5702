"""One HTML file to look at an exam: original, reconstruction, difference; any method, rate and slice."""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from wdr_mcpd.codec import decode
from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, write_text
from wdr_mcpd.methods import METHODS, PROPOSED, Method, with_variants
from wdr_mcpd.progress import steps
from wdr_mcpd.render.notes import Measured, note_of
from wdr_mcpd.render.pages import fill
from wdr_mcpd.study.frames import read_csv

SHOWN = ("psnr_db", "ssim", "tumour_psnr_db", "tumour_ssim")
COLUMNS = ("method", "rate_bpv", "slice", *SHOWN, "bytes")
WINDOW_PERCENTILES = (0.5, 99.8)
SCALED_PERCENTILE = 98.0  # of the differences at a rate: what is above may be clipped
FEW_BYTES = 5_000_000
"""Most bytes of pictures in the viewer that is part of the report."""


@dataclass(frozen=True, eq=False)
class CodedExam:
    """What the viewer shows of one exam: its slices, a stream for each method by name, and their quality.

    `quality` has `COLUMNS`; slices are counted from 1, bytes are those of the whole prefix.
    """

    name: str
    volume: Volume
    streams: Mapping[str, bytes]
    quality: pd.DataFrame


def viewer_html(
    exam: CodedExam,
    note: str = "",
    methods: Mapping[str, Method] = METHODS,
    limits: Sequence[int | None] = (None,),
) -> list[str]:
    """Build the page, which needs no other file and no network, once for each limit.

    Parameters
    ----------
    exam : the original, its streams and their measured quality
    note : how PSNR and SSIM were measured, shown under the title
    methods : the registry that has their labels
    limits : most bytes of pictures on a page, which shows as many slices around the first as fit; None: all

    Raises
    ------
    InputError
        If a stream belongs to another volume, or the quality table lacks a slice or a rate.
    """
    voxels, mask = exam.volume.voxels, exam.volume.mask
    window = display_window(voxels)
    original = grey_levels(voxels, window)
    rates = sorted(float(rate) for rate in exam.quality["rate_bpv"].unique())
    largest = np.zeros(len(rates))
    coded = []
    for name in steps(list(exam.streams), "method"):
        shown = [grey_levels(_decoded(exam, name, rate), window) for rate in rates]
        differences = [np.abs(one.astype(np.int16) - original) for one in shown]
        largest = np.maximum(largest, [np.percentile(one, SCALED_PERCENTILE) for one in differences])
        tiles = {"tiles": [[tile(plane) for plane in one] for one in shown]}
        coded.append({"name": name, "label": methods[name].label, **_quality(exam, name, rates), **tiles})
    data = {
        "rows": voxels.shape[1],
        "columns": voxels.shape[2],
        "low": window[0],
        "high": window[1],
        "allocated": voxels.dtype.itemsize * 8,
        "rates": rates,
        "gains": [int(2 ** np.floor(np.log2(255 / max(one, 1)))) for one in largest],
        "slices": list(range(1, len(voxels) + 1)),
        "original": [tile(plane) for plane in original],
        "methods": coded,
        "outline": None if mask is None or not mask.any() else [outline(plane) for plane in mask],
        "start": _start(exam, rates),
    }
    height, width = (n * size for n, size in zip(voxels.shape[1:], exam.volume.spacing[1:], strict=True))
    said = {"exam": exam.name, "low": window[0], "high": window[1], "note": note}
    pages = []
    for limit in limits:
        part = data if limit is None else few_slices(data, limit)
        # "</" inside the data would end the script element.
        text = json.dumps(part, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")
        pages.append(fill("viewer.html", data=text, aspect=f"{width:g} / {height:g}", **said))
    return pages


def few_slices(data: dict[str, Any], limit: int) -> dict[str, Any]:
    """Keep as many slices around the first one shown as have pictures of so many bytes; at least that one."""
    tiles = [data["original"], *(of_rate for method in data["methods"] for of_rate in method["tiles"])]
    sizes = np.sum([[len(one) for one in of_slices] for of_slices in tiles], axis=0)
    first = data["start"]["slice"]
    around = [slice(max(0, first - reach), first + reach + 1) for reach in range(len(sizes))]
    kept = [around[0], *(one for one in around if sizes[one].sum() <= limit)][-1]
    methods = [
        method | {key: [of_rate[kept] for of_rate in method[key]] for key in ("tiles", "quality")}
        for method in data["methods"]
    ]
    cut = {name: data[name] and data[name][kept] for name in ("slices", "original", "outline")}
    return data | cut | {"methods": methods, "start": data["start"] | {"slice": first - kept.start}}


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
    Image.fromarray(plane).save(buffer, "WEBP", lossless=True, method=3, quality=20)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def outline(mask: NDArray[np.bool_]) -> list[int]:
    """Row and column, one after the other, of the pixels of a 2D mask that touch its outside."""
    return [int(value) for value in np.argwhere(mask & ~binary_erosion(mask)).ravel()]


def _quality(exam: CodedExam, name: str, rates: list[float]) -> dict[str, Any]:
    """What the page tells of a method: for each rate the bytes, and the quality of each slice."""
    slices = len(exam.volume.voxels)
    table = exam.quality[exam.quality["method"] == name].set_index(["rate_bpv", "slice"])
    wanted = pd.MultiIndex.from_product([rates, range(1, slices + 1)])
    if not wanted.isin(table.index).all():
        raise InputError(
            f"the quality table of {exam.name} lacks a rate or a slice of {name}; measure it again"
        )
    shown = table.loc[wanted, list(SHOWN)].astype(float).round(4)
    plain = shown.astype(object).where(np.isfinite(shown), None).to_numpy()
    return {
        "quality": plain.reshape(len(rates), slices, -1).tolist(),
        "bytes": table.loc[wanted, "bytes"].astype(int).tolist()[::slices],
    }


def _decoded(exam: CodedExam, name: str, rate: float) -> NDArray[Any]:
    decoded = decode(exam.streams[name], rate=rate)
    if decoded.shape != exam.volume.voxels.shape:
        raise InputError(
            f"the {name} stream holds {decoded.shape}, exam {exam.name} {exam.volume.voxels.shape} voxels"
        )
    return decoded


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
    few: Path,
    variants: dict[str, dict[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write the page of one exam, and one of few slices, from METHOD.wdr files and their measurements."""
    measured = pd.concat([read_csv(path, COLUMNS) for path in quality], ignore_index=True)
    coded = {path.stem: read_bytes(path) for path in streams}
    shown = CodedExam(exam, read_exam(volume).volume, coded, measured)
    pages = viewer_html(shown, note_of(series, how), with_variants(variants), (None, FEW_BYTES))
    for path, text in zip((out, few), pages, strict=True):
        write_text(path, text)
