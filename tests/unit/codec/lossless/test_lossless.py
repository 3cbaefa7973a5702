"""Coding in the image domain: every voxel back, cuts, previews, few values, and what is refused."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from volumes import blobs

from wdr_mcpd import codec
from wdr_mcpd.codec import Settings, lossless
from wdr_mcpd.codec.header import Header, pack
from wdr_mcpd.codec.lossless.values import pack as name_values
from wdr_mcpd.codec.lossless.values import taken, unpack
from wdr_mcpd.codec.lossless.vectors import add_four, add_scaled, aligned, dot
from wdr_mcpd.errors import InputError, StreamError

FAST, SHORT = Settings("cc", lossless=True), Settings("cc", lossless=True, effort=2)
SHOWN = Settings("cc", lossless=True, preview=1.0)


def bits_per_voxel(volume: np.ndarray, settings: Settings = FAST) -> float:
    data = codec.encode(volume, settings=settings)
    np.testing.assert_array_equal(codec.decode(data), volume)
    described = codec.info(data)
    return 8 * (described["bytes"] - described["header_bytes"]) / volume.size


@pytest.mark.parametrize("settings", [FAST, SHORT])
def test_it_is_shorter_than_the_embedded_coder(settings: Settings) -> None:
    volume = blobs((3, 40, 44), np.int16, 5) >> 5
    embedded = codec.encode(volume, settings=Settings("cc", lossless=True), rate=32.0)
    np.testing.assert_array_equal(codec.decode(embedded), volume)
    assert len(codec.encode(volume, settings=settings)) < len(embedded)


@pytest.mark.parametrize("settings", [FAST, SHORT])
def test_masked_voxels_cost_nothing_to_speak_of(settings: Settings) -> None:
    volume = np.zeros((4, 96, 96), np.int16)
    volume[:, 40:56, 40:56] = blobs((4, 16, 16), np.int16, 3)
    assert bits_per_voxel(volume, settings) < 16 * 16**2 / 96**2 + 0.03


def test_values_that_are_not_taken_cost_nothing_to_speak_of() -> None:
    volume = blobs((6, 64, 64), np.int16, 3) >> 9
    stretched = (volume * 37 - 5).astype(np.int16)
    assert bits_per_voxel(stretched) < bits_per_voxel(volume) + 0.05


def test_signs_and_offsets_cost_nothing() -> None:
    volume = blobs((3, 32, 32), np.uint16, 3) >> 8
    assert bits_per_voxel((volume.astype(np.int32) - 30_000).astype(np.int16)) == bits_per_voxel(volume)


def test_rare_values_are_not_named() -> None:
    volume = np.random.default_rng(1).integers(0, 30_000, (1, 10, 10)).astype(np.int32)
    assert taken(volume, int(volume.min()), int(volume.max())) is None


@pytest.mark.parametrize("count", [1, 7, 8, 9, 65_536])
def test_named_values_are_read_again(count: int) -> None:
    values = np.unique(np.random.default_rng(count).integers(0, count, 5)).astype(np.int32) - 100
    named = name_values(values, -100, count - 101)
    found, end = unpack(named + b"more", -100, count - 101)
    np.testing.assert_array_equal(found, values)
    assert end == len(named)


@pytest.mark.parametrize(
    "named", [b"", b"\x05abc", b"\x04abcd", b"\xff\xff\xff\x7f", name_values(np.array([], np.int32), 0, 9)]
)
def test_damaged_names_of_values_are_refused(named: bytes) -> None:
    with pytest.raises(StreamError):
        unpack(named, 0, 9)


@pytest.mark.parametrize("settings", [FAST, SHORT])
def test_a_cut_stream_without_a_preview_says_what_is_there(settings: Settings) -> None:
    volume = blobs((4, 20, 24), np.int16, 6)
    data = codec.encode(volume, settings=settings)
    with pytest.raises(StreamError, match=r"is cut: [12] of the 4 slices of a group are whole"):
        codec.decode(data[: len(data) // 2])
    with pytest.raises(StreamError, match="is cut: 3 of the 4"):
        codec.decode(data[:-1])
    with pytest.raises(StreamError, match="cannot be cut"):
        codec.truncate(data, max_bytes=len(data) - 1)
    assert codec.truncate(data, max_bytes=len(data)) == data


def test_a_cut_stream_with_a_preview_shows_the_rest() -> None:
    volume = blobs((4, 24, 20), np.int16, 6)
    data = codec.encode(volume, settings=SHOWN)
    errors = [
        np.abs(codec.decode(data[: round(part * len(data))]).astype(int) - volume).mean()
        for part in (0.05, 0.2, 0.6, 1.0)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0
    np.testing.assert_array_equal(codec.decode(data[: round(0.6 * len(data))])[0], volume[0])


@pytest.mark.parametrize("shape", [(2, 9, 31), (2, 31, 9)])
def test_what_is_determined_is_right(shape: tuple[int, int, int]) -> None:
    volume = blobs(shape, np.int16, 6).astype(np.int32)
    low, high = int(volume.min()), int(volume.max())
    payload = lossless.encode(volume, low, high, 1)
    for length in range(2, payload.size, 37):
        decoded, done = lossless.decode(payload[:length], shape, low, high, 1)
        upright = (0, 2, 1) if shape[2] > shape[1] else (0, 1, 2)
        found, real = decoded.transpose(upright).ravel(), volume.transpose(upright).ravel()
        np.testing.assert_array_equal(found[:done], real[:done])
        assert (found[done:] == low).all()


def test_threads_change_no_bit() -> None:
    volumes = [blobs((3, 24, 24), np.int16, seed) for seed in range(6)]
    alone = [codec.encode(volume, settings=SHORT) for volume in volumes]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda volume: codec.encode(volume, settings=SHORT), volumes)) == alone
        for volume, decoded in zip(volumes, pool.map(codec.decode, alone), strict=True):
            np.testing.assert_array_equal(decoded, volume)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings("cc", lossless=True, effort=3), "effort must be 1 or 2, not 3"),
        (Settings("cc", lossless=True, preview=-1.0), "preview must be 0 or more"),
        (Settings("cc", effort=2), "are for coding without loss by coder cc"),
        (Settings("wdr", lossless=True, preview=0.5), "are for coding without loss by coder cc"),
        (Settings("cc-1", lossless=True, effort=2), "are for coding without loss by coder cc"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: Settings, words: str) -> None:
    with pytest.raises(InputError, match=words):
        codec.encode(np.zeros((1, 2, 2), np.int16), settings=settings)


def test_effort_and_a_rate_do_not_go_together() -> None:
    with pytest.raises(InputError, match="leave out rate"):
        codec.encode(blobs((2, 9, 9), np.int16, 1), settings=SHORT, rate=2.0)


def test_slices_that_would_take_too_much_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = blobs((1, 16, 16), np.int16, 1)
    data = codec.encode(volume, settings=FAST)
    monkeypatch.setattr("wdr_mcpd.codec.predict.MOST_IN_SLICE", 256)
    np.testing.assert_array_equal(codec.decode(codec.encode(volume, settings=FAST)), volume)
    monkeypatch.setattr("wdr_mcpd.codec.predict.MOST_IN_SLICE", 255)
    with pytest.raises(InputError, match="256 voxels are above the 255"):
        codec.encode(volume, settings=FAST)
    with pytest.raises(StreamError, match="more than 255"):
        codec.decode(data)


def test_a_stream_of_an_unknown_effort_is_refused() -> None:
    from dataclasses import replace

    from wdr_mcpd.codec.fields import Prediction
    from wdr_mcpd.codec.header import unpack as unpack_header

    data = codec.encode(blobs((1, 8, 8), np.int16, 1), settings=FAST)
    header, start = unpack_header(data, 1 << 20)
    other: Header = replace(header, fields=replace(header.fields, prediction=Prediction(3)))
    with pytest.raises(StreamError, match="effort must be 1 or 2"):
        codec.decode(pack(other) + data[start:])


def test_nothing_is_contracted_and_lanes_are_added_in_order() -> None:
    """Plain Python rounds every product and every sum."""
    import numba

    @numba.njit
    def use(a, b, one, four, factors):  # type: ignore[no-untyped-def]
        add_scaled(one, 0, factors[0], a, 8)
        add_four(four, 8, factors, (a, b, a, b), (0, 0, 8, 16))
        return dot(a, 0, b, 0, 3)

    rng = np.random.default_rng(2)
    for _ in range(200):
        a, b = rng.normal(size=(2, 24)) * 10.0 ** rng.integers(-8, 8, (2, 24))
        one, four, factors = rng.normal(size=8), rng.normal(size=16), tuple(rng.normal(size=4).tolist())
        wanted = [x + factors[0] * y for x, y in zip(one.tolist(), a[8:16].tolist(), strict=True)]
        all_four = four.tolist()
        for factor, added in zip(factors, (a[:8], b[:8], a[8:16], b[16:]), strict=True):
            all_four[8:] = [x + factor * y for x, y in zip(all_four[8:], added.tolist(), strict=True)]
        lanes = [0.0] * 8
        for k in range(24):
            lanes[k % 8] = lanes[k % 8] + float(a[k]) * float(b[k])
        while len(lanes) > 1:
            half = len(lanes) // 2
            lanes = [lanes[k] + lanes[k + half] for k in range(half)]
        assert use(a, b, one, four, factors) == lanes[0]
        assert one.tolist() == wanted
        assert four.tolist() == all_four


def test_rooms_begin_at_lines_of_the_cache() -> None:
    for shape in ((8,), (3, 16), (2, 5, 24)):
        room = aligned(*shape)
        assert room.shape == shape
        assert not room.any()
        assert room.ctypes.data % 64 == 0
