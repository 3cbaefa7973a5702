"""Progressive transmission: how long a link takes until the received prefix has a given quality."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wdr_mcpd.render.tables import Column, Table
from wdr_mcpd.render.style import LOOK, PAGE_WIDTH

LINKS_BIT_S = {"64 kbit/s": 64e3, "1 Mbit/s": 1e6, "10 Mbit/s": 10e6, "100 Mbit/s": 100e6}
SSIM_TARGETS = (0.90, 0.95, 0.98)
READER = {
    "method": Column("Method", text=True),
    "ssim": Column("Mean SSIM", ".2f"),
    "exams_that_reach_it": Column("Exams that reach it", ".0f"),
    "exams": Column("of", ".0f"),
    "kilobytes": Column("kB", ".1f"),
}


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


def transmission_table(quality: pd.DataFrame, stored_bytes: Mapping[str, int], note: str) -> Table:
    """Mean time over the exams until the received slices have a mean SSIM of each target, for each link.

    Parameters
    ----------
    quality : DataFrame
        As in `mean_over_slices`.
    stored_bytes : mapping
        Bytes of each exam's stored values, for the row of the uncompressed exam.
    note : str
        What stands under the caption.
    """
    rows = []
    for method, curves in mean_over_slices(quality).groupby("method", sort=True):
        for target in SSIM_TARGETS:
            needed = [
                bytes_needed(exam["bytes"].to_list(), exam["ssim"].to_list(), target)
                for _, exam in curves.groupby("exam", sort=True)
            ]
            reached = [size for size in needed if np.isfinite(size)]
            mean = float(np.mean(reached)) if reached else float("nan")
            rows.append(_row(str(method), target, len(needed), len(reached), mean))
    whole = list(stored_bytes.values())
    rows.append(_row("stored values, uncompressed", 1.0, len(whole), len(whole), float(np.mean(whole))))
    columns = {**READER, **{_seconds(name): Column(f"s at {name}", ".3g") for name in LINKS_BIT_S}}
    caption = "Progressive transmission: time until the received slices reach a mean SSIM"
    return Table("transmission", caption, note, pd.DataFrame(rows, columns=list(columns)), columns)


def transmission_figure(quality: pd.DataFrame, note: str) -> Figure:
    """Draw mean SSIM over the exams against the bytes received, and the time that each link needs."""
    curves = mean_over_slices(quality).groupby(["method", "rate_bpv"], sort=True)[["bytes", "ssim"]].mean()
    figure = Figure(figsize=(PAGE_WIDTH, 3.4))
    axes = figure.subplots()
    for method, curve in curves.groupby("method", sort=True):
        look = LOOK[str(method)]
        axes.plot(
            curve["bytes"] / 1000, curve["ssim"], color=look.colour, marker=look.marker, label=look.name
        )
    for target in SSIM_TARGETS:
        axes.axhline(target, color="0.6", linewidth=0.6, linestyle=":")
    axes.set_xscale("log")
    sizes = curves["bytes"].groupby("rate_bpv").mean()
    axes.set_xticks(sizes / 1000, [_times(size) for size in sizes])
    axes.minorticks_off()
    heading = "\n".join(["received", *(f"at {name}" for name in LINKS_BIT_S)])
    axes.annotate(
        heading, (0, 0), (-12, -6.2), "axes fraction", "offset points", va="top", ha="right", size=7
    )
    axes.set_ylabel("mean SSIM of the slices received")
    axes.legend(loc="lower right")
    figure.suptitle("Quality while an exam arrives", fontsize="medium", fontweight="bold")
    figure.supxlabel(note, fontsize="x-small", color="0.35", wrap=True)
    return figure


def _times(size: float) -> str:
    """A prefix's size, and below it the time it takes over each link."""
    seconds = (8 * size / speed for speed in LINKS_BIT_S.values())
    return "\n".join([f"{size / 1000:.0f} kB", *(_time(time) for time in seconds)])


def _time(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds >= 0.1 else f"{1000 * seconds:.2g} ms"


def _seconds(link: str) -> str:
    return f"seconds_at_{link.lower().replace(' ', '_').replace('/', '_')}"


def _row(method: str, target: float, exams: int, reached: int, size: float) -> dict[str, object]:
    return {
        "method": method,
        "ssim": target,
        "exams": exams,
        "exams_that_reach_it": reached,
        "kilobytes": size / 1000,
        **{_seconds(name): 8 * size / speed for name, speed in LINKS_BIT_S.items()},
    }
