"""PSNR against eq. 2 written out, SSIM against eq. 3 written out, and both inside a mask."""

import numpy as np
import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.study.metrics import gain_db, pooled_psnr, slice_psnr, slice_ssim

RANDOM = np.random.default_rng(11)
ORIGINAL = RANDOM.integers(0, 3000, (3, 24, 20), dtype=np.int16)
DECODED = ORIGINAL + RANDOM.integers(-40, 41, ORIGINAL.shape, dtype=np.int16)
MASK = np.zeros(ORIGINAL.shape, dtype=bool)
MASK[1, 5:15, 4:9] = True


def test_slice_psnr_is_equation_2() -> None:
    for i, value in enumerate(slice_psnr(ORIGINAL, DECODED)):
        mse = (
            sum((int(a) - int(b)) ** 2 for a, b in zip(ORIGINAL[i].flat, DECODED[i].flat, strict=True)) / 480
        )
        assert value == pytest.approx(10 * np.log10((2**16 - 1) ** 2 / mse))


def test_peak_max_shifts_by_the_ratio_of_the_peaks() -> None:
    shift = 20 * np.log10(65535 / ORIGINAL.max())
    np.testing.assert_allclose(
        slice_psnr(ORIGINAL, DECODED) - slice_psnr(ORIGINAL, DECODED, "max"), shift, rtol=1e-12
    )


def test_unsigned_differences_do_not_wrap() -> None:
    zeros = np.zeros((1, 8, 8), dtype=np.uint16)
    assert slice_psnr(zeros, zeros + np.uint16(65535))[0] == pytest.approx(0)


def test_pooled_psnr_weighs_voxels_not_slices() -> None:
    decoded = ORIGINAL.copy()
    decoded[0] += 10
    assert pooled_psnr(ORIGINAL, decoded) == pytest.approx(10 * np.log10(65535**2 / (100 / 3)))
    assert slice_psnr(ORIGINAL, decoded)[1] == np.inf


def test_masked_psnr_sees_only_the_mask() -> None:
    decoded = ORIGINAL.copy()
    decoded[1, 0, 0] += 500
    assert slice_psnr(ORIGINAL, decoded, mask=MASK)[1] == np.inf
    decoded[1, 6, 5] += 50
    value = slice_psnr(ORIGINAL, decoded, mask=MASK)
    assert value[1] == pytest.approx(10 * np.log10(65535**2 / (2500 / 50)))
    assert np.isnan(value[[0, 2]]).all()


def local_ssim(x: np.ndarray, y: np.ndarray, data_range: float) -> float:
    x, y = x.astype(float), y.astype(float)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    covariance = np.cov(x.ravel(), y.ravel())
    mean_x, mean_y = x.mean(), y.mean()
    return (
        (2 * mean_x * mean_y + c1)
        * (2 * covariance[0, 1] + c2)
        / ((mean_x**2 + mean_y**2 + c1) * (covariance[0, 0] + covariance[1, 1] + c2))
    )


def test_slice_ssim_is_equation_3_over_windows_of_seven() -> None:
    data_range = float(ORIGINAL.max())
    x, y = ORIGINAL[0], DECODED[0]
    local = [
        local_ssim(x[i : i + 7, j : j + 7], y[i : i + 7, j : j + 7], data_range)
        for i in range(18)
        for j in range(14)
    ]
    assert slice_ssim(ORIGINAL, DECODED)[0] == pytest.approx(np.mean(local))


def test_masked_ssim_is_the_mean_over_windows_centred_in_the_mask() -> None:
    data_range = float(ORIGINAL.max())
    x, y = ORIGINAL[1], DECODED[1]
    local = [
        local_ssim(x[i - 3 : i + 4, j - 3 : j + 4], y[i - 3 : i + 4, j - 3 : j + 4], data_range)
        for i, j in np.argwhere(MASK[1])
    ]
    value = slice_ssim(ORIGINAL, DECODED, mask=MASK)
    assert value[1] == pytest.approx(np.mean(local))
    assert np.isnan(value[[0, 2]]).all()


def test_ssim_of_identical_slices_is_one_and_a_larger_range_hides_errors() -> None:
    np.testing.assert_allclose(slice_ssim(ORIGINAL, ORIGINAL), 1)
    by_255, by_max, by_dtype = (slice_ssim(ORIGINAL, DECODED, key)[0] for key in ("255", "max", "dtype"))
    assert by_255 < by_max < by_dtype


def test_gaussian_window_is_another_reading() -> None:
    gaussian = slice_ssim(ORIGINAL, DECODED, window="gaussian11")
    assert np.all(gaussian != slice_ssim(ORIGINAL, DECODED))
    assert np.all((gaussian > 0) & (gaussian < 1))


def test_black_volume_is_measured() -> None:
    black = np.zeros((2, 16, 16), dtype=np.uint16)
    np.testing.assert_allclose(slice_ssim(black, black), 1)
    assert np.all(slice_psnr(black, black, "max") == np.inf)


def test_unusable_requests_are_named() -> None:
    with pytest.raises(InputError, match="psnr_peak: 'top'"):
        slice_psnr(ORIGINAL, DECODED, "top")
    with pytest.raises(InputError, match="ssim_range: 'all'"):
        slice_ssim(ORIGINAL, DECODED, "all")
    with pytest.raises(InputError, match="ssim_window: 'box' is not one of uniform7"):
        slice_ssim(ORIGINAL, DECODED, window="box")
    with pytest.raises(InputError, match="at least the window"):
        slice_ssim(ORIGINAL[:, :5], DECODED[:, :5])
    with pytest.raises(InputError, match="shape"):
        slice_psnr(ORIGINAL, DECODED[:2])


def test_two_exact_reconstructions_gain_nothing_over_each_other() -> None:
    infinite = float("inf")
    gains = gain_db([60.0, infinite, infinite, 50.0], [58.0, infinite, 60.0, np.nan])
    np.testing.assert_array_equal(gains, [2.0, 0.0, infinite, np.nan])
