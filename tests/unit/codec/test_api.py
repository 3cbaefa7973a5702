"""What the codec promises of every stream: exact sizes, cuts anywhere, values restored."""

from itertools import pairwise, product
from math import floor

import numpy as np
import pytest
from numpy.typing import NDArray
from volumes import blobs

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings
from wdr_mcpd.errors import InputError, StreamError

CODERS = tuple(codec.CODERS)
TYPES = (np.int8, np.uint8, np.int16, np.uint16)


def smooth(shape: tuple[int, int, int], dtype: type = np.int16, seed: int = 3) -> NDArray[np.generic]:
    """A smooth volume with a little noise that uses the whole range of its type."""
    rng = np.random.default_rng(seed)
    grid = np.meshgrid(*(np.linspace(0, 3, n) for n in shape), indexing="ij")
    values = np.sin(grid[0] + 2 * grid[1]) * np.cos(grid[2] - grid[1]) + rng.normal(0, 0.02, shape)
    bounds = np.iinfo(dtype)
    span = np.ptp(values) or 1.0
    return np.rint((values - values.min()) / span * (bounds.max - bounds.min) + bounds.min).astype(dtype)


def psnr(a: NDArray[np.generic], b: NDArray[np.generic]) -> float:
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return float(10 * np.log10(65535**2 / error)) if error else float("inf")


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("rate", [0.25, 0.5, 1.0, 2.0])
def test_size_is_exact_and_prefixes_decode(coder: str, rate: float) -> None:
    volume = smooth((8, 48, 40))
    settings = Settings(coder, axial_levels=1, progressive=True)
    whole = codec.encode(volume, settings=settings, rate=4.0)
    data = codec.encode(volume, settings=settings, rate=rate)
    assert len(data) == floor(rate * volume.size / 8)
    assert codec.truncate(whole, rate=rate) == whole[: len(data)]
    alone = psnr(volume, codec.decode(data))
    assert psnr(volume, codec.decode(whole, rate=rate)) == pytest.approx(alone, abs=0.05)
    assert alone > psnr(volume, np.full(volume.shape, volume.mean())) + 10


@pytest.mark.parametrize("coder", CODERS)
def test_quality_grows_with_every_part_of_a_stream(coder: str) -> None:
    volume = smooth((6, 32, 33))
    data = codec.encode(volume, settings=Settings(coder))
    values = [psnr(volume, codec.decode(data[:n])) for n in np.linspace(60, len(data), 12).astype(int)]
    assert all(b == a or b > a - 0.05 for a, b in pairwise(values))
    assert np.abs(codec.decode(data).astype(int) - volume).max() <= 1


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("cut", range(40))
def test_any_prefix_with_a_whole_header_decodes(coder: str, cut: int) -> None:
    volume = smooth((3, 9, 11))
    data = codec.encode(volume, settings=Settings(coder))
    header = codec.info(data)["header_bytes"]
    assert codec.decode(data[: header + cut]).shape == volume.shape


@pytest.mark.parametrize(("coder", "dtype"), [*product(CODERS, TYPES)])
@pytest.mark.parametrize(
    "shape", [(1, 1, 1), (1, 1, 13), (1, 13, 1), (5, 1, 1), (3, 5, 7), (1, 16, 16), (9, 21, 10)]
)
@pytest.mark.parametrize("decomposition", ["packet", "dyadic"])
def test_lossless_restores_every_voxel(
    coder: str, dtype: type, shape: tuple[int, int, int], decomposition: str
) -> None:
    bounds = np.iinfo(dtype)
    rng = np.random.default_rng(5)
    for volume in (smooth(shape, dtype), rng.integers(bounds.min, bounds.max, shape, dtype, endpoint=True)):
        settings = Settings(coder, decomposition, lossless=True)
        restored = codec.decode(codec.encode(volume, settings=settings))
        assert restored.dtype == volume.dtype
        np.testing.assert_array_equal(restored, volume)


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("value", [0, -300, 7])
def test_constant_volumes_need_no_payload(coder: str, value: int) -> None:
    volume = np.full((4, 6, 5), value, np.int16)
    data = codec.encode(volume, settings=Settings(coder))
    assert len(data) < 32
    np.testing.assert_array_equal(codec.decode(data), volume)


@pytest.mark.parametrize("coder", CODERS)
def test_groups_get_equal_rates_and_keep_the_order_of_slices(coder: str) -> None:
    volume = smooth((7, 24, 20))
    members = [(5, 0, 3), (1,), (2, 6), (4,)]
    data = codec.encode(volume, members, Settings(coder, progressive=True), rate=1.0)
    assert len(data) == volume.size // 8
    assert codec.groups(data) == members
    per_slice = [n / len(m) for n, m in zip(codec.group_lengths(data), members, strict=True)]
    assert max(per_slice) - min(per_slice) <= 1
    whole = codec.encode(volume, members, Settings(coder, lossless=True))
    np.testing.assert_array_equal(codec.decode(whole), volume)


