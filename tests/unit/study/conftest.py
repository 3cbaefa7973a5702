"""A small head-like volume: smooth, brighter in the middle slices, a bright spot as tumour, some noise."""

from collections.abc import Callable

import numpy as np
import pytest


def make_head(slices: int = 6, size: int = 32, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    z, y, x = np.ogrid[-1 : 1 : slices * 1j, -1 : 1 : size * 1j, -1 : 1 : size * 1j]
    inside = (x**2 + y**2 * 1.3 + z**2 * 0.6) < 0.8
    texture = 300 * np.sin(9 * x + 2 * z) * np.cos(7 * y - 3 * z)
    spot = 900 * np.exp(-((x - 0.3) ** 2 + y**2 + z**2) * 30)
    noise = random.normal(0, 15, (slices, size, size))
    return np.clip(inside * (1200 + texture) + spot + noise, 0, None).astype(np.int16)


@pytest.fixture(scope="session")
def head() -> Callable[..., np.ndarray]:
    return make_head


@pytest.fixture(scope="session")
def volume() -> np.ndarray:
    return make_head()


@pytest.fixture(scope="session")
def tumour() -> np.ndarray:
    mask = np.zeros((6, 32, 32), dtype=bool)
    mask[2:4, 12:20, 16:25] = True
    return mask
