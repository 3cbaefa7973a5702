import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs import CODECS, Codec, RateSearch
from wdr_mcpd.baselines.codecs.jpeg2000 import AXIAL
from wdr_mcpd.errors import InputError

for library in sorted({codec.library for codec in CODECS.values()}):
    pytest.importorskip(library)

LOSSY = [codec for codec in CODECS.values() if codec.control]
LOSSLESS = [codec for codec in CODECS.values() if codec.lossless]
# Somewhere in the middle of each parameter's range; a coarse and a fine value for the order of sizes.
COARSE_AND_FINE = {"quality": (20, 80), "rate factor": (30, 5), "PSNR in dB": (38, 52)}


def name(codec: Codec) -> str:
    return codec.name


@pytest.fixture(scope="module")
def volume() -> NDArray[np.int16]:
    """Six slices of 64 x 64 with smooth structure and noise, 12 bits."""
    z, y, x = np.mgrid[:6, :64, :64] / 64
    smooth = 1200 * np.sin(5 * x + z) * np.cos(4 * y) + 1800
    noise = np.random.default_rng(7).normal(scale=40, size=smooth.shape)
    return np.clip(smooth + noise, 0, 4095).astype(np.int16)


def error(before: NDArray[np.int16], after: NDArray[np.int16]) -> float:
    return float(np.square(before.astype(float) - after).mean())


@pytest.mark.parametrize("codec", LOSSY, ids=name)
def test_a_finer_quality_costs_more_and_errs_less(codec: Codec, volume: NDArray[np.int16]) -> None:
    assert codec.control is not None
    coarse, fine = COARSE_AND_FINE.get(codec.control.name, (codec.control.at(0.4), codec.control.at(0.7)))
    if codec.name == "jpeg2000-volume-axial":
        coarse, fine = 55, 70  # its PSNR is against 16 bits
    streams = [codec.encode(volume, quality) for quality in (coarse, fine)]
    decoded = [codec.decode(stream) for stream in streams]
    assert len(streams[0]) < len(streams[1]) < volume.nbytes
    assert error(volume, decoded[0]) > error(volume, decoded[1])
    assert error(volume, decoded[1]) < 0.02 * volume.var()
    for result in decoded:
        assert result.dtype == volume.dtype
        assert result.shape == volume.shape
        assert result.min() >= volume.min()
        assert result.max() <= volume.max()


@pytest.mark.parametrize("codec", LOSSLESS, ids=name)
@pytest.mark.parametrize(
    ("dtype", "low", "high"), [("int16", -900, 1100), ("uint8", 0, 255), ("int8", -100, 27)]
)
def test_lossless_restores_every_voxel(codec: Codec, dtype: str, low: int, high: int) -> None:
    volume = np.random.default_rng(3).integers(low, high + 1, (3, 64, 70)).astype(dtype)
    decoded = codec.decode(codec.encode(volume))
    assert decoded.dtype == volume.dtype
    np.testing.assert_array_equal(decoded, volume)


@pytest.mark.parametrize("codec", [p for p in LOSSLESS if p.bits == 16], ids=name)
def test_lossless_takes_sixteen_bits(codec: Codec) -> None:
    volume = np.random.default_rng(3).integers(0, 2**16, (2, 40, 50)).astype("uint16")
    np.testing.assert_array_equal(codec.decode(codec.encode(volume)), volume)


@pytest.mark.parametrize("codec", [p for p in LOSSY if p.bits < 16], ids=name)
def test_wider_data_is_refused_not_scaled(codec: Codec, volume: NDArray[np.int16]) -> None:
    wide = volume.astype(np.uint16) * 8
    assert codec.refusal(volume) is None
    with pytest.raises(InputError, match=rf"{codec.label}.*takes {codec.bits} bits, the volume needs 15"):
        codec.encode(wide, 30)


@pytest.mark.parametrize("codec", LOSSY, ids=name)
def test_a_signed_volume_errs_like_its_shifted_copy(codec: Codec, volume: NDArray[np.int16]) -> None:
    assert codec.control is not None
    quality = COARSE_AND_FINE.get(codec.control.name, (codec.control.at(0.6),))[0]
    signed = volume - 1024
    expected = codec.decode(codec.encode(volume - volume.min(), quality)).astype(int)
    decoded = codec.decode(codec.encode(signed, quality)).astype(int)
    assert decoded.min() < 0
    np.testing.assert_array_equal(decoded - signed.min(), expected)


