"""Folds never share a subject; thresholds are chosen on training subjects alone; the guard is reported."""

import io

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import SIGNIFICANT_DIGITS
from wdr_mcpd.study.crossval import (
    assign_folds,
    choose_threshold,
    cross_validate,
    crossval_table,
)
from wdr_mcpd.study.statistics import Plateau
from wdr_mcpd.study.sweep import thresholds_of

THRESHOLDS = [0.3, 0.4, 0.5, 0.6, 0.7]


def cohort(subjects: int, exams: int = 2) -> pd.DataFrame:
    rows = [(f"s{s:02}", f"s{s:02}_{e}") for s in range(subjects) for e in range(1, exams + 1)]
    return pd.DataFrame(rows, columns=["subject", "exam"])


def sweep_of(gains: dict[str, list[float]], selected: list[int], exam_gains: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (exam.partition("_")[0], exam, threshold, count, gain, whole)
            for exam, curve in gains.items()
            for threshold, count, gain, whole in zip(THRESHOLDS, selected, curve, exam_gains, strict=True)
        ],
        columns=[
            *("subject", "exam", "threshold_mcpd", "selected_slices", "selected_gain_db", "exam_gain_db")
        ],
    )


@pytest.mark.parametrize("subjects", [2, 5, 6, 20])
@pytest.mark.parametrize("seed", [1, 2])
def test_folds_partition_the_exams_and_never_share_a_subject(subjects: int, seed: int) -> None:
    exams = cohort(subjects)
    folds = assign_folds(exams, 5, seed)
    assert sorted(folds["exam"]) == sorted(exams["exam"])
    assert (folds.groupby("subject")["fold"].nunique() == 1).all()
    assert folds["fold"].nunique() == min(subjects, 5)
    few = subjects <= 5
    assert folds["scheme"].unique().tolist() == ["leave one subject out" if few else "5 folds by subject"]


def test_folds_follow_the_seed_not_the_order_of_the_exams() -> None:
    exams = cohort(20)
    folds = assign_folds(exams, 5, 1)
    pd.testing.assert_frame_equal(folds, assign_folds(exams[::-1], 5, 1))
    assert not folds.equals(assign_folds(exams, 5, 2).assign(seed=1))


def test_one_subject_has_no_folds_and_an_empty_table() -> None:
    folds = assign_folds(cohort(1), 5, 1)
    assert folds.empty
    sweep = sweep_of({"s00_1": [1, 1, 1, 1, 1]}, [1, 2, 3, 4, 5], [0] * 5)
    chosen, held_out = cross_validate(sweep, folds, 0.5, 2)
    assert chosen.empty
    assert crossval_table(chosen, held_out).empty


def test_the_degenerate_optimum_is_guarded_and_reported() -> None:
    sweep = sweep_of({"a_1": [9, 2, 3, 1, 0], "b_1": [9, 2, 3, 1, 0]}, [1, 4, 6, 8, 9], [0] * 5)
    guarded = choose_threshold(sweep, "selected", 3)
    assert (guarded.applied, guarded.gain_db) == (0.5, 3)
    assert guarded.guard_binds
    assert np.isnan(guarded.threshold)  # the guard chose it
    assert guarded.unguarded_threshold == 0.3
    assert (guarded.unguarded_plateau.fewest, guarded.unguarded_plateau.most) == (1, 1)
    free = choose_threshold(sweep, "selected", 1)
    assert not free.guard_binds
    assert free.threshold == 0.3


def test_a_guard_that_no_threshold_meets_takes_the_largest_and_says_so() -> None:
    sweep = sweep_of({"a_1": [9, 2, 3, 1, 0]}, [1, 1, 2, 2, 2], [0] * 5)
    choice = choose_threshold(sweep, "selected", 3)
    assert choice.applied == 0.7
    assert choice.guard_binds


