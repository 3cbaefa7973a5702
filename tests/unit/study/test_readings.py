"""The readings grid covers every combination, and its rows are the metrics of real streams."""

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd import codec
from wdr_mcpd.coherence import average_mcpd
from wdr_mcpd.study.metrics import slice_psnr, slice_ssim
from wdr_mcpd.study.readings import (
    LOSSLESS,
    TRANSFORMS,
    readings,
    readings_table,
    significant_bits,
    stretched,
)

RANGES = {"psnr_3d_wdr": (40.0, 80.0), "mcpd": (0.0, 10.0)}


@pytest.fixture(scope="module")
def grid(volume: np.ndarray) -> pd.DataFrame:
    return readings("a_1", volume, average_mcpd(volume), 0.5, "std", "following", 1.0, RANGES)


def test_every_combination_is_measured_once(grid: pd.DataFrame) -> None:
    counts = grid.groupby("quantity").size()
    transforms, scales = 3, 3
    assert counts["psnr_3d_wdr"] == counts["psnr_selected"] == transforms * scales * 2
    assert counts["ssim_3d_wdr"] == counts["ssim_selected"] == transforms * scales * 3 * 2
    assert counts["mcpd"] == 4
    keys = grid.columns[1:9].tolist()
    assert not grid.duplicated(keys).any()


def test_rows_are_what_the_stream_of_that_reading_decodes_to(grid: pd.DataFrame, volume: np.ndarray) -> None:
    name = "dyadic, 5 levels"
    decoded = codec.decode(codec.encode(volume, None, TRANSFORMS[name], rate=1.0))
    rows = grid[(grid["transform"] == name) & (grid["values"] == "stored")]
    psnr = rows[(rows["quantity"] == "psnr_3d_wdr") & (rows["psnr_peak"] == "max")].iloc[0]
    expected = slice_psnr(volume, decoded, "max")
    assert (psnr["smallest"], psnr["largest"]) == (expected.min(), expected.max())
    assert psnr["share_in_paper_range"] == np.mean((expected >= 40) & (expected <= 80))
    ssim = rows[
        (rows["quantity"] == "ssim_3d_wdr")
        & (rows["ssim_range"] == "255")
        & (rows["ssim_window"] == "gaussian11")
    ].iloc[0]
    assert ssim["median"] == np.median(slice_ssim(volume, decoded, "255", "gaussian11"))
    assert np.isnan(ssim["share_in_paper_range"])


def test_stretched_values_fill_the_range_in_their_order(volume: np.ndarray) -> None:
    wide = stretched(volume - np.int16(100), 65535)
    assert (wide.dtype, wide.min(), wide.max()) == (np.uint16, 0, 65535)
    order = np.argsort(volume, axis=None)
    assert np.all(np.diff(wide.ravel()[order].astype(int)) >= 0)
    assert not stretched(np.full((2, 8, 8), 7, np.int16), 65535).any()


def test_ratios_count_allocated_and_needed_bits(grid: pd.DataFrame, volume: np.ndarray) -> None:
    rows = grid.set_index("quantity")
    assert rows.loc["ratio_allocated", "median"] == pytest.approx(16)
    assert rows.loc["ratio_significant", "median"] == pytest.approx(significant_bits(volume))
    lossless = 8 * len(codec.encode(volume, None, LOSSLESS)) / volume.size
    assert rows.loc["lossless_ratio_allocated", "median"] == pytest.approx(16 / lossless)
    assert rows.loc["lossless_ratio_significant", "median"] == pytest.approx(
        significant_bits(volume) / lossless
    )
    assert significant_bits(np.array([-1, 3055])) == 12
    assert significant_bits(np.array([5, 5])) == 1


def test_table_keeps_readings_apart_and_averages_subjects(grid: pd.DataFrame) -> None:
    other = grid.assign(subject="b", exam="b_1", median=grid["median"] + 2)
    table = readings_table(pd.concat([grid.assign(subject="a"), other]))
    assert len(table) == len(grid)
    np.testing.assert_allclose(table["median"], grid["median"] + 1)


def test_an_exam_without_selected_slices_has_the_other_readings(volume: np.ndarray) -> None:
    frame = readings("a_1", volume, average_mcpd(volume, "std", "all"), 0.0, "std", "all", 1.0, RANGES)
    assert "psnr_selected" not in set(frame["quantity"])
    assert "psnr_3d_wdr" in set(frame["quantity"])
