"""The wavelet transforms against PyWavelets and against their own inverse."""

from itertools import product

import numpy as np
import pytest
import pywt
from numpy.typing import NDArray

from wdr_mcpd.codec.layout import layout
from wdr_mcpd.codec.transform import Transform
from wdr_mcpd.codec.wdr.neighbourhood import padded_subbands

LIFTING = {np.float32: Transform("9/7", np.float32, 1), np.int32: Transform("5/3", np.int32, 1)}
SHAPES = [(1, 1, 1), (1, 1, 2), (1, 1, 9), (2, 1, 5), (3, 8, 1), (4, 7, 6), (5, 33, 40), (20, 16, 17)]
PLANS = [
    ("packet", 5, 3),
    ("packet", 5, 0),
    ("packet", 0, 2),
    ("dyadic", 5, 5),
    ("dyadic", 3, 1),
    ("dyadic", 1, 4),
]


def noise(shape: tuple[int, int, int]) -> NDArray[np.int32]:
    return np.random.default_rng(7).integers(-40000, 40000, shape, dtype=np.int32)


@pytest.mark.parametrize("length", [2, 3, 8, 9, 64, 101])
def test_one_level_is_the_filter_bank_of_pywavelets(length: int) -> None:
    line = noise((1, 1, length)).astype(np.float32)
    extended = np.pad(line.ravel().astype(np.float64), 16, mode="reflect")
    bank = pywt.Wavelet("bior4.4")
    low = np.convolve(extended, bank.dec_lo)[16 + 5 : 16 + 5 + length : 2]
    high = np.convolve(extended, bank.dec_hi)[16 + 5 : 16 + 5 + length - 1 : 2]
    LIFTING[np.float32].split(line, ((2, (1, 1, length)),))
    half = (length + 1) // 2
    np.testing.assert_allclose(line[0, 0, :half], low[:half], rtol=2e-6, atol=0.05)
    np.testing.assert_allclose(line[0, 0, half:], -high[: length // 2], rtol=2e-6, atol=0.05)


@pytest.mark.parametrize(("shape", "plan"), [*product(SHAPES, PLANS)])
def test_reversible_transform_is_reconstructed_exactly(
    shape: tuple[int, int, int], plan: tuple[str, int, int]
) -> None:
    block = noise(shape)
    work = block.copy()
    transform = LIFTING[block.dtype.type]
    transform.forward(work, layout(shape, *plan))
    transform.inverse(work, layout(shape, *plan))
    np.testing.assert_array_equal(work, block)


@pytest.mark.parametrize(("shape", "plan"), [*product(SHAPES, PLANS)])
def test_9_7_is_reconstructed_to_rounding(shape: tuple[int, int, int], plan: tuple[str, int, int]) -> None:
    block = noise(shape).astype(np.float32)
    work = block.copy()
    transform = LIFTING[block.dtype.type]
    transform.forward(work, layout(shape, *plan))
    transform.inverse(work, layout(shape, *plan))
    np.testing.assert_allclose(work, block, atol=0.1)


def test_one_sample_passes() -> None:
    for plan in PLANS:
        block = np.full((1, 1, 1), 5, np.float32)
        LIFTING[np.float32].forward(block, layout((1, 1, 1), *plan))
        assert block[0, 0, 0] == 5


def test_9_7_is_nearly_orthonormal() -> None:
    block = np.random.default_rng(1).normal(size=(16, 64, 64)).astype(np.float32)
    energy = np.square(block).sum()
    LIFTING[np.float32].forward(block, layout(block.shape, "packet", 4, 3))
    assert np.square(block).sum() == pytest.approx(energy, rel=0.15)


@pytest.mark.parametrize(("shape", "plan"), [*product(SHAPES, PLANS)])
def test_subbands_cover_the_block_once(shape: tuple[int, int, int], plan: tuple[str, int, int]) -> None:
    cover = np.zeros(shape, int)
    offset = 0
    for index, band in enumerate(layout(shape, *plan).subbands):
        assert band.offset == offset
        assert band.parent < index
        offset += band.size
        cover[tuple(slice(o, o + n) for o, n in zip(band.origin, band.shape, strict=True))] += 1
    assert (cover == 1).all()


@pytest.mark.parametrize(("shape", "plan"), [*product(SHAPES, PLANS)])
def test_children_lie_inside_their_subband(shape: tuple[int, int, int], plan: tuple[str, int, int]) -> None:
    """Compiled loops do not check bounds, so the geometry that they trust is checked here."""
    subbands, size = padded_subbands(layout(shape, *plan))
    for band in subbands:
        last = band["begin"] + (band["slices"] - 1) * band["slice"]
        last += (band["rows"] - 1) * band["row"] + band["columns"] - 1
        assert band["begin"] > band["row"] - 1
        assert last + band["row"] + 1 < size
        if band["child"] >= 0:
            child = subbands[band["child"]]
            assert ((band["slices"] - 1) << band["deeper"]) < child["slices"]
            assert 2 * (band["rows"] - 1) < child["rows"]
            assert 2 * (band["columns"] - 1) < child["columns"]
