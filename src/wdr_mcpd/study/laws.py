"""How gains depend on the spacing of the slices and on the rate, from volumes of thinned slices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import UNITS, average_mcpd, select
from wdr_mcpd.data import Volume, read_exam, read_volume, window
from wdr_mcpd.data.cut import cut_exam
from wdr_mcpd.data.exam import Exam
from wdr_mcpd.data.stack import as_slices, thin
from wdr_mcpd.data.volume_files import volume_file
from wdr_mcpd.progress import steps
from wdr_mcpd.study.coded import Coder
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import gain_db, peak_value

LEVELS = range(5)
SPACINGS = range(1, 7)
"""Every n-th slice is taken: 1.33 to 8 mm of slices 1.33 mm apart."""
FEWEST = 3  # spacings that make a law
COUNTS = (10, 30)  # other numbers of slices that an exam may have
EVERY = "every n-th"
GAINS = {
    "axial_transform_db": ("axial", "flat"),
    "best_depth_db": ("best", "flat"),
    "by_content_db": ("content", "axial"),
    "mcpd_db": ("mcpd", "axial"),
    "mcpd_over_alone_db": ("mcpd", "alone"),
    "alone_db": ("alone", "axial"),
    "coherent_db": ("coherent", "axial"),
}
"""Name of each gain, and the two ways to code the exam whose pooled PSNRs it is the difference of."""


COLUMNS = [
    *("exam", "taken", "every", "spacing_mm", "slices", "noise_share"),
    *(*(f"selected_share_{unit}" for unit in UNITS), "median_mcpd", "rate_bpv", "best_levels", *GAINS),
]


@dataclass(frozen=True)
class How:
    """How the gains of a law are measured.

    `threshold`, `unit` and `reference` are the selection of 3D-WDR-MCPD, `settings` its own and those of
    3D-WDR, `peak` that of the PSNR.
    """

    threshold: float
    unit: str
    settings: codec.Settings
    peak: float | str
    reference: str = "following"


def noise_share(voxels: NDArray[Any]) -> float:
    """Standard deviation of the noise (mean of a wavelet estimate of each slice) over that of the volume."""
    from skimage.restoration import estimate_sigma

    spread = float(voxels.std(dtype=np.float64))
    return float(np.mean([estimate_sigma(part.astype(np.float64)) for part in voxels])) / (spread or 1.0)


def gains_at(voxels: NDArray[Any], rates: Sequence[float], how: How) -> pd.DataFrame:
    """Measure the gains of one volume (slice, row, column) at each rate (bits per voxel).

    Returns
    -------
    DataFrame
        One row per rate: `rate_bpv`, `best_levels` and the columns of `GAINS`, all of the pooled PSNR.
    """
    settings, selected = how.settings, select(average_mcpd(voxels, how.unit, how.reference), how.threshold)
    everything = np.ones_like(selected)
    depths = {str(levels): replace(settings, axial_levels=levels) for levels in LEVELS}
    ways = {
        "axial": (everything, settings),
        "flat": (everything, depths["0"]),
        "content": (everything, replace(settings, axial_levels="auto")),
        "mcpd": (selected, settings),
        "alone": (np.zeros_like(selected), settings),
        "coherent": (everything, codec.Settings(coder="cc")),
        **{levels: (everything, depth) for levels, depth in depths.items()},
    }
    coder = Coder(voxels, list(rates), peak_value(voxels, how.peak))
    psnr = {name: [one.exam_psnr_db for one in coder(*way)] for name, way in ways.items()}
    best = np.argmax([psnr[levels] for levels in depths], axis=0)
    psnr["best"] = [psnr[str(levels)][place] for place, levels in enumerate(best)]
    gains = {name: gain_db(psnr[after], psnr[before]) for name, (after, before) in GAINS.items()}
    inside = int(selected.sum())
    return pd.DataFrame({"rate_bpv": list(rates), "in_volume": inside, "best_levels": best, **gains})


def selections(voxels: NDArray[Any], threshold: float) -> dict[str, float]:
    """Share of the slices that the threshold selects in each unit of intensity, and the median in `std`."""
    average = {unit: average_mcpd(voxels, unit) for unit in UNITS}
    shares = {f"selected_share_{unit}": float(select(average[unit], threshold).mean()) for unit in UNITS}
    return {**shares, "median_mcpd": float(np.median(average["std"][:-1]))}


def spacing_law(
    exam: str,
    series: Volume,
    slices: int,
    rate: float,
    how: How,
    spacings: Sequence[int] = SPACINGS,
) -> pd.DataFrame:
    """Measure the gains of a series of thin slices at each spacing that every n-th of them has.

    Parameters
    ----------
    exam : name of the rows
    series : the whole series
    slices : how many make an exam
    rate : bits per voxel
    how : as for `gains_at`
    spacings : every how many slices one is taken; those that leave too few slices are passed over, and where
        fewer than three are left there is no law

    Returns
    -------
    DataFrame
        One row per spacing and way to take slices: `taken` "every n-th" or "averaged", both with `slices`
        slices, and "equal extent", every n-th of the central slices that the widest spacing spans. Averages
        have less noise.
    """
    usable = [n for n in spacings if len(series.voxels) // n >= slices]
    if len(usable) < FEWEST:
        return pd.DataFrame(columns=COLUMNS)
    extent = window(series, max(usable) * slices).volume
    rows = []
    for every in steps(usable, "spacing"):
        volumes = {
            EVERY: window(thin(series, every), slices).volume,
            "averaged": window(thin(series, every, average=True), slices).volume,
            "equal extent": thin(extent, every),
        }
        for taken, volume in volumes.items():
            if taken == "averaged" and every == 1:
                continue
            voxels = volume.voxels
            described = {"exam": exam, "taken": taken, "every": every, "spacing_mm": volume.spacing[0]}
            described |= {"slices": len(voxels), "noise_share": noise_share(voxels)}
            gains = gains_at(voxels, [rate], how).iloc[0].to_dict()
            rows.append(described | selections(voxels, how.threshold) | gains)
    return pd.DataFrame(rows, columns=COLUMNS)


def turning_points(law: pd.DataFrame, gains: Sequence[str] = tuple(GAINS)) -> pd.DataFrame:
    """Find the spacing at which each gain of each exam first changes its sign.

    Parameters
    ----------
    law : rows of `spacing_law` with a column `subject`

    Returns
    -------
    DataFrame
        One row per subject, exam, `taken` and `gain`: `spacing_mm`, linear between the spacings measured, NaN
        where the sign does not change, and `sign` at the smallest spacing.
    """
    rows = []
    for key, one in law.sort_values("spacing_mm").groupby(["subject", "exam", "taken"], sort=False):
        for gain in gains:
            spacing, values = one["spacing_mm"].to_numpy(), one[gain].to_numpy()
            changes = np.flatnonzero((values[:-1] != 0) & (np.sign(values[:-1]) != np.sign(values[1:])))
            turn = float("nan")
            if len(changes):
                at = int(changes[0])
                share = values[at] / (values[at] - values[at + 1])
                turn = float(spacing[at] + share * (spacing[at + 1] - spacing[at]))
            rows.append((*key, gain, turn, float(np.sign(values[0]))))
    return pd.DataFrame(rows, columns=["subject", "exam", "taken", "gain", "spacing_mm", "sign"])


def alternatives(
    exam: str, cut: Callable[[int, int | str], Exam], slices: int, first: int | str, rate: float, how: How
) -> pd.DataFrame:
    """Measure the gains of one exam under other choices of what the paper leaves open.

    Parameters
    ----------
    exam : name of the rows
    cut : gives so many slices of the series from one on, counted from 1, or its central ones
    slices, first, how : as configured
    rate : bits per voxel

    Returns
    -------
    DataFrame
        One row per choice, the configured ones first: `chosen`, the key that is changed and its value, and
        the columns of `gains_at`. A choice for which the series has too few slices is left out.
    """
    configured = cut(slices, first)
    voxels, more = configured.volume.voxels, configured.available - slices
    changed = {"as configured": how}
    changed |= {f"mcpd_unit: {unit}": replace(how, unit=unit) for unit in UNITS if unit != how.unit}
    changed |= {f"mcpd_reference: {name}": replace(how, reference=name) for name in ("all", "adjacent")}
    ways = {name: (voxels, one) for name, one in changed.items()}
    for name, number in {"1": 1, "the last possible": more + 1}.items() if more else ():
        ways[f"first_slice: {name}"] = (cut(slices, number).volume.voxels, how)
    for count in COUNTS:
        if count <= configured.available and count != slices:
            ways[f"slices: {count}"] = (cut(count, "central").volume.voxels, how)
    measured = [
        gains_at(some, [rate], one).assign(chosen=name)
        for name, (some, one) in steps(list(ways.items()), "choice")
    ]
    return pd.concat(measured, ignore_index=True).assign(exam=exam)


def alternatives_of_exam(
    *,
    manifest: Path,
    out: Path,
    exam: str,
    slices: int,
    first_slice: int | str,
    slice_step: int | str,
    slice_average: bool,
    slice_axis: int | str,
    threshold: float,
    mcpd_unit: str,
    mcpd_reference: str,
    table_rate: float,
    coding: dict[str, Any],
    psnr_peak: float | str,
) -> None:
    """Step: gains of an exam under other choices of what the paper leaves open."""
    how = How(threshold, mcpd_unit, codec.Settings(**coding), psnr_peak, mcpd_reference)

    def cut(count: int, first: int | str) -> Exam:
        return cut_exam(manifest.parent, count, first, slice_step, slice_average, slice_axis)

    write_csv(alternatives(exam, cut, slices, first_slice, table_rate, how), out)


def laws_of_exam(
    *,
    manifest: Path,
    volume: Path,
    spacing: Path,
    rate_law: Path,
    exam: str,
    slices: int,
    slice_axis: int | str,
    threshold: float,
    mcpd_unit: str,
    rates: list[float],
    table_rate: float,
    coding: dict[str, Any],
    psnr_peak: float | str,
) -> None:
    """Step: gains of an exam against spacing, from its whole series, and against rate, from its slices."""
    how = How(threshold, mcpd_unit, codec.Settings(**coding), psnr_peak)
    at_rates = gains_at(read_exam(volume).volume.voxels, rates, how)
    write_csv(at_rates.assign(exam=exam), rate_law)
    series = read_volume(manifest.parent)
    if volume_file(manifest.parent) is not None:  # cut as the slices of the study are (`data.cut`)
        series, _ = as_slices(series, slice_axis)
    write_csv(spacing_law(exam, series, slices, table_rate, how), spacing)
