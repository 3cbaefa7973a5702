"""Sharing bits among groups of slices by their rate-distortion curves, in real files of a given size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.errors import StreamError
from wdr_mcpd.study.cuts import errors_at

POINTS = 24  # of each rate-distortion curve


@dataclass(frozen=True)
class Curves:
    """Rate-distortion curves of the groups of one stream.

    Attributes
    ----------
    lengths : ndarray (point, group), payload bytes; the first point keeps nothing, the last everything
    errors : ndarray (point, group), sum of squared errors of the group's slices
    """

    lengths: NDArray[np.int64]
    errors: NDArray[np.float64]

    def of(self, groups: Sequence[int]) -> "Curves":
        """Curves of some of the groups."""
        return Curves(self.lengths[:, groups], self.errors[:, groups])

    def beside(self, other: "Curves") -> "Curves":
        """Curves of these groups and then of others."""
        return Curves(np.hstack([self.lengths, other.lengths]), np.hstack([self.errors, other.errors]))


def group_curves(
    original: NDArray[Any],
    stream: bytes,
    lowest_rate: float,
    measured: Sequence[int],
    points: int = POINTS,
) -> Curves:
    """Measure the curves of some groups of an embedded stream by decoding them shortened, the others empty.

    Parameters
    ----------
    original : ndarray (slice, row, column)
    stream : one stream whose groups are coded far above the rates of interest
    lowest_rate : bits per voxel of the first point after the empty group
    measured : the groups to measure, by their place in the stream
    points : of each curve
    """
    groups = [codec.groups(stream)[place] for place in measured]
    complete = np.array(codec.group_lengths(stream))
    sizes = np.array([len(group) * original[0].size for group in groups])
    highest_rate = float((8 * complete[measured] / sizes).max(initial=lowest_rate))
    rates = np.geomspace(lowest_rate, highest_rate, points - 1)
    steps = np.ceil(np.concatenate([[0.0], rates])[:, None] * sizes / 8).astype(np.int64)
    lengths = np.minimum(steps, complete[measured])
    everywhere = np.zeros((points, complete.size), np.int64)
    everywhere[:, measured] = lengths
    found = errors_at(original, stream, everywhere.tolist())
    errors = [[of_slices[list(group)].sum() for group in groups] for of_slices, _ in found]
    return Curves(lengths, np.array(errors))


def equal_slope(curves: Curves, budget: int) -> NDArray[np.int64]:
    """Bytes of each group that give the smallest total error for a budget.

    Each curve is replaced by its lower convex hull; the hulls' segments of all groups are bought in the order
    of the error that they remove per byte, so that at the end all groups stand at the same slope.

    Parameters
    ----------
    curves : of the groups
    budget : bytes for all groups together

    Returns
    -------
    ndarray (group,) of int64, with a sum of at most the budget (and equal to it unless everything is bought)
    """
    lengths, errors = curves.lengths, curves.errors
    segments: list[tuple[float, int, int, int]] = []  # (slope, group, order within the group, bytes)
    for group in range(lengths.shape[1]):
        hull = lower_hull(lengths[:, group], errors[:, group])
        for order, (start, end) in enumerate(pairwise(hull)):
            size = int(lengths[end, group] - lengths[start, group])
            slope = (errors[end, group] - errors[start, group]) / size
            segments.append((float(slope), group, order, size))
    bought = np.zeros(lengths.shape[1], dtype=np.int64)
    left = budget
    for _, group, _, size in sorted(segments):
        taken = min(size, left)
        bought[group] += taken
        left -= taken
    return bought


def lower_hull(lengths: NDArray[np.int64], errors: NDArray[np.float64]) -> list[int]:
    """Indices of the points on the falling part of the lower convex hull of one curve."""
    hull: list[int] = []
    for point in range(len(lengths)):
        if hull and (lengths[point] == lengths[hull[-1]] or errors[point] >= errors[hull[-1]]):
            continue
        while len(hull) > 1 and _above_chord(lengths, errors, hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return hull


def _above_chord(
    lengths: NDArray[np.int64], errors: NDArray[np.float64], first: int, middle: int, last: int
) -> bool:
    rise = (errors[last] - errors[first]) / (lengths[last] - lengths[first])
    return bool(errors[middle] >= errors[first] + rise * (lengths[middle] - lengths[first]))


def as_needed(curves: Curves, errors: NDArray[np.float64], budget: int) -> NDArray[np.int64]:
    """Bytes of each group in proportion to what it needs for the given sum of squared errors.

    Between the points of a curve the logarithm of the error is taken as linear in the bytes.

    Returns
    -------
    ndarray (group,) of int64, with a sum of at most the budget
    """
    needed = np.empty(len(errors))
    for group, error in enumerate(errors):
        falling = np.log(np.minimum.accumulate(curves.errors[:, group]) + 1)[::-1]
        needed[group] = np.interp(np.log(error + 1), falling, curves.lengths[::-1, group])
    if needed.sum() == 0:
        return np.zeros(len(errors), dtype=np.int64)
    shares: NDArray[np.int64] = np.floor(needed * (budget / needed.sum())).astype(np.int64)
    return shares


def fit(stream: bytes, share: Callable[[int], NDArray[np.int64]], max_bytes: int) -> bytes:
    """Shorten the groups of a stream to a file of at most `max_bytes`.

    Parameters
    ----------
    stream : with all groups coded far beyond what is kept
    share : gives the bytes of each group for a budget without the header
    max_bytes : size of the file with its header

    Raises
    ------
    StreamError
        When not even the header and empty groups fit.
    """
    budget = max_bytes
    while budget >= 0:  # the header lists the lengths, so its size depends a little on the sharing
        shared: bytes = codec.reallocate(stream, share(budget).tolist())
        if len(shared) <= max_bytes:
            return shared
        budget -= len(shared) - max_bytes
    raise StreamError(f"{max_bytes} bytes are too few for the header of {len(codec.groups(stream))} groups")
