"""The selection at T, with the paper's Table 2 as the golden case."""

from itertools import pairwise

import numpy as np
import pytest

from wdr_mcpd.coherence import coding_groups, distinct_selections, select
from wdr_mcpd.errors import InputError

TABLE_2 = np.array(
    [
        *(0.6009, 0.4716, 0.5357, 0.4882, 0.5173, 0.4784, 0.5229, 0.5806, 0.5325, 2.7478),
        *(0.6987, 0.6331, 0.6603, 0.5302, 0.4501, 0.6162, 0.6703, 0.3852, 0.2561, 0.0000),
    ]
)


def test_table_2_at_one_half_selects_the_slices_of_table_3() -> None:
    selected = np.flatnonzero(select(TABLE_2, 0.5)) + 1
    assert selected.tolist() == [2, 4, 6, 15, 18, 19, 20]


def test_a_slice_at_the_threshold_is_selected() -> None:
    assert select(TABLE_2, 0.4716)[1]
    assert not select(TABLE_2, 0.4715)[1]


def test_threshold_zero_keeps_only_the_slice_without_followers() -> None:
    assert np.flatnonzero(select(TABLE_2, 0.0)).tolist() == [19]


@pytest.mark.parametrize("threshold", [-0.1, float("nan")])
def test_a_threshold_below_zero_is_refused(threshold: float) -> None:
    with pytest.raises(InputError, match="threshold"):
        select(TABLE_2, threshold)


def test_fine_grids_make_few_selections() -> None:
    thresholds = np.linspace(0, 3, 1001)
    selections, index = distinct_selections(TABLE_2, thresholds)
    assert len(selections) == 20  # T = 0 already keeps the last slice
    assert len(index) == 1001
    for threshold, which in zip(thresholds, index, strict=True):
        np.testing.assert_array_equal(selections[which], select(TABLE_2, threshold))


def test_selections_are_nested() -> None:
    selections, _ = distinct_selections(TABLE_2, np.linspace(0, 3, 301))
    for smaller, larger in pairwise(selections):
        assert np.all(larger[smaller])
        assert larger.sum() > smaller.sum()


def test_groups_are_the_selected_volume_and_single_slices() -> None:
    assert coding_groups(np.array([False, True, False, True])) == [(1, 3), (0,), (2,)]
    assert coding_groups(np.array([True, True])) == [(0, 1)]
    assert coding_groups(np.array([False, False])) == [(0,), (1,)]
