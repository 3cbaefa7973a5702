"""Each control spends the same bytes, changes what it says, and is compared with what it names."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd import codec
from wdr_mcpd.coherence import average_mcpd, coding_groups, select
from wdr_mcpd.study.coded import Coder
from wdr_mcpd.study.controls import (
    ALONE,
    BASELINE,
    BY_CONTENT,
    EASIEST,
    LAST,
    NO_AXIAL,
    PROPOSED,
    REVERSED,
    WAVELETS,
    controls,
    draw,
    ease,
    first_of,
    standing,
)
from wdr_mcpd.study.metrics import pooled_psnr, slice_psnr

SETTINGS = codec.Settings(axial_levels=2)
RATE = 1.0


def coder(stack: np.ndarray) -> Coder:
    return Coder(stack, [RATE], 65535)


@pytest.fixture(scope="module")
def stack(head: Callable[..., np.ndarray]) -> np.ndarray:
    return head(slices=8, size=48, seed=3)


@pytest.fixture(scope="module")
def average(stack: np.ndarray) -> np.ndarray:
    return average_mcpd(stack)


@pytest.fixture(scope="module")
def threshold(average: np.ndarray) -> float:
    return float(np.sort(average)[3])  # four slices


@pytest.fixture(scope="module")
def table(stack: np.ndarray, average: np.ndarray, threshold: float) -> pd.DataFrame:
    backwards = average_mcpd(stack[::-1])
    found = controls("a_1", coder(stack), average, backwards, threshold, SETTINGS)
    return found.set_index("control")


def test_every_control_fills_the_same_budget(table: pd.DataFrame, stack: np.ndarray) -> None:
    budget = int(RATE * stack.size / 8)
    assert (table["bytes"] <= budget).all()
    assert (table["bytes"] > 0.99 * budget).all()
    assert table.index.is_unique
    assert set(table["against"]) <= set(table.index)


def test_gains_are_differences_of_what_the_files_decode_to(
    table: pd.DataFrame, stack: np.ndarray, average: np.ndarray, threshold: float
) -> None:
    selected = select(average, threshold)
    both = [
        codec.decode(codec.encode(stack, groups, SETTINGS, rate=RATE))
        for groups in (None, coding_groups(selected), coding_groups(np.zeros(8, bool)))
    ]
    whole, grouped, alone = (pooled_psnr(stack, decoded) for decoded in both)
    slices = [slice_psnr(stack, decoded)[selected].mean() for decoded in both]
    row = table.loc[PROPOSED]
    assert row["in_volume"] == 4
    assert row["exam_gain_db"] == pytest.approx(grouped - whole)
    assert row["selected_gain_db"] == pytest.approx(slices[1] - slices[0])
    against_alone = table.loc[f"{PROPOSED} against {ALONE}"]
    assert against_alone["exam_gain_db"] == pytest.approx(grouped - alone)
    assert against_alone["selected_gain_db"] == pytest.approx(slices[1] - slices[2])


def test_the_configured_depth_is_one_of_the_depths(table: pd.DataFrame) -> None:
    assert table.loc[f"{BASELINE}, 2 axial levels", "exam_gain_db"] == 0
    same = table.loc[f"{PROPOSED}, 2 axial levels", "exam_gain_db"]
    assert same == table.loc[PROPOSED, "exam_gain_db"]
    assert table.loc[NO_AXIAL, "exam_psnr_db"] == table.loc[f"{BASELINE}, 0 axial levels", "exam_psnr_db"]
    assert table.loc[BY_CONTENT, "exam_psnr_db"] in set(
        table.loc[[f"{BASELINE}, {n} axial levels" for n in range(5)], "exam_psnr_db"]
    )


def test_other_wavelets_are_compared_with_themselves(table: pd.DataFrame, stack: np.ndarray) -> None:
    decoded = codec.decode(codec.encode(stack, None, replace(SETTINGS, wavelet="haar"), rate=RATE))
    assert table.loc[f"{BASELINE}, wavelet haar", "exam_psnr_db"] == pytest.approx(
        pooled_psnr(stack, decoded)
    )
    for name in WAVELETS:
        row = table.loc[f"{PROPOSED}, wavelet {name}"]
        assert row["against"] == f"{BASELINE}, wavelet {name}"
        before = table.loc[row["against"], "exam_psnr_db"]
        assert row["exam_gain_db"] == pytest.approx(row["exam_psnr_db"] - before)


def test_other_choices_have_as_many_slices_as_the_mcpds(table: pd.DataFrame) -> None:
    assert (table.loc[[EASIEST, LAST], "in_volume"] == 4).all()
    assert table.loc[REVERSED, "in_volume"] >= 1
    counts = table[table["kind"] == "count"]
    assert counts["in_volume"].tolist() == [5, 5]  # the stack has 8 slices: no 10 or 15 of them


def test_a_selection_of_everything_gains_nothing(stack: np.ndarray, average: np.ndarray) -> None:
    found = controls("a_1", coder(stack), average, average_mcpd(stack[::-1]), 9.0, SETTINGS)
    row = found.set_index("control").loc[PROPOSED]
    assert (row["in_volume"], row["exam_gain_db"], row["selected_gain_db"]) == (8, 0, 0)


def test_draws_are_of_the_size_repeatable_and_hold_every_run(stack: np.ndarray, table: pd.DataFrame) -> None:
    drawn = draw("a_1", coder(stack), [4, 8, 0], 5, 1, SETTINGS)
    assert drawn["kind"].value_counts().to_dict() == {"random": 5, "contiguous": 5}
    assert (drawn["in_volume"] == 4).all()
    last = drawn[drawn["control"] == "5 6 7 8"].iloc[0]
    assert last["exam_gain_db"] == table.loc[LAST, "exam_gain_db"]
    again = draw("a_1", coder(stack), [4], 5, 1, SETTINGS)
    pd.testing.assert_frame_equal(drawn, again)
    assert set(draw("a_1", coder(stack), [4], 5, 2, SETTINGS)["control"]) != set(drawn["control"])


def test_slices_of_a_small_mcpd_are_easy_or_hard_by_rank_without_the_last() -> None:
    average = np.array([0.2, 0.4, 0.9, 0.0])
    assert ease(average, np.array([70.0, 65.0, 50.0, 1.0])) == -1
    assert ease(average, np.array([50.0, 65.0, 66.0, 1.0])) == 1


def test_standing_counts_the_draws_that_gain_less() -> None:
    of_controls = pd.DataFrame(
        {
            "exam": "a_1",
            "kind": ["method", "count"],
            "control": [PROPOSED, f"5 {EASIEST}"],
            "in_volume": [4, 5],
            "exam_gain_db": [0.3, 9.0],
            "selected_gain_db": [1.0, 9.0],
        }
    )
    drawn = pd.DataFrame(
        {
            "exam": "a_1",
            "kind": "random",
            "in_volume": [4, 4, 4, 4, 5],
            "exam_gain_db": [0.1, 0.2, 0.3, 0.4, 0.0],
            "selected_gain_db": [0.0, 0.0, 0.0, 2.0, 0.0],
        }
    )
    row = standing(of_controls, drawn).iloc[0]
    assert (row["draws"], row["share_below"], row["share_below_selected"]) == (4, 0.5, 0.75)
    assert (row["smallest_db"], row["median_db"], row["largest_db"]) == pytest.approx((0.1, 0.25, 0.4))


def test_the_first_of_equal_values_is_taken() -> None:
    assert first_of(np.array([2.0, 1.0, 1.0, 0.0]), 2).tolist() == [False, True, False, True]