def test_of_equal_gains_the_middle_threshold_is_applied_but_none_is_the_best() -> None:
    sweep = sweep_of({"a_1": [0, 2, 2, 2, 1]}, [1, 4, 4, 6, 9], [0] * 5)
    choice = choose_threshold(sweep, "selected", 1)
    assert choice.applied == 0.5
    assert np.isnan(choice.threshold)
    assert choice.plateau == Plateau(0.4, 0.6, 4, 6)


@pytest.mark.parametrize(("second", "flat"), [(1.985, True), (1.97, False)])
def test_gains_that_differ_by_little_choose_no_threshold(second: float, flat: bool) -> None:
    sweep = sweep_of({"a_1": [0, 2, second, 0, 0]}, [1, 4, 5, 6, 9], [0] * 5)
    choice = choose_threshold(sweep, "selected", 1)
    assert choice.applied == 0.4
    assert np.isnan(choice.threshold) == flat
    assert choice.plateau.high == (0.5 if flat else 0.4)


def test_the_two_objectives_look_at_their_own_gain() -> None:
    nan = float("nan")
    sweep = sweep_of({"a_1": [nan, 5, 1, 0, 0]}, [0, 3, 4, 5, 9], [2, -1, -1, 1, 0])
    assert choose_threshold(sweep, "selected", 1).applied == 0.4
    assert choose_threshold(sweep, "exam", 1).applied == 0.3


def test_subjects_weigh_the_same_however_many_exams_they_have() -> None:
    sweep = sweep_of(
        {"a_1": [4, 0, 0, 0, 0], "b_1": [0, 3, 0, 0, 0], "b_2": [0, 3, 0, 0, 0]}, [3] * 5, [0] * 5
    )
    assert choose_threshold(sweep, "selected", 1).applied == 0.3


def test_held_out_subjects_do_not_choose_their_own_threshold() -> None:
    sweep = sweep_of({"a_1": [9, 0, 1, 0, 0], "b_1": [0, 0, 1, 9, 0]}, [3] * 5, [0] * 5)
    folds = assign_folds(sweep, 5, 1)
    chosen, held_out = cross_validate(sweep, folds, 0.5, 1)
    rows = held_out[held_out["objective"] == "selected"].set_index("exam")
    assert rows.loc["a_1", "threshold_mcpd"] == 0.6
    assert rows.loc["b_1", "threshold_mcpd"] == 0.3
    assert (rows["selected_gain_db"] == 0).all()
    assert (rows["selected_gain_db_at_fixed"] == 1).all()
    table = crossval_table(chosen, held_out).set_index("objective")
    assert table.loc["selected", "threshold_mcpd"] == pytest.approx(0.45)
    assert table.loc["selected", "selected_gain_db"] == 0
    assert table.loc["selected", "selected_gain_db_at_fixed"] == 1
    assert table.loc["selected", "folds"] == 2
    assert (table.loc["selected", "threshold_low"], table.loc["selected", "threshold_high"]) == (0.3, 0.6)
    assert np.isnan(table.loc["exam", "threshold_mcpd"])  # flat: all thresholds gain 0
    assert (table.loc["exam", "threshold_low"], table.loc["exam", "threshold_high"]) == (0.3, 0.7)


def test_a_threshold_is_found_whatever_its_digits_and_a_missing_one_is_said() -> None:
    thresholds = thresholds_of([0.2, 1.2], 1 / 3)
    gains = dict.fromkeys(("selected_gain_db", "exam_gain_db"), 1.0)
    rows = [
        {"exam": f"{subject}_1", "subject": subject, "threshold_mcpd": t, "selected_slices": 4, **gains}
        for subject in "ab"
        for t in thresholds
    ]
    read_back = pd.read_csv(io.StringIO(pd.DataFrame(rows).to_csv(float_format=SIGNIFICANT_DIGITS)))
    folds = assign_folds(read_back, 5, 1)
    _, held_out = cross_validate(read_back, folds, 1 / 3, 1)
    assert (held_out["exam_gain_db_at_fixed"] == 1).all()
    with pytest.raises(InputError, match=r"the sweep has no threshold 0\.4;"):
        cross_validate(read_back, folds, 0.4, 1)
