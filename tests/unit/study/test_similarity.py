"""SSIM in compiled loops against scikit-image, which it follows step by step."""

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from wdr_mcpd.study.similarity import Similarity

RANDOM = np.random.default_rng(3)
WINDOWS = {
    "uniform7": {"win_size": 7},
    "gaussian11": {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False},
}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("shape", [(2, 11, 11), (1, 12, 200), (3, 64, 13)])
def test_it_is_that_of_scikit_image_to_the_last_bit(shape: tuple[int, int, int], window: str) -> None:
    original = RANDOM.integers(-200, 3000, shape).astype(np.int16)
    decoded = original + RANDOM.integers(-40, 41, shape, dtype=np.int16)
    similarity = Similarity(original, window)
    for largest in (255, 3000):
        expected = [
            structural_similarity(
                before.astype(float), after.astype(float), data_range=largest, **WINDOWS[window]
            )
            for before, after in zip(original, decoded, strict=True)
        ]
        np.testing.assert_array_equal(similarity(decoded, [largest])[0, 0], expected)


def test_a_second_reconstruction_is_compared_like_the_first() -> None:
    original = RANDOM.integers(0, 3000, (2, 20, 30)).astype(np.uint16)
    similarity = Similarity(original)
    decoded = [original + np.uint16(step) for step in (3, 50)]
    first = [similarity(one, ["max"]).tolist() for one in decoded]
    assert first[0] != first[1]
    assert [Similarity(original)(one, ["max"]).tolist() for one in decoded] == first
