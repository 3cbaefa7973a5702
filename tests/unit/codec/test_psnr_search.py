"""A quality as the way to say how much to code."""

from collections.abc import Callable
from dataclasses import replace
from math import log2

import numpy as np
import pytest
from numpy.typing import NDArray
from volumes import blobs

from wdr_mcpd import METHODS, codec, encode
from wdr_mcpd.cli import main
from wdr_mcpd.codec import Settings
from wdr_mcpd.codec.coders import CODERS
from wdr_mcpd.codec.psnr_search import fewest
from wdr_mcpd.errors import InputError

Curve = Callable[[float], float]


def psnr(volume: NDArray[np.int16], data: bytes) -> float:
    return 10 * np.log10(65535**2 / max(np.mean(np.square(volume - codec.decode(data).astype(float))), 1e-9))


@pytest.mark.parametrize("target", [45.1, 52.0, 66.6, 80.0])
@pytest.mark.parametrize(
    ("curve", "most"),
    [
        (lambda n: 20 + 4 * log2(n), 6),  # a straight line
        (lambda n: 40 + 41 * (n / 1e6) ** 0.4, 12),  # bent
        (lambda n: 30 + 9 * int(0.4 * log2(n)) + 1e-9 * n, 24),  # steps
        (lambda n: 40 + 41 * (n > 31_415), 24),  # one step
        (lambda n: float("inf") if n > 900_000 else 39 + n / 1e6, 24),  # lossless at the end
    ],
)
def test_few_looks_find_bytes_close_to_the_fewest(curve: Curve, most: int, target: float) -> None:
    looked: list[int] = []

    def quality(size: int) -> float:
        looked.append(size)
        return curve(size)

    size = fewest(quality, target, (30, curve(30)), (1_000_000, curve(1_000_000)))
    assert size == 1_000_000 or curve(size) >= target
    assert curve(size - max(1, size >> 10)) < target
    assert len(looked) <= most
    assert len(set(looked)) == len(looked)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("lossless", [False, True])
def test_the_decibels_are_reached_with_few_bytes(method: str, lossless: bool) -> None:
    volume = blobs((5, 48, 40), np.int16, 1)
    told: list[str] = []
    data = encode(volume, method, psnr=62.0, lossless=lossless, progress=told.append)
    assert psnr(volume, data) >= 62
    assert psnr(volume, data[: -max(1, len(data) >> 9)]) < 62
    assert len(told) < 22
    assert all("bits per voxel give" in text for text in told)


def test_what_the_mean_alone_reaches_is_a_header() -> None:
    volume = blobs((3, 24, 24), np.int16, 1) // 64
    data = codec.encode(volume, psnr=40.0)
    assert codec.info(data)["bytes"] == codec.info(data)["header_bytes"]
    assert psnr(volume, data) >= 40


@pytest.mark.parametrize("value", ["nan", "-5", "0", "inf"])
def test_no_volume_has_such_decibels(value: str, tmp_path, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    np.save(tmp_path / "v.npy", blobs((2, 16, 16), np.int16, 1))
    assert main(["encode", str(tmp_path / "v.npy"), str(tmp_path / "v.wdr"), f"--psnr={value}"]) == 2
    assert "psnr must be a number of decibels above 0" in capsys.readouterr().err
    assert not (tmp_path / "v.wdr").exists()


def test_decibels_that_cannot_be_reached_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    volume = blobs((4, 40, 40), np.int16, 1)
    monkeypatch.setattr("wdr_mcpd.codec.transform.UNITS", 1 / 64)  # too coarse for all voxels
    with pytest.raises(InputError, match=r"90 dB cannot be reached: .* gives [5-8]\d\.\d\d dB; ask for less"):
        codec.encode(volume, psnr=90)
    lossless = codec.encode(volume, settings=Settings(lossless=True), psnr=1000)
    assert np.array_equal(codec.decode(lossless), volume)


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("lossless", [False, True])
def test_a_header_alone_is_decoded_to_the_mean_without_any_transform(
    coder: str, lossless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few bytes may announce as many voxels as the limit allows."""
    volume = blobs((4, 30, 30), np.int16, 1)
    data = codec.encode(volume, settings=Settings(coder, lossless=lossless), rate=1.0)
    described = codec.info(data)
    empty = np.empty(0, np.uint8)
    transform = CODERS[coder].transform("packet", lossless, "bior4.4")
    plan = transform.lay_out(volume.shape, "packet", 5, described["groups"][0]["axial_levels"])
    planes = described["groups"][0]["planes"]
    assert not CODERS[coder].restore(empty, plan, planes - 1, transform, True, 0.0).any()
    monkeypatch.setitem(CODERS, coder, replace(CODERS[coder], restore=None))  # type: ignore[arg-type]
    assert (codec.decode(data[: described["header_bytes"]]) == described["groups"][0]["mean"]).all()