def test_a_mode_that_a_baseline_lacks_is_refused(volume: NDArray[np.int16]) -> None:
    with pytest.raises(InputError, match="no lossless mode"):
        CODECS["sperr"].encode(volume)
    with pytest.raises(InputError, match="lossless only"):
        CODECS["jpegls"].encode(volume, 1.0)
    with pytest.raises(InputError, match="not 2D"):
        CODECS["jpegls"].encode(volume[0])
    with pytest.raises(InputError, match="float64"):
        CODECS["jpegls"].encode(volume.astype(float))


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wdr_mcpd.baselines.codecs.contract.find_spec", lambda library: None)
    line = CODECS["x265-medium"].missing()
    assert line is not None
    assert line.startswith("x265 medium: av ")
    assert "wdr-mcpd[peers]" in line


def test_one_codestream_of_slices_beats_slices_at_one_rate(volume: NDArray[np.int16]) -> None:
    errors = {}
    for key in ("jpeg2000-slices-rate", "jpeg2000-volume"):
        reached = RateSearch(CODECS[key], volume).reach(1.0)
        assert reached is not None
        codec, _, stream = reached
        assert 0.99 <= len(stream) * 8 / volume.size <= 1.01
        errors[key] = error(volume, codec.decode(stream))
    assert errors["jpeg2000-volume"] < errors["jpeg2000-slices-rate"]


def test_the_search_says_why_it_cannot_start(volume: NDArray[np.int16]) -> None:
    with pytest.raises(InputError, match="takes 12 bits"):
        RateSearch(CODECS["x265-medium"], volume.astype(np.uint16) * 8)
    with pytest.raises(InputError, match="has no rates"):
        RateSearch(CODECS["jpegls"], volume)


@pytest.mark.parametrize("shape", [(6, 48, 80), (6, 80, 45)])
def test_slices_smaller_than_a_coding_tree_unit_are_not_given_to_x265(shape: tuple[int, int, int]) -> None:
    # In narrow frames it damages the memory of the process, which ends at some later time.
    for name in ("x265-medium", "x265-slow"):
        with pytest.raises(InputError, match=f"64 x 64 and more, these are {shape[1]} x {shape[2]}"):
            CODECS[name].encode(np.zeros(shape, np.uint16))


def test_a_rate_that_x265_jumps_over_is_reached_with_another_ratio_of_frames(
    volume: NDArray[np.int16],
) -> None:
    codec = CODECS["x265-medium"]
    qualities = np.arange(0, 20, 1.0)
    sizes = {len(setting.encode(volume, q)) for setting in (codec, *codec.nearby) for q in qualities}
    assert len(sizes) > 1.5 * len({len(codec.encode(volume, q)) for q in qualities})


@pytest.mark.parametrize("kind", [np.float32, np.uint16])
@pytest.mark.parametrize("least", [0, -100])
def test_what_a_baseline_decodes_is_finished_in_place(kind: type, least: int) -> None:
    """The time and memory of a codec are its own: nothing of eight bytes a voxel is made around it."""
    volume = np.full((4, 64, 64), least, np.int16)
    volume[0, 0, :3] = 5, 300, 301

    class Copy(Codec):
        name = label = "copy"
        library = "numpy"
        lossless = True

        def compress(self, volume, bits, quality):  # type: ignore[no-untyped-def]
            return [volume.tobytes()]

        def expand(self, parts, frame):  # type: ignore[no-untyped-def]
            values = np.frombuffer(parts[0], np.uint16).astype(kind)
            values[0] += 1000
            values[1] += 0.4 if kind is np.float32 else 0
            tracemalloc.start()
            return values

    decoded = Copy().decode(Copy().encode(volume))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert decoded.dtype == np.int16
    assert list(decoded[0, 0, :4]) == [301, 300, 301, least]
    assert np.array_equal(decoded.ravel()[3:], volume.ravel()[3:])
    assert most < (6.5 if least else 2.5) * volume.size


def test_three_axial_levels_fit_the_two_bits_that_jpeg2000_reserves() -> None:
    for slices in range(2, 70):
        weights = np.eye(slices, dtype=np.float32)[:, :, None]
        AXIAL.forward(weights, AXIAL.lay_out(weights.shape, "packet", 0, 3))
        assert np.abs(weights).sum(axis=1).max() < 4
