"""Progressive transmission: how long a link takes until the received prefix has a given quality."""

from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wdr_mcpd.files import read_rows
from wdr_mcpd.methods import METHODS, Method, with_variants
from wdr_mcpd.render.notes import Measured, note_of
from wdr_mcpd.render.style import PAGE_WIDTH, noted, write_figure
from wdr_mcpd.render.tables import Table, lay_out, write_table
from wdr_mcpd.study.frames import read_exams
from wdr_mcpd.study.rates import rate_reaching

LINKS_BIT_S = {"64 kbit/s": 64e3, "1 Mbit/s": 1e6, "10 Mbit/s": 10e6, "100 Mbit/s": 100e6}
SSIM_TARGETS = (0.90, 0.95, 0.98)


def mean_over_slices(quality: pd.DataFrame) -> pd.DataFrame:
    """Bytes of the prefix and mean SSIM over the slices, one row for each exam, method and rate."""
    groups = quality.groupby(["exam", "method", "rate_bpv"], sort=True)
    return groups.agg(bytes=("bytes", "first"), ssim=("ssim", "mean")).reset_index()


def times_to_quality(quality: pd.DataFrame, stored_bytes: Mapping[str, int], note: str) -> Table:
    """Mean time over the exams until the received slices have a mean SSIM of each target, for each link.

    `stored_bytes` of each exam are what the row of the uncompressed exam sends.
    """
    rows: list[tuple[Any, ...]] = []
    for method, curves in mean_over_slices(quality).groupby("method", sort=True):
        exams = [exam for _, exam in curves.sort_values("bytes").groupby("exam", sort=True)]
        for target in SSIM_TARGETS:
            needed = pd.Series([rate_reaching(exam["bytes"], exam["ssim"], target) for exam in exams])
            reached = needed[np.isfinite(needed)]
            rows.append((method, target, len(reached), len(exams), reached.mean()))
    whole = list(stored_bytes.values())
    rows.append(("stored values, uncompressed", 1.0, len(whole), len(whole), np.mean(whole)))
    data = pd.DataFrame(rows, columns=["method", "ssim", "exams_that_reach_it", "exams", "kilobytes"])
    sizes = data["kilobytes"]
    data["kilobytes"] = sizes / 1000
    for name, speed in LINKS_BIT_S.items():
        data[f"seconds_at_{name.lower().replace(' ', '_').replace('/', '_')}"] = 8 * sizes / speed
    return lay_out(__file__, "transmission", data, note=note)


def draw_arrival(quality: pd.DataFrame, note: str, methods: Mapping[str, Method] = METHODS) -> Figure:
    """Draw mean SSIM over the exams against the bytes received, and the time that each link needs."""
    curves = mean_over_slices(quality).groupby(["method", "rate_bpv"], sort=True)[["bytes", "ssim"]].mean()
    figure = Figure(figsize=(PAGE_WIDTH, 3.4))
    axes = figure.subplots()
    for method, curve in curves.groupby("method", sort=True):
        look = methods[str(method)]
        style: dict[str, Any] = {"color": look.colour, "marker": look.marker, "label": look.label}
        axes.plot(curve["bytes"] / 1000, curve["ssim"], **style)
    for target in SSIM_TARGETS:
        axes.axhline(target, color="0.6", linewidth=0.6, linestyle=":")
    axes.set_xscale("log")
    sizes = curves["bytes"].groupby("rate_bpv").mean()
    axes.set_xticks(sizes / 1000, [_times(size) for size in sizes])
    axes.minorticks_off()
    heading = "\n".join(["received", *(f"at {name}" for name in LINKS_BIT_S)])
    place = ((0, 0), (-12, -6.2), "axes fraction", "offset points")
    axes.annotate(heading, *place, va="top", ha="right", size=7)
    axes.set_ylabel("mean SSIM of the slices received")
    axes.legend(loc="lower right")
    return noted(figure, note, "Quality while an exam arrives")


def _times(size: float) -> str:
    """A prefix's size, and below it the time it takes over each link."""
    seconds = [8 * size / speed for speed in LINKS_BIT_S.values()]
    times = [f"{time:.2g} s" if time >= 0.1 else f"{1000 * time:.2g} ms" for time in seconds]
    return "\n".join([f"{size / 1000:.0f} kB", *times])


def transmission(
    *,
    series: Path,
    quality: list[Path],
    exams: Path,
    table: list[Path],
    figure: list[Path],
    variants: dict[str, dict[str, Any]],
    **how: Unpack[Measured],
) -> None:
    """Write the table and the figure of all exams."""
    measured = read_exams(quality, ["method", "rate_bpv", "slice", "ssim", "bytes"])
    stored = {
        row["exam"]: prod(int(row[key]) for key in ("slices", "rows", "columns"))
        * np.dtype(row["type"]).itemsize
        for row in read_rows(exams)[1]
    }
    note, methods = note_of(series, how), with_variants(variants)
    write_table(times_to_quality(measured, stored, note), table)
    write_figure(lambda: draw_arrival(measured, note, methods), figure)
