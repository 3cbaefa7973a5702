"""Figures of our methods beside other codecs: ours in colour, the others in grey, each with its name."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from wdr_mcpd.baselines.curves import WITHOUT_LOSS, Methods, labels
from wdr_mcpd.baselines.speed import DEFAULTS, DIRECTIONS
from wdr_mcpd.methods import BASELINE, METHODS
from wdr_mcpd.render.labels import name_ends, name_points
from wdr_mcpd.render.style import PAGE_WIDTH, noted, rate_axis, write_figure
from wdr_mcpd.study.rates import at_log_rate

# Codecs of one family share a dash pattern, so grey alone need not tell them apart.
GREY = "0.55"
DASHES = {"jpeg2000": "-", "htj2k": "--", "x265": (0, (4, 1)), "av1": (0, (4, 1, 1, 1)), "sperr": "-."}
ELSEWHERE = "measured elsewhere"
LABEL_SIZE = 6
Look = dict[str, Any]
OPEN_CIRCLE: Look = {"facecolors": "none", "edgecolors": "0.2", "linewidths": 0.7, "s": 14, "zorder": 4}
VVC: Look = {"color": "0.1", "linewidth": 0.8, "markersize": 3, "markerfacecolor": "white", "zorder": 4}
LOWEST_GAIN = -3.0
"""Lower end of the panel of differences, dB: codecs without a transform lie far below."""
SPEED_SPAN = 9.0
"""Height of the panels of speed, dB, for the same reason."""


def write_figures(
    curves: pd.DataFrame,
    speeds: pd.DataFrame,
    lossless: pd.DataFrame,
    note: str,
    files: Sequence[Sequence[Path]],
    elsewhere: pd.DataFrame | None = None,
    lossless_note: str = "",
    methods: Methods = METHODS,
) -> None:
    """Draw the three figures into `files`: rate against distortion, speed, lossless.

    `lossless_note` stands under the last instead of `note`, which may speak of the PSNR.
    """
    spread = f"{note}. Median and quartiles of the runs. {DEFAULTS}"
    without = f"{lossless_note or note}. {DEFAULTS}"
    write_figure(lambda: rate_distortion_figure(curves, note, elsewhere, methods), files[0])
    write_figure(lambda: speed_figure(speeds, spread, methods), files[1])
    write_figure(lambda: lossless_figure(lossless, without, methods), files[2])


def rate_distortion_figure(
    curves: pd.DataFrame, note: str, elsewhere: pd.DataFrame | None = None, methods: Methods = METHODS
) -> Figure:
    """Draw PSNR against rate, and beside it the difference to 3D-WDR, which tells the codecs apart.

    Each exam is a row of two panels; published points stand in them too.
    """
    exams = list(curves["exam"].unique())
    figure = Figure(figsize=(PAGE_WIDTH, 3.5 * len(exams) + 0.4))
    panels = figure.subplots(len(exams), 2, squeeze=False, width_ratios=(1, 1.25))
    curves = _with_gain(curves, curves)
    for exam, (absolute, difference) in zip(exams, panels, strict=True):
        mine = curves[curves["exam"] == exam].sort_values("actual_bpv")
        for panel, value in ((absolute, "psnr_db"), (difference, "gain_db")):
            _draw_curves(panel, mine, value, methods)
            rate_axis(panel, curves, "")
        absolute.set_ylabel(f"{exam}: PSNR (dB)")
        difference.set_ylabel(f"PSNR minus that of {methods[BASELINE].label} (dB)")
        if elsewhere is not None and exam in set(elsewhere["exam"]):
            _draw_elsewhere(absolute, difference, _with_gain(elsewhere[elsewhere["exam"] == exam], curves))
        difference.set_ylim(max(difference.get_ylim()[0], LOWEST_GAIN), difference.get_ylim()[1])
    for panel in panels[-1]:
        panel.set_xlabel("bits per voxel, all bytes counted")
    noted(figure, note, "Rate-distortion beside today's codecs")
    for exam, difference in zip(exams, panels[:, 1], strict=True):
        _name_curves(difference, curves[curves["exam"] == exam], methods)
    return figure


def speed_figure(points: pd.DataFrame, note: str, methods: Methods = METHODS) -> Figure:
    """Draw PSNR at one rate against the speed of encoding and of decoding, from `speed_points`.

    What lies far below the best stands at the lower edge, with its PSNR in its name; a point without a method
    was published, and is an open circle.
    """
    exam, rate = points[["exam", "rate_bpv"]].iloc[0]
    figure = Figure(figsize=(PAGE_WIDTH, 7.6))
    panels = dict(zip(DIRECTIONS, figure.subplots(2, 1, sharey=True), strict=True))
    lowest = points["psnr_db"].max() - SPEED_SPAN
    points = points.assign(shown_db=points["psnr_db"].clip(lower=lowest), below=points["psnr_db"] < lowest)
    drawn = {way: points[points["direction"] == way].to_dict("records") for way in panels}
    for direction, panel in panels.items():
        for point in drawn[direction]:
            speed, place = point["mvoxel_per_s"], (point["mvoxel_per_s"], point["shown_db"])
            if not point["method"]:
                panel.scatter(*place, **OPEN_CIRCLE)
                continue
            ends = [[speed - point["mvoxel_per_s_low"]], [point["mvoxel_per_s_high"] - speed]]
            colour, mark = _colour(point["method"], methods, GREY), "v" if point["below"] else "o"
            panel.errorbar(*place, xerr=ends, fmt=mark, color=colour, markersize=5)
        panel.set_xscale("log")
        panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        panel.xaxis.set_major_formatter("{x:g}")
        panel.minorticks_off()
        panel.margins(x=0.3, y=0.12)
        panel.set_xlabel(f"{DIRECTIONS[direction]}, million voxels per second, one core")
        panel.set_ylabel(f"PSNR at {rate:g} bpv (dB)")
    panels["encode"].scatter([], [], **OPEN_CIRCLE, label=ELSEWHERE)
    if not points["method"].all():
        panels["encode"].legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2)
    noted(figure, note, f"{exam}: speed and quality at {rate:g} bpv")
    for direction, panel in panels.items():
        of_panel = drawn[direction]
        names = [f"{p['label']} ({p['psnr_db']:.1f} dB)" if p["below"] else p["label"] for p in of_panel]
        places = [(p["mvoxel_per_s"], p["shown_db"]) for p in of_panel]
        name_points(panel, names, places, [_name_style(p["method"], methods) for p in of_panel], LABEL_SIZE)
    return figure


def lossless_figure(lossless: pd.DataFrame, note: str, methods: Methods = METHODS) -> Figure:
    """Draw bits per voxel without loss (exam, method, bpv) as bars, the fewest on top."""
    exams, names = list(lossless["exam"].unique()), labels(methods) | WITHOUT_LOSS
    figure = Figure(figsize=(PAGE_WIDTH, 0.19 * lossless["method"].nunique() + 1.0))
    order = lossless.groupby("method")["bpv"].mean().sort_values(ascending=False).index
    panels = figure.subplots(1, len(exams), sharey=True, squeeze=False)[0]
    for exam, panel in zip(exams, panels, strict=True):
        bits = lossless[lossless["exam"] == exam].set_index("method")["bpv"].reindex(order)
        colours = [_colour(method, methods, "0.75") for method in order]
        bars = panel.barh([names[method] for method in order], bits, color=colours, height=0.7)
        panel.bar_label(bars, fmt="%.3f", padding=2, fontsize=6)
        panel.set_xlim(0, bits.max() * 1.15)
        panel.set_xlabel(f"{exam}: bits per voxel")
        panel.grid(axis="y", visible=False)
    for tick, method in zip(panels[0].get_yticklabels(), order, strict=True):
        tick.set(**_name_style(method, methods))
    return noted(figure, note, "Lossless: bits per voxel, every voxel checked")


def _with_gain(points: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """Add `gain_db`, the PSNR less that of 3D-WDR of the same exam at the same rate."""
    gains = pd.Series(index=points.index, dtype=float)
    for exam, mine in points.groupby("exam"):
        before = curves[(curves["exam"] == exam) & (curves["method"] == BASELINE)].sort_values("actual_bpv")
        at = at_log_rate(before["actual_bpv"], before["psnr_db"], mine["actual_bpv"])
        gains[mine.index] = mine["psnr_db"] - at
    return points.assign(gain_db=gains)


def _draw_curves(axes: Axes, curves: pd.DataFrame, value: str, methods: Methods) -> None:
    """Draw the other codecs first, thin and grey, then ours over them."""
    by_method = {str(name): points for name, points in curves.groupby("method")}
    for name in sorted(by_method, key=lambda name: name in methods):
        look: Look = {"linestyle": "-", "linewidth": 2.0, "marker": "o", "zorder": 3}
        if name not in methods:
            dash = next((dash for family, dash in DASHES.items() if name.startswith(family)), ":")
            look = {"linestyle": dash, "linewidth": 0.9, "marker": ".", "zorder": 2}
        points = by_method[name]
        axes.plot(points["actual_bpv"], points[value], color=_colour(name, methods, GREY), **look)


def _draw_elsewhere(absolute: Axes, difference: Axes, points: pd.DataFrame) -> None:
    """Draw VVC as lines with diamonds, the others as open circles, as far as the panels' rates go."""
    points = points[points["actual_bpv"].between(*absolute.get_xlim())].sort_values("actual_bpv")
    vvc = points["label"].str.startswith("VVC")
    for panel, value in ((absolute, "psnr_db"), (difference, "gain_db")):
        panel.scatter(points["actual_bpv"][~vvc], points[value][~vvc], **OPEN_CIRCLE, label=ELSEWHERE)
        for (label, line), style in zip(points[vvc].groupby("label"), ("D-", "D:"), strict=False):
            panel.plot(line["actual_bpv"], line[value], style, label=f"{label}, elsewhere", **VVC)
    absolute.legend(loc="upper left", fontsize=LABEL_SIZE)


def _name_curves(axes: Axes, curves: pd.DataFrame, methods: Methods) -> None:
    """Write each curve's name to the right of the panel, at the height of its end."""
    names, low = labels(methods), axes.get_ylim()[0]
    ends, styles = {}, {}
    for method, points in curves.groupby("method"):
        rate, gain = points.sort_values("actual_bpv")[["actual_bpv", "gain_db"]].iloc[-1]
        name = names[str(method)] + (" (below)" if gain < low else "")
        ends[name], styles[name] = (rate, gain), _name_style(str(method), methods)
    name_ends(axes, ends, styles, LABEL_SIZE)


def _colour(method: str, methods: Methods, otherwise: str) -> str:
    return methods[method].colour if method in methods else otherwise


def _name_style(method: str, methods: Methods) -> Mapping[str, Any]:
    return {
        "color": _colour(method, methods, "0.3"),
        "fontweight": "bold" if method in methods else "normal",
        "fontstyle": "normal" if method else "italic",
    }