def test_unused_bytes_of_an_empty_group_go_to_the_others() -> None:
    volume = smooth((4, 32, 32))
    volume[1] = 11
    data = codec.encode(volume, [(0,), (1,), (2,), (3,)], rate=1.0)
    assert len(data) == volume.size // 8
    assert codec.group_lengths(data)[1] == 0
    np.testing.assert_array_equal(codec.decode(data)[1], volume[1])


def test_reallocated_streams_hold_what_was_asked() -> None:
    volume = smooth((4, 32, 32))
    data = codec.encode(volume, [(0,), (1,), (2, 3)], rate=2.0)
    again = codec.reallocate(data, [100, 0, 30])
    assert codec.group_lengths(again) == [100, 0, 30]
    alone = codec.reallocate(data, [100, 0, 0])
    np.testing.assert_array_equal(codec.decode(again)[0], codec.decode(alone)[0])


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("coder", CODERS)
def test_the_layout_in_memory_does_not_matter(coder: str, lossless: bool) -> None:
    volume = blobs((6, 24, 20), np.int16, 8)
    settings = Settings(coder, lossless=lossless)
    plain = codec.encode(volume, settings=settings, rate=2.0)
    wide = np.zeros((6, 48, 20), np.int16)
    wide[:, ::2] = volume
    for other in (
        np.asfortranarray(volume),
        wide[:, ::2],
        volume.astype(">i2"),
        volume[:, ::-1].copy()[:, ::-1],
    ):
        assert codec.encode(other, settings=settings, rate=2.0) == plain


def test_psnr_is_reached_with_few_bytes() -> None:
    volume = smooth((4, 32, 32))
    data = codec.encode(volume, psnr=40.0)
    assert psnr(volume, codec.decode(data)) >= 40
    assert psnr(volume, codec.decode(data[:-1])) < 40


def test_auto_finds_the_axial_depth() -> None:
    rng = np.random.default_rng(0)
    thick = np.stack([np.roll(smooth((1, 64, 64), seed=i)[0], 23 * i, axis=i % 2) // 8 for i in range(8)])
    assert codec.info(codec.encode(thick, rate=1.0))["groups"][0]["axial_levels"] == 0
    thin = (smooth((32, 64, 64)) // 8 + rng.normal(0, 20, (32, 64, 64))).astype(np.int16)
    assert codec.info(codec.encode(thin, rate=1.0))["groups"][0]["axial_levels"] >= 2


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0])
def test_ours_is_ahead_of_the_reference(rate: float) -> None:
    volume = blobs((8, 64, 64), np.int16, 4)
    ours, reference = (
        psnr(volume, codec.decode(codec.encode(volume, settings=Settings(coder, axial_levels=2), rate=rate)))
        for coder in ("wdr", "wdr-reference")
    )
    assert ours > reference + 0.3


def test_too_small_a_budget_is_an_error() -> None:
    volume = smooth((2, 8, 8))
    with pytest.raises(StreamError, match="header alone takes"):
        codec.encode(volume, max_bytes=5)
    data = codec.encode(volume)
    with pytest.raises(StreamError, match="header alone takes"):
        codec.truncate(data, max_bytes=5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coder": "gzip"}, "unknown coder"),
        ({"decomposition": "tree"}, "decomposition"),
        ({"in_plane_levels": -1}, "in_plane_levels"),
        ({"axial_levels": -1}, "axial_levels"),
        ({"axial_levels": "many"}, "axial_levels"),
    ],
)
def test_bad_settings_are_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        codec.encode(smooth((2, 8, 8)), settings=Settings(**change))  # type: ignore[arg-type]


def test_bad_volumes_are_named() -> None:
    with pytest.raises(InputError, match="float64"):
        codec.encode(np.zeros((2, 2, 2)))
    with pytest.raises(InputError, match="shape"):
        codec.encode(np.zeros((2, 2), np.int16))
    with pytest.raises(InputError, match="once"):
        codec.encode(np.zeros((2, 2, 2), np.int16), [(0,)])
    with pytest.raises(InputError, match="above 0"):
        codec.encode(np.zeros((2, 2, 2), np.int16), rate=0)


@pytest.mark.parametrize(
    ("coder", "decomposition", "lossless", "transform"),
    [
        ("wdr", "packet", False, "CDF 9/7"),
        ("cc", "packet", False, "17/11 and CDF 9/7"),
        ("cc", "dyadic", False, "CDF 9/7"),
        ("wdr", "packet", True, "reversible 5/3"),
        ("cc", "packet", True, "none: predicted in the image domain, effort 1"),
    ],
)
def test_the_transform_of_a_stream_is_named(
    coder: str, decomposition: str, lossless: bool, transform: str
) -> None:
    data = codec.encode(smooth((4, 16, 16)), None, Settings(coder, decomposition, 3, 1, lossless))
    assert codec.info(data)["transform"] == transform
