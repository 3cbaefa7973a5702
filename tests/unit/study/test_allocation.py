"""Equal-slope sharing against exhaustive search and against its own condition of optimality."""

import itertools

import numpy as np
import pytest

from wdr_mcpd import codec
from wdr_mcpd.errors import StreamError
from wdr_mcpd.study.allocation import Curves, as_needed, equal_slope, fit, group_curves, lower_hull

LENGTHS = np.array([[0, 0], [10, 20], [20, 40], [30, 60], [40, 80]])


def convex_errors(first: float, second: float) -> np.ndarray:
    return np.column_stack([first * np.exp(-LENGTHS[:, 0] / 12), second * np.exp(-LENGTHS[:, 1] / 30)])


def test_no_other_split_at_the_points_has_a_smaller_error() -> None:
    errors = convex_errors(1000, 4000)
    for budget in (20, 50, 70, 100):
        bought = equal_slope(Curves(LENGTHS, errors), budget)
        assert bought.sum() == budget
        ours = sum(np.interp(bought[g], LENGTHS[:, g], errors[:, g]) for g in range(2))
        splits = itertools.product(range(5), range(5))
        best = min(errors[i, 0] + errors[j, 1] for i, j in splits if LENGTHS[i, 0] + LENGTHS[j, 1] <= budget)
        assert ours <= best + 1e-9


def test_the_group_with_the_larger_errors_gets_the_bits_first() -> None:
    assert equal_slope(Curves(LENGTHS, convex_errors(1, 1e6)), 60).tolist() == [0, 60]


def test_a_budget_beyond_everything_buys_everything() -> None:
    assert equal_slope(Curves(LENGTHS, convex_errors(1000, 4000)), 1000).tolist() == [40, 80]


def test_the_hull_leaves_out_points_above_a_chord_and_useless_bytes() -> None:
    lengths = np.array([0, 10, 20, 30, 40, 40])
    errors = np.array([100.0, 95.0, 40.0, 41.0, 10.0, 10.0])
    assert lower_hull(lengths, errors) == [0, 2, 4]


def test_a_group_that_bytes_do_not_help_gets_none() -> None:
    errors = np.column_stack([np.full(5, 7.0), convex_errors(1, 100)[:, 1]])
    assert equal_slope(Curves(LENGTHS, errors), 60).tolist() == [0, 60]


def test_sharing_as_needed_returns_the_lengths_that_gave_the_errors() -> None:
    curves = Curves(LENGTHS, convex_errors(1000, 4000))
    assert as_needed(curves, curves.errors[2], 60).tolist() == [20, 40]
    assert as_needed(curves, curves.errors[2], 30).tolist() == [10, 20]


def test_groups_that_need_nothing_get_nothing() -> None:
    curves = Curves(LENGTHS, np.zeros((5, 2)))
    assert as_needed(curves, np.zeros(2), 60).sum() <= 60


def test_a_budget_below_the_header_is_refused_and_one_of_it_keeps_the_header(volume: np.ndarray) -> None:
    groups = [(i,) for i in range(len(volume))]
    stream = codec.encode(volume, groups, rate=2.0)
    header = codec.reallocate(stream, [0] * len(groups))

    def nothing(budget: int) -> np.ndarray:
        return np.zeros(len(groups), np.int64)

    assert fit(stream, nothing, len(header)) == header
    with pytest.raises(StreamError, match="too few"):
        fit(stream, nothing, len(header) - 1)


def test_a_curve_is_what_the_shortened_file_decodes_to(volume: np.ndarray) -> None:
    stream = codec.encode(volume, [(0, 1, 3, 4), (2,), (5,)], rate=3.0)
    curves = group_curves(volume, stream, 0.1, [0, 2], points=5)
    for lengths, errors in zip(curves.lengths, curves.errors, strict=True):
        decoded = codec.decode(codec.reallocate(stream, [lengths[0], 0, lengths[1]]))
        off = np.square(volume.astype(float) - decoded)
        np.testing.assert_allclose(errors, [off[[0, 1, 3, 4]].sum(), off[5].sum()])
