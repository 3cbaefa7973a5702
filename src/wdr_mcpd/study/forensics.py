"""What the paper's printed tables give away about its exam: a post hoc reading, of numbers alone.

Nothing here was asked before the tables were seen. A bound follows from the printed numbers whatever the exam
was; a reading that comes near is only consistent with them.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd.coherence import UNITS, average_mcpd, mcpd_matrix
from wdr_mcpd.coherence.mcpd import reference_weights
from wdr_mcpd.data import read_exam
from wdr_mcpd.study.frames import write_csv

OUTLIER = 10
"""Slice of the paper's Table 2 whose MCPD is four times that of any other."""
ORDERS = 2000  # random ones of the order test
PRINTED = 5e-5  # half a unit of the last digit of Table 2


def distance_bounds(
    average: NDArray[np.float64], wanted: Mapping[str, Sequence[tuple[int, int]]]
) -> pd.DataFrame:
    """Bounds that hold for the MCPDs of any exam with these averages over following slices.

    The MCPD (eq. 1) is a distance, so that d(i, k) <= d(i, j) + d(j, k); with the printed averages that is a
    linear programme in the distances of all pairs.

    Parameters
    ----------
    average : ndarray (slice,), as printed, to four decimals; the last one, of a slice without followers, is
        not used
    wanted : names, and the pairs (slices from 1, the smaller first) whose mean distance is bounded

    Returns
    -------
    DataFrame
        `name`, `low` and `high`.

    Raises
    ------
    ValueError
        When no distances have these averages.
    """
    from scipy.optimize import linprog

    slices = len(average)
    place = {pair: n for n, pair in enumerate(combinations(range(slices), 2))}
    triangles = [(place[i, j], place[i, k], place[j, k]) for i, j, k in combinations(range(slices), 3)]
    longest_first = np.concatenate([np.roll(triangles, turn, axis=1) for turn in range(3)])
    inequality = np.zeros((len(longest_first), len(place)))
    np.put_along_axis(inequality, longest_first, np.array([[1.0, -1.0, -1.0]]), axis=1)
    sums = np.zeros((slices - 1, len(place)))
    for (i, _), n in place.items():
        sums[i, n] = 1
    followers = slices - 1 - np.arange(slices - 1)
    limits = np.vstack([inequality, sums, -sums])
    about, slack = followers * average[:-1], followers * PRINTED
    right = np.concatenate([np.zeros(len(inequality)), about + slack, slack - about])
    found = []
    for name, pairs in wanted.items():
        goal = np.zeros(len(place))
        goal[[place[a - 1, b - 1] for a, b in pairs]] = 1 / len(pairs)
        ends = [linprog(sign * goal, A_ub=limits, b_ub=right, bounds=(0, None)) for sign in (1, -1)]
        if not all(end.success for end in ends) or ends[1].fun is None:
            raise ValueError("no distances have these averages")
        found.append((name, ends[0].fun, -ends[1].fun))
    return pd.DataFrame(found, columns=["name", "low", "high"])


def lag1(values: NDArray[np.float64]) -> float:
    """Autocorrelation at lag 1, of neighbouring slices."""
    centred = values - values.mean()
    power = float((centred**2).sum())
    return float((centred[:-1] * centred[1:]).sum() / power) if power else float("nan")


def order_test(
    exam: str, matrix: NDArray[np.float64], without: Sequence[int], count: int, seed: int
) -> pd.DataFrame:
    """Tell what lag-1 autocorrelation a column of average MCPDs has in the stack's order and in random ones.

    Parameters
    ----------
    exam : name of the rows
    matrix : ndarray (slice, slice), MCPD of each pair
    without : places in the column (from 1) that are left out, as where the paper's has an outlier
    count : random orders, drawn with `seed`

    Returns
    -------
    DataFrame
        One row per order (the first is the stack's): `order` "stored" or "random" and `lag1`. The last slice
        of the column, which has no followers, is left out.
    """
    slices = len(matrix)
    weights = reference_weights(slices, "following")
    kept = [i for i in range(slices - 1) if i + 1 not in without]
    random = np.random.default_rng(seed)
    orders = [np.arange(slices), *(random.permutation(slices) for _ in range(count))]
    rows = []
    for number, order in enumerate(orders):
        column = (matrix[np.ix_(order, order)] * weights).sum(axis=1)[kept]
        rows.append((exam, "random" if number else "stored", lag1(column)))
    return pd.DataFrame(rows, columns=["exam", "order", "lag1"])


def units_of(exam: str, original: NDArray[Any], matrix: NDArray[np.float64]) -> pd.DataFrame:
    """Smallest, median and largest average MCPD of an exam in each unit that could be meant."""
    of_slices = [(part - part.mean()) / (part.std() or 1) for part in original.astype(np.float64)]
    readings = {unit: average_mcpd(original, unit) for unit in UNITS}
    weights = reference_weights(len(original), "following")
    mean = float(original.mean())
    readings["mean intensity"] = (matrix * weights).sum(axis=1) / (mean or 1.0)
    readings["z-scores of each slice"] = average_mcpd(np.array(of_slices), "stored")
    readings["high byte (stored / 256)"] = readings["stored"] / 256
    quantiles = [(exam, unit, *np.quantile(column[:-1], [0, 0.5, 1])) for unit, column in readings.items()]
    return pd.DataFrame(quantiles, columns=["exam", "unit", "low", "middle", "high"])


PAIRS: dict[str, list[tuple[int, int]]] = {
    "d(9, 10)": [(9, 10)],
    "d(10, 11)": [(10, 11)],
    "mean of d(9, 11 to 20)": [(9, j) for j in range(11, 21)],
    "mean of d(10, 11 to 20)": [(10, j) for j in range(11, 21)],
}
"""Distances of the paper's Table 2 that say whether slice 10 is like its neighbours."""


def orders_of_exam(*, volume: Path, out: Path, units: Path, exam: str, seed: int) -> None:
    """Step: the order test of an exam, and its average MCPDs in each unit."""
    voxels = read_exam(volume).volume.voxels
    matrix = mcpd_matrix(voxels)
    write_csv(order_test(exam, matrix, [OUTLIER], ORDERS, seed), out)
    write_csv(units_of(exam, voxels, matrix), units)
