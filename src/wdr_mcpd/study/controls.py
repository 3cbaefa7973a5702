"""The controls that a gain of 3D-WDR-MCPD must stand beside: other ways to code an exam in the same bits.

A gain over 3D-WDR can come from the similarity that the MCPD measures, from leaving out an axial transform
that does harm, from giving bits to slices that are easy anyway, or from the order of the stack. Each control
changes one of these and keeps the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import average_mcpd, select
from wdr_mcpd.coherence.table import read_average
from wdr_mcpd.data import read_exam
from wdr_mcpd.progress import steps
from wdr_mcpd.study.coded import Coder
from wdr_mcpd.study.frames import read_csv, write_csv
from wdr_mcpd.study.metrics import gain_db, peak_value
from wdr_mcpd.study.statistics import summarise

Mask = NDArray[np.bool_]

BASELINE, PROPOSED, ALONE = "3D-WDR", "3D-WDR-MCPD", "2D-WDR"
NO_AXIAL, BY_CONTENT = "3D-WDR, no axial transform", "3D-WDR, axial depth by content"
COHERENT = "3D-WDR-CC"
EASIEST, LAST, REVERSED = "easiest slices by 2D PSNR", "last slices of the stack", "stack reversed"
COUNTS = (5, 10, 15)
"""Slices to select where the threshold selects (nearly) all or none."""
DEPTHS: dict[str, codec.Settings] = {
    **{f"{levels} axial levels": codec.Settings(axial_levels=levels) for levels in range(5)},
    "dyadic, 5 levels": codec.Settings(decomposition="dyadic", axial_levels=5),
}
WAVELETS = ("haar", "bior2.2", "db4", "sym8")
"""Wavelets that the paper may have meant as well: it names none."""
COLUMNS = [
    *("exam", "rate_bpv", "kind", "control", "against", "in_volume", "bytes"),
    *("exam_psnr_db", "exam_gain_db", "selected_psnr_db", "selected_gain_db"),
]


@dataclass(frozen=True, eq=False)
class Control:
    """One way to code an exam, and what it is compared with.

    Attributes
    ----------
    kind : "method", "depth", "wavelet", "choice" (other slices than the MCPD's) or "count"
    name : in the tables
    inside : ndarray (slice,) bool, the slices coded as one volume; every other one is coded alone
    settings : of the codec
    compared : ndarray (slice,) bool, the slices on which the gain of the selected ones is taken
    against : name of the control whose PSNR is subtracted
    """

    kind: str
    name: str
    inside: Mask
    settings: codec.Settings
    compared: Mask
    against: str = BASELINE


def controls(
    exam: str,
    coder: Coder,
    average: NDArray[np.float64],
    average_reversed: NDArray[np.float64],
    threshold: float,
    settings: codec.Settings,
) -> pd.DataFrame:
    """Measure every control of one exam at one rate, each in a file of at most rate x voxels / 8 bytes.

    Parameters
    ----------
    exam : name of the rows
    coder : of the exam's slices, at one rate
    average : ndarray (slice,), average MCPD of each slice
    average_reversed : ndarray (slice,), the same of the stack reversed, in its order (`original[::-1]`)
    threshold : average MCPD up to which a slice is selected
    settings : of 3D-WDR and 3D-WDR-MCPD

    Returns
    -------
    DataFrame
        One row per control; `exam_gain_db` is the difference of the pooled PSNRs, `selected_gain_db` that of
        the means over the compared slices' PSNRs (NaN where there are none).
    """
    (rate,) = coder.rates
    (alone,) = coder(np.zeros(len(coder.original), bool), settings)
    listed = _listed(average, threshold, alone.errors, settings)
    named = {one.name: one for one in listed}
    coder.all([(one.inside, one.settings) for one in listed])
    rows = [
        (exam, rate, one.kind, one.name, one.against, *_compared(coder, one, named[one.against]))
        for one in steps(listed, "control")
    ]
    backwards = Coder(np.ascontiguousarray(coder.original[::-1]), [rate], coder.peak)
    selected = select(average_reversed, threshold)
    here = Control("choice", REVERSED, selected, settings, selected)
    there = replace(here, inside=np.ones_like(selected))
    rows.append((exam, rate, here.kind, here.name, here.against, *_compared(backwards, here, there)))
    return pd.DataFrame(rows, columns=COLUMNS)


def draw(
    exam: str, coder: Coder, sizes: Sequence[int], count: int, seed: int, settings: codec.Settings
) -> pd.DataFrame:
    """Measure slices chosen at random and every contiguous run, as the volume of 3D-WDR-MCPD, against 3D-WDR.

    Parameters
    ----------
    sizes : how many slices are chosen; those that leave no choice are passed over
    count : random choices of each size, drawn with `seed`
    exam, coder, settings : as for `controls`

    Returns
    -------
    DataFrame
        Rows of `kind` "random" and "contiguous", as of `controls`; a control's name is that of its slices.
    """
    (rate,), slices = coder.rates, len(coder.original)
    random, choices = np.random.default_rng(seed), []
    for size in sorted({size for size in sizes if 0 < size < slices}):
        some = [random.choice(slices, size, replace=False) for _ in range(count)]
        runs = [np.arange(first, first + size) for first in range(slices - size + 1)]
        choices += [("random", chosen) for chosen in some] + [("contiguous", run) for run in runs]
    rows = []
    for kind, chosen in steps(choices, "choice"):
        inside = np.isin(np.arange(slices), chosen)
        name = " ".join(str(i + 1) for i in np.flatnonzero(inside))
        one = Control(kind, name, inside, settings, inside)
        found = _compared(coder, one, replace(one, inside=np.ones_like(inside)))
        rows.append((exam, rate, kind, name, BASELINE, *found))
    return pd.DataFrame(rows, columns=COLUMNS)


def controls_table(exams: pd.DataFrame) -> pd.DataFrame:
    """Mean over subjects of each control, with intervals; `exams` are rows of `controls` with a `subject`."""
    values = ["in_volume", "exam_psnr_db", "exam_gain_db", "selected_gain_db"]
    return summarise(exams, ["rate_bpv", "kind", "control", "against"], values)


def ease(average: NDArray[np.float64], psnr_alone: NDArray[np.float64]) -> float:
    """Rank correlation (Spearman) of the slices' average MCPD with their PSNR alone, without the last one.

    Parameters
    ----------
    average, psnr_alone : ndarray (slice,); the last slice has no MCPD
    """
    from scipy.stats import spearmanr

    return float(spearmanr(average[:-1], psnr_alone[:-1]).statistic)


def standing(of_controls: pd.DataFrame, drawn: pd.DataFrame) -> pd.DataFrame:
    """Say where the MCPD's choice stands among random and contiguous choices of as many slices.

    Parameters
    ----------
    of_controls, drawn : rows of `controls` and `draw` of one or more exams

    Returns
    -------
    DataFrame
        One row per exam, size of the MCPD's choice and kind of draw: how many there are, quantiles of their
        gains over the exam, and the shares that gain less than the MCPD's choice, on the whole exam and on
        the slices chosen.
    """
    chosen = of_controls[(of_controls["control"] == PROPOSED) | (of_controls["kind"] == "count")]
    by_mcpd = chosen[~chosen["control"].str.contains(EASIEST)].drop_duplicates(["exam", "in_volume"])
    rows: list[tuple[object, ...]] = []
    for one in by_mcpd.itertuples():
        same = drawn[(drawn["exam"] == one.exam) & (drawn["in_volume"] == one.in_volume)]
        for kind, of_kind in same.groupby("kind", sort=True):
            gains, of_chosen = of_kind["exam_gain_db"], of_kind["selected_gain_db"]
            below = (gains < one.exam_gain_db).mean(), (of_chosen < one.selected_gain_db).mean()
            spread = gains.min(), gains.median(), gains.max()
            rows.append((one.exam, one.in_volume, kind, len(gains), one.exam_gain_db, *spread, *below))
    columns = ["exam", "in_volume", "kind", "draws", "mcpd_gain_db", "smallest_db", "median_db", "largest_db"]
    return pd.DataFrame(rows, columns=[*columns, "share_below", "share_below_selected"])


def _listed(
    average: NDArray[np.float64],
    threshold: float,
    errors_alone: NDArray[np.float64],
    settings: codec.Settings,
) -> list[Control]:
    selected = select(average, threshold)
    size, slices = int(selected.sum()), len(average)
    every, none = np.ones_like(selected), np.zeros_like(selected)
    ways = {
        BASELINE: (every, settings),
        PROPOSED: (selected, settings),
        ALONE: (none, settings),
        NO_AXIAL: (every, replace(settings, axial_levels=0)),
        BY_CONTENT: (every, replace(settings, axial_levels="auto")),
        COHERENT: (every, codec.Settings(coder="cc")),
    }
    listed = [Control("method", name, *way, selected) for name, way in ways.items()]
    listed.append(Control("method", f"{PROPOSED} against {ALONE}", selected, settings, selected, ALONE))
    others = {EASIEST: first_of(errors_alone, size), LAST: np.arange(slices) >= slices - size}
    for name, inside in others.items():
        listed.append(Control("choice", name, inside, settings, inside))
    depths = {("depth", name): depth for name, depth in DEPTHS.items()}
    wavelets = {("wavelet", f"wavelet {name}"): replace(settings, wavelet=name) for name in WAVELETS}
    for (kind, name), used in (depths | wavelets).items():
        whole = f"{BASELINE}, {name}"
        listed.append(Control(kind, whole, every, used, selected))
        listed.append(Control(kind, f"{PROPOSED}, {name}", selected, used, selected, whole))
    for count in (count for count in COUNTS if count < slices):
        for name, values in {"slices by MCPD": average, EASIEST: errors_alone}.items():
            inside = first_of(values, count)
            listed.append(Control("count", f"{count} {name}", inside, settings, inside))
    return listed


def first_of(values: NDArray[np.float64], count: int) -> Mask:
    """Mark the `count` smallest of values (slice,); of equal ones the first."""
    chosen = np.zeros(len(values), bool)
    chosen[np.argsort(values, kind="stable")[:count]] = True
    return chosen


def _compared(coder: Coder, one: Control, other: Control) -> tuple[float, ...]:
    (here,), (there,) = (coder(way.inside, way.settings) for way in (one, other))
    some, some_before = here.mean_psnr_db(one.compared), there.mean_psnr_db(one.compared)
    exam_gain = float(gain_db(here.exam_psnr_db, there.exam_psnr_db))
    selected = (some, float(gain_db(some, some_before)))
    return int(one.inside.sum()), here.size, here.exam_psnr_db, exam_gain, *selected


def controls_of_exam(
    *,
    volume: Path,
    mcpd: Path,
    out: Path,
    exam: str,
    table_rate: float,
    threshold: float,
    mcpd_unit: str,
    mcpd_reference: str,
    coding: dict[str, Any],
    psnr_peak: float | str,
) -> None:
    """Step: the controls of an exam; `coding` holds the fields of `codec.Settings`."""
    voxels, average = read_exam(volume).volume.voxels, read_average(mcpd, mcpd_unit)
    backwards = average_mcpd(voxels[::-1], mcpd_unit, mcpd_reference)
    coder = Coder(voxels, [table_rate], peak_value(voxels, psnr_peak))
    write_csv(controls(exam, coder, average, backwards, threshold, codec.Settings(**coding)), out)


def draws_of_exam(
    *,
    volume: Path,
    controls: Path | None = None,
    out: Path,
    exam: str,
    draws: int,
    seed: int,
    table_rate: float,
    coding: dict[str, Any],
    psnr_peak: float | str,
    sizes: Sequence[int] = (),
) -> None:
    """Step: random and contiguous choices of so many slices, or with `controls` of as many as the MCPD's and
    of 5, 10 and 15."""
    if controls is not None:
        sizes = read_csv(controls).query("control == @PROPOSED or kind == 'count'")["in_volume"].tolist()
    voxels = read_exam(volume).volume.voxels
    coder = Coder(voxels, [table_rate], peak_value(voxels, psnr_peak))
    write_csv(draw(exam, coder, sizes, draws, seed, codec.Settings(**coding)), out)
