"""Figures 1 and 2 of the paper: a slice, what 3D-WDR-MCPD makes of it, and the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from wdr_mcpd.codec import decode
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes
from wdr_mcpd.methods import METHODS, PROPOSED
from wdr_mcpd.render.notes import note_of
from wdr_mcpd.render.style import PAGE_WIDTH, noted, write_figure
from wdr_mcpd.study.frames import at_rate, read_csv

WHITE_PERCENTILE = 98.5  # the bright fat of the scalp would otherwise darken the brain


@dataclass(frozen=True, eq=False)
class SlicePair:
    """One slice before and after coding (row, column), its quality, and a pixel's height and width."""

    original: NDArray[Any]
    decoded: NDArray[Any]
    psnr_db: float
    ssim: float
    pixel_size: tuple[float, float] = (1.0, 1.0)


def slices_to_show(
    average_mcpd: NDArray[np.float64], threshold: float, asked: Sequence[int] = ()
) -> list[int]:
    """Choose the two slices of Figures 1 and 2: those asked for, else the first two that are selected.

    Too few selected ones are filled up with the first others; slices count from 1.

    Raises
    ------
    InputError
        A slice that the exam does not have.
    """
    count = len(average_mcpd)
    outside = [number for number in asked if not 1 <= number <= count]
    if outside:
        raise InputError(f"figure_slices: slice {outside[0]} is not among the exam's slices 1 to {count}")
    first_selected = np.argsort(average_mcpd > threshold, kind="stable")[:2] + 1
    return list(asked) or [int(number) for number in first_selected]


def slice_figure(pair: SlicePair, title: str, note: str) -> Figure:
    """Draw original, reconstruction and absolute difference side by side, the first two in one grey scale."""
    rows, columns = pair.original.shape
    aspect = pair.pixel_size[0] / pair.pixel_size[1]
    height = PAGE_WIDTH / 3.25 * min(rows * aspect / columns, 2.0) + 0.75
    figure = Figure(figsize=(PAGE_WIDTH, height))
    axes = figure.subplots(1, 3)
    white = max(float(np.percentile(pair.original, WHITE_PERCENTILE)), float(pair.original.min()) + 1)
    difference = np.abs(pair.original.astype(np.int64) - pair.decoded.astype(np.int64))
    grey = {"vmin": float(pair.original.min()), "vmax": white, "aspect": aspect}
    axes[0].imshow(pair.original, **grey)
    axes[1].imshow(pair.decoded, **grey)
    shown = axes[2].imshow(difference, cmap="magma", vmin=0, vmax=max(1, difference.max()), aspect=aspect)
    figure.colorbar(shown, ax=axes[2], label="stored values", shrink=0.85)
    captions = {
        "(a) original": f"stored values {pair.original.min()} to {pair.original.max()}",
        "(b) reconstruction": f"PSNR {pair.psnr_db:.2f} dB, SSIM {pair.ssim:.4f}",
        "(c) absolute difference": f"mean {difference.mean():.1f}, largest {difference.max()}",
    }
    for panel, (heading, caption) in zip(axes, captions.items(), strict=True):
        panel.set_title(heading)
        panel.set_axis_off()
        panel.text(0.5, -0.03, caption, transform=panel.transAxes, ha="center", va="top", fontsize="small")
    return noted(figure, note, title)


def figures(
    *,
    exam: str,
    series: Path,
    volume: Path,
    stream: Path,
    mcpd: Path,
    quality: Path,
    figure1: list[Path],
    figure2: list[Path],
    mcpd_unit: str,
    threshold: float,
    table_rate: float,
    figure_slices: str | Sequence[int],
) -> None:
    """Draw Figures 1 and 2 of one exam from its stream, decoded at the rate of the tables."""
    original = read_exam(volume).volume
    decoded = decode(read_bytes(stream), rate=table_rate)
    measured = at_rate(read_csv(quality, ["rate_bpv", "slice", "psnr_db", "ssim"]), table_rate)
    average = read_average(mcpd, mcpd_unit)
    asked = [] if isinstance(figure_slices, str) else figure_slices
    for number, out in zip(slices_to_show(average, threshold, asked), (figure1, figure2), strict=True):
        at = number - 1
        psnr, ssim = (float(measured.set_index("slice")[name][number]) for name in ("psnr_db", "ssim"))
        pair = SlicePair(original.voxels[at], decoded[at], psnr, ssim, original.spacing[1:])
        part = "selected" if average[at] <= threshold else "not selected, coded alone"
        title = f"{exam}, slice {number} ({part}): {METHODS[PROPOSED].label} at {table_rate:g} bpv"
        write_figure(partial(slice_figure, pair, title, note_of(series)), out)
