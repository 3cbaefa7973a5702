"""How much any grouping of slices can win: rules of similarity, and an upper bound by searching partitions.

A partition of the slices into volumes and single slices is worth what its groups' rate-distortion curves give
when all of them stand at one slope. The searches use curves; what is reported was coded as one file with that
partition and decoded from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import coding_groups, select
from wdr_mcpd.coherence.mcpd import matrix_in, reference_weights
from wdr_mcpd.data import read_exam
from wdr_mcpd.progress import steps
from wdr_mcpd.study.allocation import Curves, equal_slope, fit, group_curves
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import gain_db, pooled_psnr

Group = tuple[int, ...]
Partition = list[Group]
HEADROOM = 2.5  # a group's curve reaches this many times the rate
LOWEST = 0.4  # and begins at this share of it
POINTS, BETWEEN = 7, 16  # measured of each curve, and read between two of them
HEADER_BYTES = 6  # of one more group in a stream, about
DEPTHS: tuple[int | str, ...] = (0, 1, 3)


def rules(matrix: NDArray[np.float64], threshold: float) -> dict[str, Partition]:
    """Partitions by rules of similarity.

    Parameters
    ----------
    matrix : ndarray (slice, slice), MCPD of each pair in the unit of the threshold
    threshold : largest MCPD of what counts as similar

    Returns
    -------
    dict
        "MCPD, the paper's rule"; "MCPD, repeated on what is left"; "pairwise, from the first slice on",
        where a slice joins the first volume to all of whose slices its MCPD is at most the threshold;
        "clusters", average linkage cut at the threshold; "every slice alone"; "one volume".
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    slices = len(matrix)
    average = (matrix * reference_weights(slices, "following")).sum(axis=1)
    clusters = fcluster(linkage(squareform(matrix, checks=False), "average"), threshold, "distance")
    return {
        "one volume": [tuple(range(slices))],
        "every slice alone": [(i,) for i in range(slices)],
        "MCPD, the paper's rule": coding_groups(select(average, threshold)),
        "MCPD, repeated on what is left": repeated_selection(matrix, threshold),
        "pairwise, from the first slice on": pairwise(matrix, threshold),
        "clusters": sorted(
            tuple(np.flatnonzero(clusters == cluster).tolist()) for cluster in np.unique(clusters)
        ),
    }


def repeated_selection(matrix: NDArray[np.float64], threshold: float) -> Partition:
    """Apply the paper's rule again to the slices that it leaves, until none is left."""
    left = np.arange(len(matrix))
    groups: Partition = []
    while len(left):
        weights = reference_weights(len(left), "following")
        average = (matrix[np.ix_(left, left)] * weights).sum(axis=1)
        chosen = select(average, threshold)  # always the last one at least
        groups.append(tuple(left[chosen].tolist()))
        left = left[~chosen]
    return sorted(groups)


def pairwise(matrix: NDArray[np.float64], threshold: float) -> Partition:
    """Put each slice in the first volume all of whose slices are within the threshold of it."""
    groups: list[list[int]] = []
    for i in range(len(matrix)):
        fitting = next((group for group in groups if (matrix[i, group] <= threshold).all()), None)
        if fitting is None:
            groups.append([i])
        else:
            fitting.append(i)
    return [tuple(group) for group in groups]


@dataclass
class Coster:
    """Rate-distortion curves of any group of slices, each coded once.

    Attributes
    ----------
    original : ndarray (slice, row, column)
    settings : of the codec
    rate : bits per voxel about which the curves are measured
    """

    original: NDArray[Any]
    settings: codec.Settings
    rate: float
    known: dict[Group, Curves] = field(default_factory=dict)

    def curve(self, group: Group) -> Curves:
        """Measure a group's curve; between the points the logarithm of the error is linear in the bytes."""
        if group not in self.known:
            block = np.ascontiguousarray(self.original[list(group)])
            stream = codec.encode(block, None, self.settings, rate=self.rate * HEADROOM)
            measured = group_curves(block, stream, self.rate * LOWEST, [0], POINTS)
            known, log = measured.lengths[1:, 0], np.log(measured.errors[1:, 0] + 1)
            lengths = np.unique(np.linspace(known[0], known[-1], POINTS * BETWEEN).astype(np.int64))
            errors = np.exp(np.interp(lengths, known, log)) - 1
            self.known[group] = Curves(
                np.concatenate([measured.lengths[:1, 0], lengths])[:, None],
                np.concatenate([measured.errors[:1, 0], errors])[:, None],
            )
        return self.known[group]

    def cost(self, group: Group, slope: float) -> float:
        """Squared error plus slope times bytes where the group's curve has that slope."""
        curve = self.curve(group)
        return float((curve.errors + slope * (curve.lengths + HEADER_BYTES)).min())

    def size(self, partition: Partition, slope: float) -> int:
        """Bytes of a partition all of whose groups stand at a slope."""
        total = 0
        for group in partition:
            curve = self.curve(group)
            best = int(np.argmin(curve.errors + slope * curve.lengths))
            total += int(curve.lengths[best, 0]) + HEADER_BYTES
        return total


