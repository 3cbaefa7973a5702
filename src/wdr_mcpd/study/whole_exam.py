"""The whole exam at equal bits: schemes of grouping and of sharing, and what the paper's gain is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import coding_groups, select
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.progress import steps
from wdr_mcpd.study.allocation import Curves, as_needed, equal_slope, fit, group_curves
from wdr_mcpd.study.cuts import errors_at
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import Reading, gain_db, peak_value, psnr_of
from wdr_mcpd.study.similarity import Similarity
from wdr_mcpd.study.statistics import summarise

HEADROOM = 2.5  # sharing may give a group more than the highest rate


@dataclass(frozen=True)
class Scheme:
    """One way to spend the bits of an exam.

    Attributes
    ----------
    name : as in the tables
    grouping : "one volume" (3D-WDR), "selected + single" (3D-WDR-MCPD) or "single" (2D-WDR)
    axial : whether the axial transform is used where a group has more than one slice
    sharing : "equal rate", each group at the rate times its voxels; "equal slope", the smallest total
        error; "as one volume", as one volume without axial transform shares them among the same slices
    """

    name: str
    grouping: str
    axial: bool
    sharing: str


BASELINE = Scheme("3D-WDR", "one volume", True, "equal rate")
PAPER = Scheme("3D-WDR-MCPD, equal rate", "selected + single", True, "equal rate")
SLOPE_GROUPS = Scheme("3D-WDR-MCPD, equal slope", "selected + single", True, "equal slope")
FLAT = Scheme("2D-WDR, equal rate", "single", False, "equal rate")
SLOPE_FLAT = Scheme("2D-WDR, equal slope", "single", False, "equal slope")
FLAT_VOLUME = Scheme("3D-WDR, no axial transform", "one volume", False, "equal rate")
FLAT_GROUPS = Scheme(
    "3D-WDR-MCPD, no axial transform, as one volume without it", "selected + single", False, "as one volume"
)
GROUPS = Scheme(
    "3D-WDR-MCPD, as one volume without axial transform", "selected + single", True, "as one volume"
)
FLAT_PAPER = Scheme("3D-WDR-MCPD, no axial transform, equal rate", "selected + single", False, "equal rate")
COMPARED = [scheme.name for scheme in (BASELINE, PAPER, SLOPE_GROUPS, FLAT, SLOPE_FLAT, FLAT_VOLUME)]
SCHEMES = (BASELINE, PAPER, SLOPE_GROUPS, FLAT, SLOPE_FLAT, FLAT_VOLUME, FLAT_GROUPS, GROUPS, FLAT_PAPER)

# Two ways from 3D-WDR to the paper's method, one change at a time; each adds up to the paper's gain.
ORDERS = {
    "allocation last": (
        ("axial_depth_all_slices_db", BASELINE, FLAT_VOLUME),
        ("grouping_db", FLAT_VOLUME, FLAT_GROUPS),
        ("axial_depth_selected_db", FLAT_GROUPS, GROUPS),
        ("allocation_db", GROUPS, PAPER),
    ),
    "axial transform last": (
        ("axial_depth_all_slices_db", BASELINE, FLAT_VOLUME),
        ("grouping_db", FLAT_VOLUME, FLAT_GROUPS),
        ("allocation_db", FLAT_GROUPS, FLAT_PAPER),
        ("axial_depth_selected_db", FLAT_PAPER, PAPER),
    ),
}
REGIONS = {
    "selected slices": "selected_psnr_db",
    "all slices": "mean_slice_psnr_db",
    "whole exam": "exam_psnr_db",
}
"""What a gain is measured on: mean of the slices' PSNRs over the selected or over all slices, pooled PSNR."""

Errors = dict[float, NDArray[np.float64]]
"""Sums of squared errors of the slices, by rate."""
QUALITIES = [*REGIONS.values(), "selected_ssim", "mean_ssim"]
COLUMNS = ["exam", "rate_bpv", "scheme", "grouping", "axial_levels", "sharing", "selected_slices", "bytes"]


