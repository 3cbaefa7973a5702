"""The coherence-conditioned coder keeps the quality it reached, on a drawn head and on the sample."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from volumes import ARCHIVE

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings
from wdr_mcpd.data.sample import stored_volumes

RATES = (0.1, 0.25, 0.5, 1.0, 2.0)
TOLERANCE = 0.05  # dB

DRAWN_HEAD = (38.06, 44.34, 45.82, 47.79, 53.36)
SAMPLE = {
    "brain1": (33.66, 38.14, 42.78, 48.83, 56.46),
    "brain2": (31.85, 36.46, 40.81, 46.22, 53.39),
}
LOSSLESS = {"brain1": 6.10, "brain2": 5.65}  # bits per voxel


def drawn_head() -> NDArray[np.int16]:
    """A skull, tissue of three kinds with texture, and noise, from sines and integers alone."""
    slices, rows, columns = np.ogrid[0:10, 0:128, 0:120]
    z = slices / 10
    y = (rows - 63.5) / (52 + 8 * z)
    x = (columns - 59.5) / (46 + 6 * z)
    radius = np.sqrt(x**2 + y**2)
    head = 180 * edge(1 - radius)
    head += 900 * edge(1 - radius) * edge(radius - 0.9)
    head += 120 * edge(0.8 - radius) * np.sin(9 * x + 3 * np.sin(7 * y + z)) * np.sin(11 * y)
    head -= 150 * edge(0.3 - np.hypot(x - 0.2, y + 0.1 * z)) + 150 * edge(0.25 - np.hypot(x + 0.25, y))
    state = (np.arange(head.size, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    state ^= state >> np.uint64(29)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    noise = ((state >> np.uint64(40)) & np.uint64(255)).reshape(head.shape).astype(float) / 16 - 8
    return np.clip(np.rint(head + noise + 8), 0, None).astype(np.int16)


def edge(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-distance * 40))


def psnr(a: NDArray[np.int16], b: NDArray[np.int16]) -> float:
    """Against the volume's own maximum."""
    return float(10 * np.log10(float(a.max()) ** 2 / np.mean((a.astype(float) - b) ** 2)))


def reached(volume: NDArray[np.int16], coder: str) -> list[float]:
    streams = [codec.encode(volume, settings=Settings(coder), rate=rate) for rate in RATES]
    return [psnr(volume, codec.decode(data)) for data in streams]


def test_the_drawn_head_keeps_its_quality() -> None:
    volume = drawn_head()
    values = reached(volume, "cc")
    assert values == pytest.approx(DRAWN_HEAD, abs=TOLERANCE)
    runs = reached(volume, "wdr")
    assert all(a > b + 0.2 for a, b in zip(values, runs, strict=True))


@pytest.mark.skipif(not ARCHIVE.is_dir(), reason="the sample data are not downloaded")
def test_the_sample_keeps_its_quality() -> None:
    for name, volume in stored_volumes(ARCHIVE).items():
        values = reached(volume.voxels.astype(np.int16), "cc")
        assert all(a > b - TOLERANCE for a, b in zip(values, SAMPLE[name], strict=True)), (name, values)
        data = codec.encode(volume.voxels, settings=Settings("cc", lossless=True))
        assert 8 * len(data) / volume.voxels.size < LOSSLESS[name]
        assert np.array_equal(codec.decode(data), volume.voxels)


@pytest.mark.parametrize(("lossless", "decomposition"), [*product((False, True), ("packet", "dyadic"))])
def test_the_same_volume_gives_the_same_bytes(lossless: bool, decomposition: str) -> None:
    volume = drawn_head()[:4, 20:70, 30:91]
    settings = Settings("cc", lossless=lossless, decomposition=decomposition)
    first = codec.encode(volume, settings=settings, rate=1.5)
    assert codec.encode(volume.copy(order="F"), settings=settings, rate=1.5) == first
    assert np.array_equal(codec.decode(first), codec.decode(bytearray(first)))
