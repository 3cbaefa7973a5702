import numpy as np
import pytest

from wdr_mcpd.baselines.codecs import axial


@pytest.mark.parametrize("slices", [1, 2, 3, 7, 20, 25])
@pytest.mark.parametrize("levels", [0, 1, 3, 6])
def test_perfect_reconstruction(slices: int, levels: int) -> None:
    volume = np.random.default_rng(1).normal(size=(slices, 3, 2))
    np.testing.assert_allclose(axial.inverse(axial.forward(volume, levels), levels), volume, atol=1e-12)


def test_equal_slices_end_in_the_coarse_band() -> None:
    slices = np.ones((16, 1, 1))
    coefficients = axial.forward(slices, 2).ravel()
    np.testing.assert_allclose(coefficients[:4], 2.0, atol=1e-9)
    np.testing.assert_allclose(coefficients[4:], 0.0, atol=1e-9)


def test_matches_pywavelets_away_from_the_ends() -> None:
    import pywt

    signal = np.random.default_rng(2).normal(size=64)
    low, high = pywt.dwt(signal, "bior4.4", mode="symmetric")
    ours = axial.forward(signal[:, None, None], 1).ravel()
    np.testing.assert_allclose(ours[4:28], low[6:30], atol=1e-9)
    np.testing.assert_allclose(np.abs(ours[36:60]), np.abs(high[6:30]), atol=1e-9)


def test_three_levels_fit_the_two_bits_that_jpeg2000_reserves() -> None:
    weights = max(np.abs(axial.forward(np.eye(n)[:, :, None], 3)).sum(axis=1).max() for n in range(2, 70))
    assert weights < 4