def whole_exam(
    exam: str,
    original: NDArray[Any],
    selected: NDArray[np.bool_],
    rates: Sequence[float],
    settings: codec.Settings,
    reading: Reading,
) -> pd.DataFrame:
    """Measure every scheme on one exam at every rate, each in a file of at most rate x voxels / 8 bytes.

    Parameters
    ----------
    exam : name of the rows
    original : ndarray (slice, row, column)
    selected : ndarray (slice,) bool, the slices that 3D-WDR-MCPD codes as one volume
    rates : bits per voxel
    settings : how each group is coded; schemes without an axial transform set its axial levels to 0
    reading : peak, range and window

    Returns
    -------
    DataFrame
        One row per rate (rising) and scheme (in the order of `SCHEMES`).
    """
    streams = _Streams.of(original, selected, rates, settings)
    similarity = Similarity(original, reading.ssim_window)
    rising, peak = sorted(rates), peak_value(original, reading.psnr_peak)
    needed: Errors = {}
    measured = {}
    # One volume without axial transform says what others are to need; cuts of a stream are decoded together.
    for kind in sorted(streams.coded, key=(FLAT_VOLUME.grouping, FLAT_VOLUME.axial).__ne__):
        asked = [one for one in product(rising, SCHEMES) if (one[1].grouping, one[1].axial) == kind]
        cuts = [streams.cut(scheme, rate, needed) for rate, scheme in steps(asked, "scheme")]
        lengths = [codec.group_lengths(cut) for cut in cuts]
        found = errors_at(original, streams.coded[kind], lengths, similarity, reading.ssim_range)
        needed = needed or {rate: errors for (rate, _), (errors, _) in zip(asked, found, strict=True)}
        for one, cut, qualities in zip(asked, cuts, found, strict=True):
            measured[one] = len(cut), *_quality(*qualities, original[0].size, peak, selected)
    rows = []
    for rate, scheme in product(rising, SCHEMES):
        levels = str(settings.axial_levels) if scheme.axial else "0"
        described = (exam, rate, scheme.name, scheme.grouping, levels, scheme.sharing)
        rows.append((*described, int(selected.sum()), *measured[rate, scheme]))
    return pd.DataFrame(rows, columns=[*COLUMNS, *QUALITIES])


@dataclass(frozen=True)
class _Streams:
    """The streams of one exam from which every scheme is cut, and the curves of those that are shared."""

    original: NDArray[Any]
    coded: dict[tuple[str, bool], bytes]  # by grouping and whether there is an axial transform
    curves: dict[tuple[str, bool], Curves]

    @classmethod
    def of(
        cls,
        original: NDArray[Any],
        selected: NDArray[np.bool_],
        rates: Sequence[float],
        settings: codec.Settings,
    ) -> "_Streams":
        in_volume = {
            "one volume": np.ones_like(selected),
            "selected + single": selected,
            "single": np.zeros_like(selected),
        }
        coded, slices_alone = {}, dict[Any, Any]()
        kinds = list(dict.fromkeys((scheme.grouping, scheme.axial) for scheme in SCHEMES))
        for grouping, axial in steps(kinds, "stream"):
            used = settings if axial else replace(settings, axial_levels=0)
            groups = coding_groups(in_volume[grouping])
            top = max(rates) * HEADROOM
            coded[grouping, axial] = codec.encode(original, groups, used, rate=top, alone=slices_alone)
        # A slice alone has the same payload in every stream: its curve is measured once.
        lowest = min(rates) / 8
        alone = group_curves(original, coded["single", False], lowest, range(len(original)))
        curves = {("single", False): alone}
        for kind in (("selected + single", False), ("selected + single", True)):
            volume = group_curves(original, coded[kind], lowest, range(int(selected.any())))
            curves[kind] = volume.beside(alone.of(np.flatnonzero(~selected).tolist()))
        return cls(original, coded, curves)

    def cut(self, scheme: Scheme, rate: float, needed: Errors) -> bytes:
        kind = (scheme.grouping, scheme.axial)
        stream = self.coded[kind]
        if scheme.sharing == "equal rate":
            return codec.truncate(stream, rate=rate)
        max_bytes = int(rate * self.original.size / 8)
        if scheme.sharing == "equal slope":
            return fit(stream, lambda budget: equal_slope(self.curves[kind], budget), max_bytes)
        of_groups = [needed[rate][list(group)].sum() for group in codec.groups(stream)]
        curves = self.curves[scheme.grouping, False]
        return fit(stream, lambda budget: as_needed(curves, np.array(of_groups), budget), max_bytes)


