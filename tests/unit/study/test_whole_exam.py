"""Every scheme spends the same bytes, equal slope is not beaten, and the parts add up to the gain."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd import codec
from wdr_mcpd.study.metrics import Reading
from wdr_mcpd.study.whole_exam import (
    ORDERS,
    SCHEMES,
    decomposition,
    decomposition_table,
    whole_exam,
    whole_exam_table,
)

RATES = [0.5, 1.0]
SETTINGS = codec.Settings(axial_levels=2)
SELECTED = np.array([False, True, True, False, True, False])


@pytest.fixture(scope="module")
def exams(head: Callable[..., np.ndarray]) -> pd.DataFrame:
    parts = []
    for number, subject in enumerate(("a", "b")):
        volume = head(size=64, seed=number)
        part = whole_exam(f"{subject}_1", volume, SELECTED, RATES, SETTINGS, Reading())
        parts.append(part.assign(subject=subject))
    return pd.concat(parts, ignore_index=True)


def test_no_scheme_spends_more_than_the_rate_nor_much_less(exams: pd.DataFrame) -> None:
    assert len(exams) == 2 * len(RATES) * len(SCHEMES)
    budget = np.floor(exams["rate_bpv"] * 6 * 64 * 64 / 8)
    assert (exams["bytes"] <= budget).all()
    assert (exams["bytes"] >= budget - 8).all()


def test_equal_slope_is_at_least_as_good_over_the_exam_as_equal_rate(exams: pd.DataFrame) -> None:
    wide = exams.pivot(index=["exam", "rate_bpv"], columns="scheme", values="exam_psnr_db")
    for method in ("2D-WDR", "3D-WDR-MCPD"):
        assert (wide[f"{method}, equal slope"] > wide[f"{method}, equal rate"] - 0.05).all()


def test_parts_add_up_to_the_gain(exams: pd.DataFrame) -> None:
    parts = decomposition(exams)
    added = parts["allocation_db"] + parts["grouping_db"] + parts["axial_depth_db"]
    np.testing.assert_allclose(added, parts["gain_db"], atol=1e-9)
    wide = exams.pivot(index=["exam", "rate_bpv"], columns="scheme", values="selected_psnr_db")
    gain = wide["3D-WDR-MCPD, equal rate"] - wide["3D-WDR"]
    of_selected = parts[parts["region"] == "selected slices"].set_index(["exam", "rate_bpv"])
    assert of_selected["order"].nunique() == 2
    for _, of_order in of_selected.groupby("order"):
        pd.testing.assert_series_equal(of_order["gain_db"], gain, check_names=False)
    table = decomposition_table(exams)
    added = table["allocation_db"] + table["grouping_db"] + table["axial_depth_db"]
    np.testing.assert_allclose(added, table["gain_db"], atol=1e-9)


def test_the_orders_differ_in_what_they_call_allocation_and_axial_depth(exams: pd.DataFrame) -> None:
    wide = decomposition(exams).pivot(index=["exam", "rate_bpv", "region"], columns="order")
    last, first = (wide.xs(order, axis=1, level="order") for order in ORDERS)
    pd.testing.assert_series_equal(last["grouping_db"], first["grouping_db"])
    assert not np.allclose(last["allocation_db"], first["allocation_db"])


def test_without_an_axial_transform_there_is_no_gain_from_its_depth(head: Callable[..., np.ndarray]) -> None:
    flat = codec.Settings(axial_levels=0)
    frame = whole_exam("a_1", head(size=64), SELECTED, RATES, flat, Reading()).assign(subject="a")
    assert (decomposition(frame)["axial_depth_db"] == 0).all()


@pytest.mark.parametrize("selected", [np.zeros(6, dtype=bool), np.ones(6, dtype=bool)], ids=["none", "all"])
def test_an_exam_with_no_or_all_slices_selected_is_measured(
    head: Callable[..., np.ndarray], selected: np.ndarray
) -> None:
    frame = whole_exam("a_1", head(size=64), selected, [1.0], SETTINGS, Reading()).assign(subject="a")
    quality = frame.set_index("scheme")["exam_psnr_db"]
    same = "3D-WDR" if selected.all() else "2D-WDR, equal rate"
    assert quality["3D-WDR-MCPD, equal rate"] == quality[same]
    assert len(decomposition(frame)) == 3 * 2


def test_gains_of_the_table_are_over_3d_wdr(exams: pd.DataFrame) -> None:
    table = whole_exam_table(exams)
    assert (table.loc[table["scheme"] == "3D-WDR", "exam_gain_db"] == 0).all()
    rows = table[table["rate_bpv"] == 1.0].set_index("scheme")
    proposed = rows.loc["3D-WDR-MCPD, equal rate"]
    assert proposed["exam_gain_db"] == pytest.approx(
        proposed["exam_psnr_db"] - rows.loc["3D-WDR", "exam_psnr_db"]
    )
