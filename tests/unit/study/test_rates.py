"""Quality of exams from that of their slices, and the tables over subjects."""

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.study.metrics import pooled_psnr, slice_psnr
from wdr_mcpd.study.rates import (
    at_log_rate,
    bjontegaard_table,
    exam_quality,
    rate_reaching,
    rates_table,
    tumour_table,
)

RATES = [0.25, 0.5, 1.0, 2.0]
RANDOM = np.random.default_rng(4)
ORIGINAL = RANDOM.integers(0, 3000, (4, 16, 16), dtype=np.int16)
MASK = RANDOM.random(ORIGINAL.shape) < [[[0.4]], [[0.0]], [[0.2]], [[0.0]]]


def slices_of(exam: str, method: str, shift: float, tumour: bool = True) -> pd.DataFrame:
    rows = []
    for rate in RATES:
        error = np.rint(RANDOM.normal(0, 60 * 2**-rate * 10 ** (-shift / 20), ORIGINAL.shape))
        decoded = ORIGINAL + error.astype(np.int16)
        inside = slice_psnr(ORIGINAL, decoded, mask=MASK)
        for i, psnr in enumerate(slice_psnr(ORIGINAL, decoded)):
            voxels = MASK[i].sum() if tumour else np.nan
            local = (inside[i], 0.5) if tumour else (np.nan, np.nan)
            rows.append((exam.partition("_")[0], exam, method, rate, i + 1, psnr, 0.9, voxels, *local, 100))
    return pd.DataFrame(
        rows,
        columns=[
            *("subject", "exam", "method", "rate_bpv", "slice", "psnr_db", "ssim"),
            *("tumour_voxels", "tumour_psnr_db", "tumour_ssim", "bytes"),
        ],
    )


def test_exam_psnr_pools_squared_errors_over_slices_and_over_the_tumour() -> None:
    decoded = ORIGINAL + RANDOM.integers(-9, 10, ORIGINAL.shape, dtype=np.int16)
    frame = slices_of("a_1", "3d-wdr", 0).query("rate_bpv == 1.0")
    frame = frame.assign(
        psnr_db=slice_psnr(ORIGINAL, decoded), tumour_psnr_db=slice_psnr(ORIGINAL, decoded, mask=MASK)
    )
    row = exam_quality(frame).iloc[0]
    assert row["exam_psnr_db"] == pytest.approx(pooled_psnr(ORIGINAL, decoded))
    assert row["tumour_psnr_db"] == pytest.approx(pooled_psnr(ORIGINAL, decoded, mask=MASK))
    assert row["mean_slice_psnr_db"] == pytest.approx(slice_psnr(ORIGINAL, decoded).mean())
    assert row["tumour_ssim"] == pytest.approx(0.5)


def test_an_exactly_coded_exam_has_infinite_psnr_and_no_interval() -> None:
    frame = slices_of("a_1", "3d-wdr", 0).assign(psnr_db=np.inf, tumour_psnr_db=np.inf)
    exams = exam_quality(frame)
    assert (exams["exam_psnr_db"] == np.inf).all()
    table = rates_table(exams)
    assert (table["exam_psnr_db"] == np.inf).all()
    assert table["exam_psnr_db_low"].isna().all()


def test_tumour_table_leaves_out_exams_without_a_tumour() -> None:
    frame = pd.concat([slices_of("a_1", "3d-wdr", 0), slices_of("b_1", "3d-wdr", 0, tumour=False)])
    exams = exam_quality(frame)
    assert (tumour_table(exams)["subjects"] == 1).all()
    assert (rates_table(exams)["subjects"] == 2).all()


def test_bjontegaard_compares_each_method_with_3d_wdr() -> None:
    frame = pd.concat(
        [
            slices_of(exam, method, shift)
            for exam in ("a_1", "b_1")
            for method, shift in (("2d-wdr", 0.0), ("3d-wdr", 1.0), ("3d-wdr-mcpd", 2.0))
        ]
    )
    table = bjontegaard_table(exam_quality(frame)).set_index("method")
    assert table.index.tolist() == ["2d-wdr", "3d-wdr-mcpd"]
    assert table.loc["2d-wdr", "bd_psnr_db"] == pytest.approx(-1, abs=0.3)
    assert table.loc["3d-wdr-mcpd", "bd_rate_percent"] < 0 < table.loc["2d-wdr", "bd_rate_percent"]


def test_without_the_anchor_the_bjontegaard_table_is_empty() -> None:
    table = bjontegaard_table(exam_quality(slices_of("a_1", "2d-wdr", 0)))
    assert table.empty


SIZES = [1000, 4000]


def test_between_two_points_quality_is_linear_in_the_logarithm_of_the_rate() -> None:
    assert rate_reaching(SIZES, [0.8, 0.9], 0.85) == pytest.approx(2000)
    np.testing.assert_allclose(at_log_rate(SIZES, [0.8, 0.9], [2000, 1000, 4000]), [0.85, 0.8, 0.9])


def test_beyond_its_points_a_curve_goes_on_along_its_ends() -> None:
    np.testing.assert_allclose(at_log_rate([1, 2, 4], [60, 66, 70], [0.5, 8]), [54, 74])


def test_a_measured_quality_needs_exactly_its_rate() -> None:
    assert rate_reaching(SIZES, [0.8, 0.9], 0.9) == pytest.approx(4000)


def test_a_target_below_the_first_point_needs_at_most_that_point() -> None:
    assert rate_reaching(SIZES, [0.8, 0.9], 0.5) == 1000


def test_a_target_that_no_point_reaches_has_no_rate() -> None:
    assert np.isnan(rate_reaching(SIZES, [0.8, 0.9], 0.91))


def test_a_quality_that_falls_with_the_rate_counts_as_reached_at_the_first() -> None:
    assert rate_reaching([1000, 2000, 4000], [0.8, 0.9, 0.85], 0.9) == pytest.approx(2000)