def _quality(
    errors: NDArray[np.float64],
    ssim: NDArray[np.float64],
    voxels: int,
    peak: float,
    selected: NDArray[np.bool_],
) -> tuple[float, ...]:
    psnr = psnr_of(errors, voxels, peak)
    pooled = float(psnr_of(errors.sum(), voxels * errors.size, peak))
    inside = selected.any()
    return (
        *(float(psnr[selected].mean()) if inside else float("nan"), float(psnr.mean()), pooled),
        *(float(ssim[selected].mean()) if inside else float("nan"), float(ssim.mean())),
    )


def decomposition(exams: pd.DataFrame) -> pd.DataFrame:
    """What the gain of 3D-WDR-MCPD over 3D-WDR is made of, for each exam, rate, region and order of steps.

    Parameters
    ----------
    exams : rows of `whole_exam` with a column `subject`

    Returns
    -------
    DataFrame
        The steps' gains in decibels (`ORDERS`), `axial_depth_db` as the sum of its two, and `gain_db`;
        allocation, grouping and axial depth add up to the gain, because each step starts where the one before
        it ends.
    """
    parts = []
    for (region, quality), (order, taken) in product(REGIONS.items(), ORDERS.items()):
        wide = exams.pivot(index=["subject", "exam", "rate_bpv"], columns="scheme", values=quality)
        steps = {name: gain_db(wide[after.name], wide[before.name]) for name, before, after in taken}
        part = pd.DataFrame(steps, index=wide.index)
        part.insert(0, "axial_depth_db", part["axial_depth_all_slices_db"] + part["axial_depth_selected_db"])
        part["gain_db"] = gain_db(wide[PAPER.name], wide[BASELINE.name])
        part.insert(0, "order", order)
        part.insert(0, "region", region)
        parts.append(part.reset_index())
    return pd.concat(parts, ignore_index=True)


def whole_exam_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Mean quality of each scheme at each rate over subjects, and its gain over 3D-WDR in the same exam."""
    return summarise(with_gains(exams), ["rate_bpv", "scheme"], [*QUALITIES, "exam_gain_db"])


def with_gains(exams: pd.DataFrame) -> pd.DataFrame:
    """Add `exam_gain_db`, the gain of each scheme over 3D-WDR in the same exam at the same rate."""
    keys = ["exam", "rate_bpv"]
    baseline = exams[exams["scheme"] == BASELINE.name].set_index(keys)["exam_psnr_db"]
    gains = gain_db(exams["exam_psnr_db"], baseline.loc[pd.MultiIndex.from_frame(exams[keys])])
    return exams.assign(exam_gain_db=gains)


def decomposition_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Mean over subjects of each part of the gain, with intervals, for each region and rate."""
    parts = ["allocation_db", "grouping_db", "axial_depth_db", "gain_db"]
    return summarise(decomposition(exams), ["region", "order", "rate_bpv"], parts)


def ways_of_exam(
    *,
    volume: Path,
    mcpd: Path,
    out: Path,
    exam: str,
    threshold: float,
    mcpd_unit: str,
    rates: list[float],
    coding: dict[str, Any],
    psnr_peak: float | str,
    ssim_range: float | str,
    ssim_window: str,
) -> None:
    """Step: the ways to spend the bits of an exam; `coding` holds the fields of `codec.Settings`."""
    voxels = read_exam(volume).volume.voxels
    selected = select(read_average(mcpd, mcpd_unit), threshold)
    reading = Reading(psnr_peak, ssim_range, ssim_window)
    write_csv(whole_exam(exam, voxels, selected, rates, codec.Settings(**coding), reading), out)
