"""Figures of our methods beside today's codecs: ours in colour, codecs in grey, each with its name on it."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from wdr_mcpd.paper.labels import free_spots, spread
from wdr_mcpd.baselines.speed import DEFAULTS
from wdr_mcpd.render.style import LOOK, PAGE_WIDTH, paper_style, save_figure
from wdr_mcpd.baselines.measure import LABELS, LOSSLESS_LABELS

# Codecs of one family share a dash pattern, so grey alone need not tell them apart.
COLOURS = {method: look.colour for method, look in LOOK.items()}
PEER_COLOUR = "0.55"
DASHES = {"jpeg2000": "-", "htj2k": "--", "x265": (0, (4, 1)), "av1": (0, (4, 1, 1, 1)), "sperr": "-."}
REFERENCE = "3d-wdr"
ELSEWHERE = "measured elsewhere"
LABEL_SIZE = 6
NOTE_LETTERS = 140
LEADER = {"arrowstyle": "-", "linewidth": 0.4, "color": "0.7", "shrinkA": 1, "shrinkB": 1}
LOWEST_GAIN = -3.0
"""Lower end of the panel of differences, dB: codecs without a transform lie far below."""
SPEED_SPAN = 9.0
"""Height of the panels of speed, dB, for the same reason."""


def save_figures(
    curves: pd.DataFrame,
    speeds: pd.DataFrame,
    lossless: pd.DataFrame,
    note: str,
    files: Mapping[str, Path],
    elsewhere: pd.DataFrame | None = None,
    lossless_note: str = "",
) -> None:
    """Draw the three figures into `files`: rate_distortion, speed and lossless, each without suffix.

    `lossless_note` stands under the last instead of `note`, which may speak of the PSNR.
    """
    with paper_style():
        save_figure(rate_distortion_figure(curves, note, elsewhere), files["rate_distortion"])
        save_figure(
            speed_figure(speeds, f"{note}. Median and quartiles of the runs. {DEFAULTS}"), files["speed"]
        )
        save_figure(lossless_figure(lossless, f"{lossless_note or note}. {DEFAULTS}"), files["lossless"])


def rate_distortion_figure(curves: pd.DataFrame, note: str, elsewhere: pd.DataFrame | None = None) -> Figure:
    """Draw PSNR against rate, and beside it the difference to 3D-WDR, which tells the codecs apart.

    Parameters
    ----------
    curves : DataFrame
        Columns exam, method, actual_bpv, psnr_db; each exam gets a row of two panels.
    note : str
        Stands under the figure.
    elsewhere : DataFrame, optional
        Published points: columns exam, label, actual_bpv, psnr_db. Drawn as open circles.
    """
    exams = list(curves["exam"].unique())
    figure = Figure(figsize=(PAGE_WIDTH, 3.5 * len(exams) + 0.4))
    panels = figure.subplots(len(exams), 2, squeeze=False, width_ratios=(1, 1.25))
    for exam, (absolute, difference) in zip(exams, panels, strict=True):
        mine = {
            str(name): points.sort_values("actual_bpv")
            for name, points in curves[curves["exam"] == exam].groupby("method")
        }
        outside = None if elsewhere is None else elsewhere[elsewhere["exam"] == exam]
        _draw_curves(absolute, mine, lambda points: points["psnr_db"])
        reference = mine[REFERENCE]

        def gain(points: pd.DataFrame, reference: pd.DataFrame = reference) -> Any:
            return points["psnr_db"] - _at(reference, points["actual_bpv"])

        _draw_curves(difference, mine, gain)
        difference.set_ylim(max(difference.get_ylim()[0], LOWEST_GAIN), difference.get_ylim()[1])
        ends = {name: (points["actual_bpv"].iloc[-1], gain(points).iloc[-1]) for name, points in mine.items()}
        _name_curves(difference, ends)
        if outside is not None and not outside.empty:
            absolute.scatter(outside["actual_bpv"], outside["psnr_db"], **_open_circles(), label=ELSEWHERE)
            difference.scatter(outside["actual_bpv"], gain(outside), **_open_circles())
            absolute.legend(loc="upper left")
        absolute.set_ylabel(f"{exam}: PSNR (dB)")
        difference.set_ylabel(f"PSNR minus that of {LABELS[REFERENCE]} (dB)")
    for panel in panels.flat:
        panel.set_xscale("log")
        panel.set_xticks(sorted(curves["rate_bpv"].unique()))
        panel.xaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
    for panel in panels[-1]:
        panel.set_xlabel("bits per voxel, all bytes counted")
    figure.suptitle("Rate-distortion beside today's codecs", fontsize="medium", fontweight="bold")
    figure.supxlabel(fill(note, NOTE_LETTERS), fontsize="x-small", color="0.35")
    return figure


def speed_figure(points: pd.DataFrame, note: str) -> Figure:
    """Draw PSNR at one rate against the speed of encoding and of decoding.

    What lies far below the best stands at the lower edge, with its PSNR in its name.

    Parameters
    ----------
    points : DataFrame
        Columns exam (one), label, method, direction, rate_bpv, mvoxel_per_s, mvoxel_per_s_low and _high (the
        spread), psnr_db.
        Without a method it is a published point, drawn as an open circle.
    note : str
        Stands under the figure.
    """
    exam, rate = points[["exam", "rate_bpv"]].iloc[0]
    figure = Figure(figsize=(PAGE_WIDTH, 7.6))
    panels = figure.subplots(2, 1, sharey=True)
    lowest = points["psnr_db"].max() - SPEED_SPAN
    drawn = []
    for direction, panel in zip(("encode", "decode"), panels, strict=True):
        names: list[tuple[str, str]] = []
        places: list[tuple[float, float]] = []
        bars: list[tuple[float, float]] = []
        for point in points[points["direction"] == direction].to_dict("records"):
            speed, method = point["mvoxel_per_s"], point["method"]
            below = point["psnr_db"] < lowest
            psnr = lowest if below else point["psnr_db"]
            if method:
                ends = [[speed - point["mvoxel_per_s_low"]], [point["mvoxel_per_s_high"] - speed]]
                colour = COLOURS.get(method, PEER_COLOUR)
                mark = "v" if below else "o"
                panel.errorbar([speed], [psnr], xerr=ends, fmt=mark, color=colour, markersize=5)
            else:
                panel.scatter([speed], [psnr], **_open_circles())
            shown = f"{point['label']} ({point['psnr_db']:.1f} dB)" if below else point["label"]
            names.append((shown, method))
            places.append((speed, psnr))
            ends_of_bar = (point["mvoxel_per_s_low"], point["mvoxel_per_s_high"])
            bars.append(ends_of_bar if method else (speed, speed))
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
        panel.set_xlabel(f"{direction[:-1]}ing, million voxels per second, one core")
        panel.set_ylabel(f"PSNR at {rate:g} bpv (dB)")
        drawn.append((panel, names, places, bars))
    panels[0].scatter([], [], **_open_circles(), label=ELSEWHERE)
    if not points["method"].all():
        panels[0].legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2)
    for panel, names, places, bars in drawn:
        panel.margins(x=0.24, y=0.12)
        spots = free_spots(panel, [label for label, _ in names], places, LABEL_SIZE, bars)
        for (label, method), place, spot in zip(names, places, spots, strict=True):
            panel.annotate(
                label,
                place,
                spot.offset,
                textcoords="offset points",
                horizontalalignment=spot.side,
                verticalalignment="center",
                annotation_clip=False,
                arrowprops=LEADER | {"relpos": (0 if spot.side == "left" else 1, 0.5)},
                **_name_style(method),
            )
    figure.suptitle(f"{exam}: speed and quality at {rate:g} bpv", fontsize="medium", fontweight="bold")
    figure.supxlabel(fill(note, NOTE_LETTERS), fontsize="x-small", color="0.35")
    return figure


def lossless_figure(lossless: pd.DataFrame, note: str) -> Figure:
    """Draw bits per voxel without loss as bars, one panel for each exam, the fewest bits on top.

    Parameters
    ----------
    lossless : DataFrame
        Columns exam, method, bpv.
    """
    exams = list(lossless["exam"].unique())
    count = lossless["method"].nunique()
    figure = Figure(figsize=(PAGE_WIDTH, 0.19 * count + 1.0))
    order = lossless.groupby("method")["bpv"].mean().sort_values(ascending=False).index
    panels = figure.subplots(1, len(exams), sharey=True, squeeze=False)[0]
    for exam, panel in zip(exams, panels, strict=True):
        bits = lossless[lossless["exam"] == exam].set_index("method")["bpv"].reindex(order)
        bars = panel.barh(
            [LOSSLESS_LABELS[method] for method in order],
            bits,
            color=[COLOURS.get(method, "0.75") for method in order],
            height=0.7,
        )
        panel.bar_label(bars, fmt="%.3f", padding=2, fontsize=6)
        panel.set_xlim(0, bits.max() * 1.15)
        panel.set_xlabel(f"{exam}: bits per voxel")
        panel.grid(axis="y", visible=False)
    for tick, method in zip(panels[0].get_yticklabels(), order, strict=True):
        tick.set_color(COLOURS.get(method, "0.3"))
        tick.set_fontweight("bold" if method in COLOURS else "normal")
    figure.suptitle("Lossless: bits per voxel, every voxel checked", fontsize="medium", fontweight="bold")
    figure.supxlabel(fill(note, NOTE_LETTERS), fontsize="x-small", color="0.35")
    return figure


def _draw_curves(axes: Axes, curves: Mapping[str, pd.DataFrame], value: Any) -> None:
    """Draw the codecs first, thin and grey, then ours over them."""
    for name in sorted(curves, key=lambda name: name in COLOURS):
        points = curves[name]
        ours = name in COLOURS
        axes.plot(
            points["actual_bpv"],
            value(points),
            color=COLOURS.get(name, PEER_COLOUR),
            linestyle="-" if ours else _dashes(name),
            linewidth=2.0 if ours else 0.9,
            marker="o" if ours else ".",
            zorder=3 if ours else 2,
        )


def _dashes(name: str) -> Any:
    return next((dash for family, dash in DASHES.items() if name.startswith(family)), ":")


def _at(reference: pd.DataFrame, rates: Any) -> Any:
    """PSNR of a curve between its points, linear in the logarithm of the rate."""
    return np.interp(np.log(rates), np.log(reference["actual_bpv"]), reference["psnr_db"])


def _name_curves(axes: Axes, ends: Mapping[str, tuple[float, float]]) -> None:
    """Write each curve's name to the right of the panel, at the height of its end."""
    low, high = axes.get_ylim()
    inside = [(rate, min(max(end, low), high)) for rate, end in ends.values()]
    heights = spread([end for _, end in inside], (high - low) / 21, low, high)
    for name, place, height in zip(ends, inside, heights, strict=True):
        below = " (below)" if ends[name][1] < low else ""
        axes.annotate(
            LABELS[name] + below,
            place,
            (1.04, (height - low) / (high - low)),
            textcoords="axes fraction",
            verticalalignment="center",
            annotation_clip=False,
            arrowprops=LEADER | {"relpos": (0, 0.5)},
            **_name_style(name),
        )


def _name_style(name: str) -> dict[str, Any]:
    ours = name in COLOURS
    return {
        "color": COLOURS.get(name, "0.3"),
        "fontsize": LABEL_SIZE,
        "fontweight": "bold" if ours else "normal",
        "fontstyle": "normal" if name else "italic",
    }


def _open_circles() -> dict[str, Any]:
    return {"facecolors": "none", "edgecolors": "0.2", "linewidths": 0.7, "s": 14, "zorder": 4}
