"""How gains depend on the spacing of the slices and on the rate, from volumes of thinned slices."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import UNITS, average_mcpd, coding_groups, select
from wdr_mcpd.data import Volume, read_exam, read_volume
from wdr_mcpd.data.reading import volume_file
from wdr_mcpd.data.stack import as_slices
from wdr_mcpd.progress import steps
from wdr_mcpd.study.coded import Coded, coded_at_rates
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import gain_db, peak_value

LEVELS = range(5)
SPACINGS = range(1, 7)
"""Every n-th slice is taken: 1.33 to 8 mm of slices 1.33 mm apart."""
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


def thinned(voxels: NDArray[Any], every: int, averaged: bool = False) -> NDArray[Any]:
    """Take every n-th slice, or the rounded mean of every n slices.

    A mean of n slices has the slice thickness that its spacing suggests, and less noise: the noise of
    independent slices falls by the square root of n.
    """
    if not averaged:
        return np.ascontiguousarray(voxels[::every])
    whole = len(voxels) // every * every
    means = voxels[:whole].reshape(-1, every, *voxels.shape[1:]).mean(axis=1, dtype=np.float64)
    rounded: NDArray[Any] = np.rint(means).astype(voxels.dtype)
    return rounded


def central(voxels: NDArray[Any], slices: int) -> NDArray[Any]:
    """Take the central slices, as `data.exam.window` does."""
    first = (len(voxels) - slices) // 2
    kept: NDArray[Any] = voxels[first : first + slices]
    return kept


def noise_share(voxels: NDArray[Any]) -> float:
    """Standard deviation of the noise (mean of a wavelet estimate of each slice) over that of the volume."""
    from skimage.restoration import estimate_sigma

    spread = float(voxels.std(dtype=np.float64))
    return float(np.mean([estimate_sigma(part.astype(np.float64)) for part in voxels])) / (spread or 1.0)


def gains_at(
    voxels: NDArray[Any],
    threshold: float,
    unit: str,
    rates: Sequence[float],
    settings: codec.Settings,
    peak: float | str,
    coherent: bool = True,
) -> pd.DataFrame:
    """Measure the gains of one volume at each rate.

    Parameters
    ----------
    voxels : ndarray (slice, row, column)
    threshold, unit : the selection of 3D-WDR-MCPD
    rates : bits per voxel
    settings : of 3D-WDR and 3D-WDR-MCPD
    peak : of the PSNR
    coherent : whether 3D-WDR-CC is measured too

    Returns
    -------
    DataFrame
        One row per rate: `rate_bpv`, `best_levels` and the columns of `GAINS`, all of the pooled PSNR.
    """
    value, rates = peak_value(voxels, peak), list(rates)
    selected = select(average_mcpd(voxels, unit), threshold)
    one, single = None, [(i,) for i in range(len(voxels))]
    depths = {levels: replace(settings, axial_levels=levels) for levels in LEVELS}
    ways: dict[str, tuple[Any, codec.Settings]] = {
        "axial": (one, settings),
        "flat": (one, depths[0]),
        "content": (one, replace(settings, axial_levels="auto")),
        "mcpd": (one if selected.all() else coding_groups(selected), settings),
        "alone": (single, settings),
        **({"coherent": (one, codec.Settings(coder="cc"))} if coherent else {}),
        **{f"{levels} levels": (one, depth) for levels, depth in depths.items()},
    }
    distinct: dict[str, list[Coded]] = {}
    coded = {}
    for name, way in ways.items():
        key = repr(way)
        if key not in distinct:
            distinct[key] = coded_at_rates(voxels, *way, rates, value)
        coded[name] = distinct[key]
    of_depths = [coded[f"{levels} levels"] for levels in LEVELS]
    rows = []
    for place, rate in enumerate(rates):
        at_rate: dict[str, Coded] = {name: found[place] for name, found in coded.items()}
        psnr = [found[place].exam_psnr_db for found in of_depths]
        best = int(np.argmax(psnr))
        at_rate["best"] = of_depths[best][place]
        reached = {name: one.exam_psnr_db for name, one in at_rate.items()}
        gains = [gain_db(reached.get(a, np.nan), reached[b]) for a, b in GAINS.values()]
        rows.append((rate, best, *map(float, gains)))
    return pd.DataFrame(rows, columns=["rate_bpv", "best_levels", *GAINS])


def selections(voxels: NDArray[Any], threshold: float) -> dict[str, float]:
    """Share of the slices that the threshold selects in each unit of intensity, and the median in `std`."""
    found = {}
    for unit in UNITS:
        average = average_mcpd(voxels, unit)
        found[f"selected_share_{unit}"] = float(select(average, threshold).mean())
        if unit == "std":
            found["median_mcpd"] = float(np.median(average[:-1]))
    return found


def spacing_law(
    exam: str,
    voxels: NDArray[Any],
    spacing: float,
    slices: int,
    threshold: float,
    unit: str,
    rate: float,
    settings: codec.Settings,
    peak: float | str,
    spacings: Sequence[int] = SPACINGS,
    coherent: bool = True,
) -> pd.DataFrame:
    """Measure the gains of a series of thin slices at each spacing that every n-th of them has.

    Parameters
    ----------
    exam : name of the rows
    voxels : ndarray (slice, row, column), the whole series
    spacing : of its slices, mm
    slices : how many make an exam
    threshold, unit, rate, settings, peak, coherent : as for `gains_at`
    spacings : every how many slices one is taken; those that leave too few slices are passed over

    Returns
    -------
    DataFrame
        One row per spacing and way to take slices: `taken` "every n-th" or "averaged", both with `slices`
        slices, and "equal extent", every n-th of the central slices that the widest spacing spans.
    """
    usable = [n for n in spacings if len(voxels) // n >= slices]
    extent = central(voxels, max(usable, default=0) * slices)
    rows = []
    for every in steps(usable, "spacing"):
        volumes = {
            "every n-th": central(thinned(voxels, every), slices),
            "averaged": central(thinned(voxels, every, averaged=True), slices),
            "equal extent": thinned(extent, every),
        }
        for taken, volume in volumes.items():
            if taken == "averaged" and every == 1:
                continue
            described = {"exam": exam, "taken": taken, "every": every, "spacing_mm": every * spacing}
            described |= {"slices": len(volume), "noise_share": noise_share(volume)}
            gains = gains_at(volume, threshold, unit, [rate], settings, peak, coherent).iloc[0].to_dict()
            rows.append(described | selections(volume, threshold) | gains)
    return pd.DataFrame(rows)


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


def whole_series(folder: Path, slice_axis: int | str) -> Volume:
    """Read all slices of an exam, cut as those of the study are (`data.cut`), none left out."""
    series = read_volume(folder)
    return series if volume_file(folder) is None else as_slices(series, slice_axis)[0]


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
    how = codec.Settings(**coding), psnr_peak
    at_rates = gains_at(read_exam(volume).volume.voxels, threshold, mcpd_unit, rates, *how)
    write_csv(at_rates.assign(exam=exam), rate_law)
    series = whole_series(manifest.parent, slice_axis)
    found = (series.voxels, series.spacing[0], slices, threshold, mcpd_unit, table_rate)
    write_csv(spacing_law(exam, *found, *how), spacing)