def at_budget(coster: Coster, budget: int, search: Callable[[float], Partition]) -> tuple[Partition, float]:
    """Find the partition that a search gives at the slope where it takes the budget, and that slope."""
    low, high = 1e-6, 1e9  # squared error per byte
    partition = search(high)
    for _ in range(40):
        slope = float(np.sqrt(low * high))
        found = search(slope)
        if coster.size(found, slope) > budget:
            low = slope
        else:
            high, partition = slope, found
    return partition, high


def best_runs(coster: Coster, slope: float) -> Partition:
    """Find the best partition into contiguous runs at a slope, by dynamic programming."""
    slices = len(coster.original)
    best = [0.0] + [np.inf] * slices
    start_of = [0] * (slices + 1)
    for end in range(1, slices + 1):
        for start in range(end):
            cost = best[start] + coster.cost(tuple(range(start, end)), slope)
            if cost < best[end]:
                best[end], start_of[end] = cost, start
    runs: Partition = []
    end = slices
    while end:
        runs.append(tuple(range(start_of[end], end)))
        end = start_of[end]
    return runs[::-1]


def merged(coster: Coster, slope: float) -> Partition:
    """Merge any two groups, the best pair first, as long as that makes the whole cheaper at a slope."""
    groups: list[Group] = [(i,) for i in range(len(coster.original))]

    def saved(pair: tuple[Group, Group]) -> float:
        apart = sum(coster.cost(group, slope) for group in pair)
        return apart - coster.cost(tuple(sorted(pair[0] + pair[1])), slope)

    pairs = {(a, b): saved((a, b)) for i, a in enumerate(groups) for b in groups[i + 1 :]}
    while pairs:
        (first, second), most = max(pairs.items(), key=lambda item: item[1])
        if most <= 0:
            break
        new = tuple(sorted(first + second))
        groups = [group for group in groups if group not in (first, second)]
        pairs = {pair: value for pair, value in pairs.items() if not {first, second} & set(pair)}
        pairs |= {(group, new): saved((group, new)) for group in groups}
        groups.append(new)
    return sorted(groups)


def groupings(
    exam: str,
    original: NDArray[Any],
    matrix: NDArray[np.float64],
    threshold: float,
    rate: float,
    depths: Sequence[int | str] = DEPTHS,
) -> pd.DataFrame:
    """Measure rules and searched partitions of one exam, with bits shared at equal slope.

    Parameters
    ----------
    exam : name of the rows
    original : ndarray (slice, row, column)
    matrix : ndarray (slice, slice), MCPD of each pair in the unit of the threshold
    threshold : largest MCPD of what counts as similar
    rate : bits per voxel
    depths : axial levels of the volumes, one after the other

    Returns
    -------
    DataFrame
        One row per depth and grouping: the number of groups, slices in volumes of more than one, the
        partition in slice numbers from 1, bytes of the file, PSNR and its gain over every slice alone.
    """
    of_rules = rules(matrix, threshold)
    rows = []
    for levels in steps(list(depths), "axial depth"):
        settings = replace(codec.Settings(), axial_levels=levels)
        coster = Coster(original, settings, rate)
        max_bytes = int(rate * original.size / 8)
        _, slope = at_budget(coster, max_bytes, lambda _: of_rules["every slice alone"])
        runs, _ = at_budget(coster, max_bytes, partial(best_runs, coster))
        searched = {"best contiguous runs": runs, "best by merging any": merged(coster, slope)}
        psnr = {
            name: (partition, *coded(original, partition, coster, max_bytes))
            for name, partition in (of_rules | searched).items()
        }
        before = psnr["every slice alone"][2]
        for name, (partition, size, quality) in psnr.items():
            text = " | ".join(" ".join(str(i + 1) for i in group) for group in partition)
            inside = sum(len(group) for group in partition if len(group) > 1)
            gain = float(gain_db(quality, before))
            rows.append((exam, rate, str(levels), name, len(partition), inside, text, size, quality, gain))
    columns = ["exam", "rate_bpv", "axial_levels", "grouping", "groups", "slices_in_volumes"]
    return pd.DataFrame(rows, columns=[*columns, "partition", "bytes", "exam_psnr_db", "gain_over_alone_db"])


def coded(original: NDArray[Any], partition: Partition, coster: Coster, max_bytes: int) -> tuple[int, float]:
    """Code a partition as one file at equal slope: its bytes and the pooled PSNR of what it decodes to."""
    curves = [coster.curve(group) for group in partition]
    longest = max(len(curve.lengths) for curve in curves)

    def together(kind: str) -> NDArray[Any]:
        columns = [getattr(curve, kind) for curve in curves]
        return np.hstack([np.pad(one, ((0, longest - len(one)), (0, 0)), mode="edge") for one in columns])

    joined = Curves(together("lengths"), together("errors"))
    stream = codec.encode(original, partition, coster.settings, rate=coster.rate * HEADROOM)
    file = fit(stream, lambda budget: equal_slope(joined, budget), max_bytes)
    return len(file), pooled_psnr(original, codec.decode(file))


def groupings_of_exam(
    *, volume: Path, out: Path, exam: str, table_rate: float, threshold: float, mcpd_unit: str
) -> None:
    """Step: rules and searched partitions of an exam."""
    voxels = read_exam(volume).volume.voxels
    write_csv(groupings(exam, voxels, matrix_in(voxels, mcpd_unit), threshold, table_rate), out)
