"""Small volumes for the codec's tests, the same on every machine: integers alone decide their values.

`ARCHIVE` holds the sample data, where they have been downloaded.
"""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[3]
ARCHIVE = Path(os.environ.get("WDR_MCPD_SAMPLE", ROOT / "results/data/sample"))


def blobs(shape: tuple[int, int, int], dtype: type, seed: int) -> NDArray[np.generic]:
    """Smooth shapes over the whole range of the type, with a little noise."""
    rng = np.random.default_rng(seed)
    k, r, c = np.ogrid[: shape[0], : shape[1], : shape[2]]
    values = np.zeros(shape, np.int64)
    for _ in range(6):
        centre = [int(rng.integers(0, n)) for n in shape]
        width = int(rng.integers(3, 9))
        away = 4 * (k - centre[0]) ** 2 + (r - centre[1]) ** 2 + (c - centre[2]) ** 2
        values += int(rng.integers(50, 400)) * 1000 // (away // width + 5)
    values += rng.integers(0, 1 + int(values.max()) // 40, shape)
    bounds = np.iinfo(dtype)
    low, high = int(values.min()), int(values.max())
    span = int(bounds.max) - int(bounds.min)
    return (int(bounds.min) + (values - low) * span // max(high - low, 1)).astype(dtype)


def discs(slices: int, size: int) -> NDArray[np.int16]:
    """A disc on its way through the slices, with a little noise: what networks have learnt to restore."""
    k, r, c = np.ogrid[:slices, :size, :size]
    noise = np.random.default_rng(8).integers(0, 13, (slices, size, size))
    inside = (r - size // 2) ** 2 + (c - size * 2 // 5 - 2 * k) ** 2 < size * size // 10
    return (200 * inside + noise).astype(np.int16)
