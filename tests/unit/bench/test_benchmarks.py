import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from wdr_mcpd.bench.__main__ import main
from wdr_mcpd.bench.codec_speed import codec_speed
from wdr_mcpd.bench.contestants import contestants
from wdr_mcpd.bench.growth import growth, mirrored
from wdr_mcpd.bench.harness import Times
from wdr_mcpd.bench.lossless import lossless
from wdr_mcpd.bench.rate_distortion import rate_distortion
from wdr_mcpd.errors import InputError

pytest.importorskip("imagecodecs")
NAMES = ["3d-wdr", "sperr", "jpeg2000-slices-rate", "jpegls"]


@pytest.fixture(scope="module")
def volume() -> NDArray[np.int16]:
    z, y, x = np.mgrid[:8, :64, :64] / 64
    noise = np.random.default_rng(7).normal(scale=40, size=z.shape)
    return np.clip(1200 * np.sin(5 * x + z) * np.cos(4 * y) + 1800 + noise, 0, 4095).astype(np.int16)


def test_rate_distortion_has_a_row_for_every_rate_that_is_reached(volume: NDArray[np.int16]) -> None:
    present, missing = contestants(NAMES)
    assert not missing
    frame = rate_distortion({"v": volume}, present, rates=(0.5, 2.0), processes=1)
    assert list(zip(frame["method"], frame["rate_bpv"], strict=True)) == [
        (name, rate) for name in NAMES[:3] for rate in (0.5, 2.0)
    ]
    np.testing.assert_allclose(frame["bytes"] * 8 / volume.size, frame["actual_bpv"])
    assert (frame["actual_bpv"] / frame["rate_bpv"] - 1).abs().max() <= 0.01
    np.testing.assert_allclose(
        frame["psnr_db"] - frame["psnr_max_db"], 20 * np.log10(65535 / int(volume.max()))
    )
    pairs = frame.pivot_table(index="method", columns="rate_bpv", values=["psnr_db", "ssim"])
    assert (pairs[("psnr_db", 2.0)] > pairs[("psnr_db", 0.5)]).all()
    assert (pairs[("ssim", 2.0)] > pairs[("ssim", 0.5)]).all()


def test_lossless_leaves_out_who_cannot_and_checks_every_voxel(volume: NDArray[np.int16]) -> None:
    frame = lossless({"v": volume}, contestants(NAMES)[0])
    assert list(frame["method"]) == ["3d-wdr", "jpegls"]
    assert frame["verified"].all()
    assert frame["bpv"].between(5, 12).all()


def test_speed_is_a_ratio_of_runs_taken_in_turn(volume: NDArray[np.int16]) -> None:
    frame = codec_speed("v", volume, contestants(NAMES[1:3])[0], runs=3).set_index(["method", "direction"])
    sperr = frame.loc["sperr"]
    assert (sperr["ratio_sperr"] == 1).all()
    jpeg2000 = frame.loc["jpeg2000-slices-rate"]
    assert (jpeg2000["ratio_jpeg2000"] == 1).all()
    np.testing.assert_allclose(frame["mvoxel_per_s"] * frame["seconds"], volume.size / 1e6)
    assert (frame["seconds_q1"] <= frame["seconds"]).all()
    assert (frame["peak_mb"] >= 0).all()  # so small a volume may fit what was already there


def test_ratios_are_empty_where_the_reference_is_missing(volume: NDArray[np.int16]) -> None:
    frame = codec_speed("v", volume, contestants(["htj2k-volume"])[0], runs=1)
    assert frame[["ratio_sperr", "ratio_jpeg2000_q1"]].isna().all(axis=None)


def test_growth_is_per_voxel(volume: NDArray[np.int16], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "wdr_mcpd.bench.growth.measured_alone",
        lambda run, direction, runs: (3 * run.volume.size, Times((2e-9 * run.volume.size,) * runs)),
    )
    ours = [c for c in contestants(["3d-wdr"])[0] if c.ours]
    frame = growth(volume, ours, shapes=((8, 64, 64), (8, 128, 128)))
    assert list(frame["voxels"]) == [2**15] * 2 + [2**17] * 2
    np.testing.assert_allclose(frame["ns_per_voxel"], 2)
    assert (frame["bytes_per_voxel"] == 3).all()
    assert list(frame["runs"]) == [256] * 2 + [64] * 2
    monkeypatch.setattr("wdr_mcpd.bench.growth.VOXELS_TO_TIME", 2**15)
    assert list(growth(volume, ours, shapes=((8, 128, 128),))["runs"]) == [3, 3]


def test_mirrored_copies_meet_without_an_edge() -> None:
    volume = np.arange(24).reshape(2, 3, 4)
    large = mirrored(volume, (3, 2, 9))
    assert large.shape == (3, 2, 9)
    assert list(large[0, 0]) == [0, 1, 2, 3, 3, 2, 1, 0, 0]
    np.testing.assert_array_equal(large[2], large[1])


def test_an_unknown_codec_is_named() -> None:
    with pytest.raises(InputError, match=r"unknown codec jpeg3000; known: .*3d-wdr.*sperr"):
        contestants(["jpeg3000"])


def test_a_missing_library_is_noted_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "wdr_mcpd.baselines.codecs.contract.find_spec", lambda library: None if library == "av" else object()
    )
    present, missing = contestants(["sperr", "x265-medium"])
    assert [c.name for c in present] == ["sperr"]
    assert [line.partition(" is ")[0] for line in missing] == ["x265 medium: av"]


def test_the_command_writes_its_tables_and_says_who_was_refused(
    volume: NDArray[np.int16], tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "wide.npy", volume.astype(np.uint16) * 16)
    out = tmp_path / "out"
    arguments = ["measure", f"wide={tmp_path / 'wide.npy'}", "--out", str(out), "--only", "lossless"]
    assert main([*arguments, "--codecs", "jpegls", "x265-medium"]) == 0
    assert "wide: x265 medium: takes 12 bits, the volume needs 16; skipped" in capsys.readouterr().err
    notes = pd.read_csv(out / "notes.csv")
    assert list(notes["note"]) == ["x265 medium: takes 12 bits, the volume needs 16"]
    assert list(pd.read_csv(out / "lossless.csv")["method"]) == ["jpegls"]
    assert "processor" in set(pd.read_csv(out / "machine.csv")["what"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["volume.npy"], "give a volume as NAME=PATH"),
        ([], "give a volume as NAME=PATH, or --sample"),
        (["v=nowhere.npy"], "nowhere.npy: no such file"),
        (["v={volume}", "--only", "speed"], "unknown benchmark speed; known: rate_distortion"),
    ],
)
def test_bad_input_is_one_line(
    volume: NDArray[np.int16],
    tmp_path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    np.save(tmp_path / "v.npy", volume)
    given = [argument.format(volume=tmp_path / "v.npy") for argument in arguments]
    assert main(["measure", "--out", str(tmp_path / "out"), *given]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
