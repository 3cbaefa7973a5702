"""NIfTI and its kin: what is read of them, and that what is written says the same."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from wdr_mcpd.data import Volume, read_volume, write_volume
from wdr_mcpd.data.volume import Pick, Scaling
from wdr_mcpd.errors import InputError

VALUES = np.random.default_rng(5).integers(-900, 900, (7, 6, 5)).astype(np.int16)
OBLIQUE = np.array([[-1.5, 1.0, 0, 30], [1.0, 1.5, 0, -40.5], [0, 0, 3, -20], [0, 0, 0, 1.0]])
SHEARED = OBLIQUE + np.array([[0, 0, 0.4, 0], [0, 0, 0, 0], [0.1, 0, 0, 0], [0, 0, 0, 0]])


def save(
    path: Path,
    values: Any = VALUES,
    affine: Any = OBLIQUE,
    sform: int = 1,
    qform: int = 1,
    unit: str = "mm",
    scale: tuple[float, float] | None = None,
    kind: Any = nibabel.Nifti1Image,
) -> Path:
    """Write with nibabel, codes and all."""
    image = kind(values, affine)
    image.header.set_xyzt_units(unit)
    image.set_sform(affine if sform else None, sform)
    image.set_qform(affine if qform else None, qform)
    if scale:
        image.header.set_slope_inter(*scale)
    nibabel.save(image, path)
    return path


SOURCES: dict[str, dict[str, Any]] = {
    "both forms": {},
    "sform of a template": {"sform": 4, "qform": 0},
    "qform alone": {"sform": 0, "qform": 1},
    "other codes": {"sform": 3, "qform": 2},
    "no form": {"sform": 0, "qform": 0},
    "sheared": {"affine": SHEARED, "qform": 0},
    "left-handed": {"affine": OBLIQUE * [-1, 1, 1, 1]},
    "microns": {"unit": "micron"},
    "metres": {"unit": "meter"},
    "no unit": {"unit": "unknown"},
    "scaled": {"scale": (0.5, -100)},
    "scaled down": {"scale": (-3.25, 0)},
    "NIfTI-2": {"kind": nibabel.Nifti2Image},
}


@pytest.mark.parametrize("like", [True, False])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
@pytest.mark.parametrize("case", SOURCES)
def test_what_a_source_says_is_written_again(tmp_path: Path, case: str, suffix: str, like: bool) -> None:
    given = SOURCES[case]
    source = save(tmp_path / f"source{suffix}", **given)
    volume = read_volume(source)
    np.testing.assert_array_equal(volume.voxels, VALUES.T)
    notes = write_volume(tmp_path / f"out{suffix}", volume, source if like else None)
    one, other = nibabel.load(source), nibabel.load(tmp_path / f"out{suffix}")
    np.testing.assert_allclose(other.get_fdata(), one.get_fdata(), rtol=1e-6)
    np.testing.assert_array_equal(other.affine, one.affine)
    np.testing.assert_allclose(other.header.get_zooms(), one.header.get_zooms(), rtol=1e-6)
    for field in ("sform_code", "qform_code"):
        assert other.header[field] == one.header[field]
    assert other.header.get_xyzt_units()[0] == one.header.get_xyzt_units()[0]
    unknown = given.get("sform") == given.get("qform") == 0
    assert bool(notes) == (unknown and not like)


def test_nothing_known_is_said_once_and_coded_0(tmp_path: Path) -> None:
    notes = write_volume(tmp_path / "v.nii.gz", Volume(VALUES))
    assert len(notes) == 1
    header = nibabel.load(tmp_path / "v.nii.gz").header
    assert (header["sform_code"], header["qform_code"]) == (0, 0)


def patched(path: Path, offset: int, form: str, *values: float) -> Path:
    data = bytearray(save(path).read_bytes())
    struct.pack_into(form, data, offset, *values)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("slope", [0.0, float("nan"), float("inf")])
def test_a_slope_that_is_none_means_no_scaling(tmp_path: Path, slope: float) -> None:
    source = patched(tmp_path / "v.nii", 112, "<2f", slope, 7.0)
    assert read_volume(source).scaling == Scaling()


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_negative_distances_change_nothing(tmp_path: Path, axis: int, capfd: Any) -> None:
    source = patched(tmp_path / "v.nii", 80 + 4 * axis, "<f", -2.0)
    np.testing.assert_allclose(read_volume(source).affine, OBLIQUE, atol=1e-5)
    assert capfd.readouterr().err == ""


def test_forms_that_differ_are_said_and_kept_by_like(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(VALUES, OBLIQUE)
    image.set_sform(OBLIQUE + np.eye(4) * [4, 4, 4, 0], 4)
    image.set_qform(OBLIQUE, 1)
    nibabel.save(image, tmp_path / "v.nii")
    volume = read_volume(tmp_path / "v.nii")
    assert "qform differs" in volume.notes[0]
    assert volume.codes == (4, 0)
    write_volume(tmp_path / "out.nii", volume, tmp_path / "v.nii")
    np.testing.assert_allclose(nibabel.load(tmp_path / "out.nii").get_qform(), OBLIQUE, atol=1e-4)


def test_like_keeps_the_rest_of_the_header(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.stack([VALUES] * 2, -1).astype(">i2"), OBLIQUE)
    image.header["descrip"], image.header["intent_name"] = b"a scan", b"T1"
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"hello"))
    nibabel.save(image, tmp_path / "v.nii")
    volume = read_volume(tmp_path / "v.nii", Pick(volume=2))
    write_volume(tmp_path / "out.nii.gz", volume, tmp_path / "v.nii")
    header = nibabel.load(tmp_path / "out.nii.gz").header
    assert (header["descrip"], header["intent_name"]) == (b"a scan", b"T1")
    assert header.extensions[0].get_content() == b"hello"
    assert header.get_data_shape() == VALUES.shape


def test_one_of_several_volumes(tmp_path: Path) -> None:
    source = save(tmp_path / "v.nii", np.stack([VALUES, VALUES + 1, VALUES + 2], -1).reshape(7, 6, 5, 1, 3))
    with pytest.raises(InputError, match="holds 3 volumes; take one with --volume 1 to 3"):
        read_volume(source)
    for number in (1, 2, 3):
        read = read_volume(source, Pick(volume=number))
        np.testing.assert_array_equal(read.voxels, (VALUES + number - 1).T)
    for number in (0, 4):
        with pytest.raises(InputError, match=f"has no volume {number}"):
            read_volume(source, Pick(volume=number))


@pytest.mark.parametrize("bits", [1, 8, 16])
@pytest.mark.parametrize(
    "values", [VALUES + 0.25, VALUES.astype(int) * 1000], ids=["fractions", "large numbers"]
)
def test_what_is_no_16_bit_integer_is_quantised_on_request(tmp_path: Path, values: Any, bits: int) -> None:
    source = save(tmp_path / "v.nii", values.astype(np.float32 if values.dtype.kind == "f" else np.int32))
    with pytest.raises(InputError, match="--quantise BITS"):
        read_volume(source)
    volume = read_volume(source, Pick(quantise=bits))
    assert f"quantised to {bits} bits" in volume.notes[0]
    assert volume.voxels.max() == 2**bits - 1
    step = (values.max() - values.min()) / (2**bits - 1)
    error = np.abs(volume.scaling.real(volume.voxels) - values.T)
    assert error.max() <= step / 2 * (1 + 1e-9)
    for bad in (0, 17):
        with pytest.raises(InputError, match="1 to 16 bits"):
            read_volume(source, Pick(quantise=bad))


def test_whole_numbers_are_not_quantised(tmp_path: Path) -> None:
    source = save(tmp_path / "v.nii", VALUES.astype(np.float32))
    volume = read_volume(source, Pick(quantise=4))
    np.testing.assert_array_equal(volume.voxels, VALUES.T)
    assert volume.notes == ()


@pytest.mark.parametrize("name", ["v.hdr", "v.img", "v.mgz", "v.mgh"])
def test_kin_of_nifti(tmp_path: Path, name: str) -> None:
    kind = nibabel.MGHImage if name[2] == "m" else nibabel.Nifti1Pair
    nibabel.save(kind(VALUES, OBLIQUE), tmp_path / name.replace(".hdr", ".img"))
    read = read_volume(tmp_path / name)
    np.testing.assert_array_equal(read.voxels, VALUES.T)
    np.testing.assert_allclose(read.affine, OBLIQUE, atol=1e-5)
    assert any(read.codes)


def test_analyze_says_nothing_of_its_place(tmp_path: Path) -> None:
    nibabel.save(nibabel.AnalyzeImage(VALUES, np.diag([2, 2, 3, 1.0])), tmp_path / "v.img")
    read = read_volume(tmp_path / "v.hdr")
    np.testing.assert_array_equal(read.voxels, VALUES.T)
    assert (read.codes, read.spacing) == ((0, 0), (3, 2, 2))


def test_metaimage(tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetImageFromArray(VALUES.T)
    image.SetSpacing((0.5, 0.75, 3))
    image.SetOrigin((1, 2, 3))
    image.SetDirection((0, 1, 0, -1, 0, 0, 0, 0, 1))
    for name in ("v.mha", "v.mhd"):
        sitk.WriteImage(image, str(tmp_path / name))
        read = read_volume(tmp_path / name)
        np.testing.assert_array_equal(read.voxels, VALUES.T)
        place = image.TransformIndexToPhysicalPoint((2, 3, 4))
        np.testing.assert_allclose(read.affine @ [2, 3, 4, 1], [-place[0], -place[1], place[2], 1])
    (tmp_path / "v.mha").write_bytes((tmp_path / "v.mha").read_bytes()[:-9])
    with pytest.raises(InputError, match="not a whole MetaImage"):
        read_volume(tmp_path / "v.mha")


@pytest.mark.parametrize("suffix", [".nii.gz", ".nrrd"])
def test_a_scale_of_each_slice_becomes_real_values(tmp_path: Path, volume: Volume, suffix: str) -> None:
    scaling = Scaling((1.0, 1.5, 2.0, 2.5, 3.0), (0.0, 1.0, 0.0, 0.0, -7.0))
    scaled = replace(volume, scaling=scaling)
    notes = write_volume(tmp_path / f"v{suffix}", scaled)
    assert len(notes) == 1
    assert "real values are written" in notes[0]
    read = read_volume(tmp_path / f"v{suffix}", Pick(quantise=16))
    step = read.scaling.slope[0]
    np.testing.assert_allclose(read.scaling.real(read.voxels), scaling.real(volume.voxels), atol=step)
