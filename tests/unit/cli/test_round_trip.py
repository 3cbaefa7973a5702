"""Geometry and scaling from a file through a stream to a file, by the command and as the page tells it."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

import round_trip
from round_trip import OUTPUTS, PAGE, SOURCES, trip, with_table
from wdr_mcpd.cli import main

VALUES = np.random.default_rng(5).integers(0, 900, (9, 8, 4)).astype(np.int16)
AFFINE = np.array([[-2.0, 0, 0, 30], [0, 2, 0, -40], [0, 0, 3, -20], [0, 0, 0, 1]])


def test_the_page_has_the_table_of_today() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert round_trip.BEGIN in page
    assert with_table(page) == page


@pytest.mark.parametrize("suffix", [suffix for suffix in OUTPUTS if suffix != ".npy"])
@pytest.mark.parametrize("name", SOURCES)
def test_real_values_place_unit_and_codes_are_kept(name: str, suffix: str) -> None:
    kept, _ = trip(SOURCES[name], suffix, like=False)
    assert kept == ("not voxels" if name == "DICOM, a scale a slice" else "all")
    assert trip(SOURCES[name], suffix, like=True)[0] == kept


def save(path: Path, values: np.ndarray = VALUES) -> Path:
    image = nibabel.Nifti1Image(values, AFFINE)
    image.header.set_xyzt_units("mm")
    nibabel.save(image, path)
    return path


def run(*arguments: object) -> None:
    assert main([str(argument) for argument in arguments]) == 0


def test_the_command_restores_the_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, stream = save(tmp_path / "in.nii"), tmp_path / "x.wdr"
    run("encode", source, stream, "--lossless")
    capsys.readouterr()
    run("decode", stream, tmp_path / "out.nii.gz")
    assert capsys.readouterr().err == ""
    one, other = nibabel.load(source), nibabel.load(tmp_path / "out.nii.gz")
    np.testing.assert_array_equal(other.affine, one.affine)
    np.testing.assert_array_equal(other.get_fdata(), VALUES)
    assert other.header["sform_code"] == one.header["sform_code"]

    run("encode", source, stream, "--lossless", "--no-geometry")
    capsys.readouterr()
    run("decode", stream, tmp_path / "bare.nii")
    assert capsys.readouterr().err.count("\n") == 1
    assert nibabel.load(tmp_path / "bare.nii").header["sform_code"] == 0
    run("decode", stream, tmp_path / "like.nii", "--like", source)
    assert (tmp_path / "like.nii").read_bytes() == source.read_bytes()


def test_the_command_picks_and_quantises(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = save(tmp_path / "in.nii", np.stack([VALUES, VALUES * 2.5], -1).astype(np.float32))
    stream, out = tmp_path / "x.wdr", tmp_path / "out.nii"
    assert main(["encode", str(source), str(stream)]) == 2
    assert "holds 2 volumes; take one with --volume 1 to 2" in capsys.readouterr().err
    encode = ["encode", str(source), str(stream), "--volume", "2", "--lossless"]
    assert main(encode) == 2
    assert "give --quantise BITS" in capsys.readouterr().err
    run(*encode, "--quantise", 12)
    assert "were quantised to 12 bits" in capsys.readouterr().err
    for more in ([], ["--like", source, "--volume", 2]):
        run("decode", stream, out, *more)
        step = VALUES.max() * 2.5 / 4095
        np.testing.assert_allclose(nibabel.load(out).get_fdata(), VALUES * 2.5, atol=step / 2 * 1.001)


def test_geometry_counts_in_the_rate(tmp_path: Path) -> None:
    source = save(tmp_path / "in.nii")
    for more in ([], ["--no-geometry"]):
        run("encode", source, tmp_path / "x.wdr", "--max-bytes", 300, *more)
        assert (tmp_path / "x.wdr").stat().st_size <= 300
