"""Reading a DICOM series: what is sorted, what is refused, and what the message says."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset

from wdr_mcpd.data import Volume, read_volume, write_volume
from wdr_mcpd.data.dicom import read_series
from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity, derived_uid
from wdr_mcpd.data.volume import Pick, Scaling
from wdr_mcpd.errors import InputError

IDENTITY = SeriesIdentity("collection", "patient", 1, "T1 post-contrast", "20200102")
OBLIQUE = np.array([[0.0, -0.6, 0.8], [0.0, 0.8, 0.6], [1.0, 0.0, 0.0]])


def edit(folder: Path, change: Callable[[Dataset], object], which: slice = slice(None)) -> None:
    for path in sorted(folder.glob("*.dcm"))[which]:
        dataset = pydicom.dcmread(path)
        change(dataset)
        dataset.save_as(path)


def test_stored_values_and_geometry(series: Path, volume: Volume) -> None:
    read = read_volume(series)
    assert read.voxels.dtype == np.int16
    np.testing.assert_array_equal(read.voxels, volume.voxels)
    assert read.spacing == volume.spacing
    assert read.origin == volume.origin
    np.testing.assert_allclose(read.direction, volume.direction)


def test_slices_are_sorted_by_place_not_by_name_or_number(series: Path, volume: Volume) -> None:
    for k, path in enumerate(sorted(series.glob("*.dcm"))):
        path.rename(series / f"{(k * 3) % 5}.dcm")
    edit(series, lambda d: setattr(d, "InstanceNumber", 99 - d.InstanceNumber))
    np.testing.assert_array_equal(read_series(series).voxels, volume.voxels)


@pytest.mark.parametrize("direction", [np.eye(3)[::-1], OBLIQUE])
def test_agrees_with_highdicom(tmp_path: Path, volume: Volume, direction: np.ndarray) -> None:
    write_mr_series(tmp_path, Volume(volume.voxels, volume.spacing, None, volume.origin, direction), IDENTITY)
    read = read_series(tmp_path)
    datasets = [pydicom.dcmread(path) for path in sorted(tmp_path.glob("*.dcm"))]
    other = highdicom.get_volume_from_series(datasets, dtype=np.int16, apply_modality_transform=False)
    if not np.array_equal(other.array, read.voxels):
        other = other.flip_spatial(0)
    np.testing.assert_array_equal(other.array, read.voxels)
    np.testing.assert_allclose(other.affine[:3, 3], read.origin, atol=1e-6)
    np.testing.assert_allclose(
        other.affine[:3, :3], (read.direction * np.array(read.spacing)[:, None]).T, atol=1e-6
    )


def test_rows_that_run_upwards_still_give_slices_from_foot_to_head(tmp_path: Path, volume: Volume) -> None:
    flipped = np.array([[0, 0, 1.0], [0, -1, 0], [1, 0, 0]])
    write_mr_series(tmp_path, Volume(volume.voxels, volume.spacing, None, volume.origin, flipped), IDENTITY)
    np.testing.assert_array_equal(read_series(tmp_path).voxels, volume.voxels)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
def test_all_values_of_each_type(tmp_path: Path, dtype: str) -> None:
    info = np.iinfo(dtype)
    voxels = np.linspace(info.min, info.max, 2 * 5 * 7).astype(dtype).reshape(2, 5, 7)
    write_mr_series(tmp_path, Volume(voxels), IDENTITY)
    read = read_series(tmp_path)
    assert read.voxels.dtype == dtype
    np.testing.assert_array_equal(read.voxels, voxels)


def test_writing_is_deterministic_and_names_no_library(tmp_path: Path, volume: Volume) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_mr_series(tmp_path / name, volume, IDENTITY)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        assert b"PYDICOM" not in path.read_bytes().upper()


def test_other_files_in_the_folder_are_passed_over(series: Path, volume: Volume) -> None:
    (series / "LICENSE").write_text("free")
    (series / "manifest.json").write_text("{}")
    (series / "empty").write_bytes(b"")
    (series / "subfolder").mkdir()
    report = pydicom.dcmread(series / "1-01.dcm")
    for name in ("PixelData", "Rows", "Columns"):
        delattr(report, name)
    report.save_as(series / "report.dcm")
    np.testing.assert_array_equal(read_series(series).voxels, volume.voxels)


def test_the_mask_beside_the_series(series: Path, volume: Volume) -> None:
    mask = volume.voxels > 1000
    write_volume(series / "mask.nrrd", replace(volume, voxels=mask.astype(np.uint8)))
    read = read_series(series).mask
    assert read is not None
    np.testing.assert_array_equal(read, mask)


def turned(volume: Volume) -> Volume:
    """The same voxels at the same places, slices from head to foot and columns from left to right."""
    last = np.asarray(volume.origin) + 4 * 6.5 * volume.direction[0] + 7 * 0.75 * volume.direction[2]
    return replace(
        volume,
        voxels=np.ascontiguousarray(volume.voxels[::-1, :, ::-1]),
        origin=tuple(last.tolist()),
        direction=volume.direction * np.array([[-1], [1], [-1]]),
    )


def test_a_mask_is_laid_by_its_place_not_its_shape(series: Path, volume: Volume) -> None:
    drawn = volume.voxels > 1000
    mask = replace(volume, voxels=drawn.astype(np.uint8))
    write_volume(series / "mask.nrrd", turned(mask))
    np.testing.assert_array_equal(read_series(series).mask, drawn)
    part = replace(mask, voxels=mask.voxels[2:4], origin=(-10.0, 4.0, 7.5 + 2 * 6.5))
    write_volume(series / "mask.nrrd", part)
    read = read_series(series).mask
    assert read is not None
    np.testing.assert_array_equal(read[2:4], drawn[2:4])
    assert not read[[0, 1, 4]].any()


MISPLACED = {
    "half a pixel": ({"origin": (-9.65, 4.0, 7.5)}, "does not lie on the voxels"),
    "other pixels": ({"spacing": (6.5, 0.52, 0.75)}, "does not lie on the voxels"),
    "outside": ({"origin": (-10.0, 4.0, 14.0)}, "marks voxels outside"),
    "nowhere": ({"codes": (0, 0)}, "does not say where it lies"),
}


@pytest.mark.parametrize("case", MISPLACED)
def test_masks_of_the_same_shape_elsewhere_are_refused(series: Path, volume: Volume, case: str) -> None:
    change, message = MISPLACED[case]
    mask = replace(volume, voxels=np.ones(volume.voxels.shape, np.uint8), **change)
    write_volume(series / "mask.nrrd", mask)
    with pytest.raises(InputError, match=message):
        read_series(series)


def second_acquisition(folder: Path) -> None:
    for path in sorted(folder.glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.EchoTime = 90
        dataset.SOPInstanceUID = derived_uid(dataset.SOPInstanceUID, 2)
        dataset.save_as(folder / f"2-{path.name}")
    edit(folder, lambda d: setattr(d, "EchoTime", d.EchoTime or 10))


def again(folder: Path) -> None:
    for path in sorted(folder.glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.SOPInstanceUID = derived_uid(dataset.SOPInstanceUID, 2)
        dataset.save_as(folder / f"2-{path.name}")


def half_a_second(folder: Path) -> None:
    second_acquisition(folder)
    for name in ("2-1-04.dcm", "2-1-05.dcm"):
        (folder / name).unlink()


def brighten(dataset: Dataset) -> None:
    dataset.PixelData = bytes(len(dataset.PixelData))


def tiles(dataset: Dataset) -> None:
    dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0A, "US", 24)


def truncate(folder: Path) -> None:
    path = folder / "1-03.dcm"
    path.write_bytes(path.read_bytes()[:-20])


def short_pixels(dataset: Dataset) -> None:
    dataset.PixelData = dataset.PixelData[:-20]


def tilt(dataset: Dataset) -> None:
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 0.8, 0.6]


def drop(name: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder, lambda d: delattr(d, name), slice(1, 2))


def put(name: str, value: object, which: slice = slice(1, 2)) -> Callable[[Path], None]:
    return lambda folder: edit(folder, lambda d: setattr(d, name, value), which)


def unknown_syntax(folder: Path) -> None:
    path = folder / "1-03.dcm"
    path.write_bytes(path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.9\0", 1))


def crop(dataset: Dataset) -> None:
    dataset.Rows = 5
    dataset.PixelData = dataset.PixelData[: 5 * 8 * 2]


def huge(dataset: Dataset) -> None:
    dataset.Rows = dataset.Columns = 65535


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "no DICOM": (lambda f: [p.unlink() for p in f.glob("*.dcm")], "holds no DICOM image"),
    "mixed series": (
        put("SeriesInstanceUID", "1.2.3"),
        r"holds 2 series; take one with --series.*1 files, 1.2.3\)",
    ),
    "another of one name": (
        lambda f: (shutil.copy(f / "1-02.dcm", f / "9.dcm"), edit(f, brighten, slice(5, 6))),
        "1-02.dcm and 9.dcm have the same SOPInstanceUID but differ",
    ),
    "duplicate": (again, "5 duplicate slices, e.g. 1-01.dcm and 2-1-01.dcm"),
    "gap": (lambda f: (f / "1-03.dcm").unlink(), "13.00 mm between slices 2 and 3, 6.50 mm elsewhere"),
    "two acquisitions": (
        second_acquisition,
        r"2 images at each of 5 positions \(EchoTime differ\): 1: EchoTime 10.0; 2: EchoTime 90.0; .* 1 to 2",
    ),
    "half of a second": (half_a_second, r"1 to 2 images at each of 5 positions \(EchoTime differ\)"),
    "palette": (put("PhotometricInterpretation", "PALETTE COLOR", slice(None)), "are PALETTE COLOR"),
    "mosaic": (put("ImageType", ["ORIGINAL", "PRIMARY", "M", "MOSAIC"], slice(None)), "a Siemens mosaic"),
    "mosaic by its tag": (lambda f: edit(f, tiles), "a Siemens mosaic"),
    "sizes": (lambda f: edit(f, crop, slice(2, 3)), r"differ in size: \(6, 8\) \(4\), \(5, 8\) \(1\)"),
    "orientation": (lambda f: edit(f, tilt, slice(2, 3)), "differ in orientation, e.g. 1-03.dcm"),
    "spacing": (put("PixelSpacing", [1, 1]), "differ in pixel spacing, e.g. 1-02.dcm"),
    "zero spacing": (put("PixelSpacing", [0, 1]), "PixelSpacing must be above 0"),
    "sign": (put("PixelRepresentation", 0), "differ in sign"),
    "photometric": (put("PhotometricInterpretation", "MONOCHROME1"), "differ in photometric"),
    "no position": (drop("ImagePositionPatient"), "no usable ImagePositionPatient"),
    "no orientation": (drop("ImageOrientationPatient"), "no usable ImageOrientationPatient"),
    "bad orientation": (put("ImageOrientationPatient", [1, 0, 0, 1, 0, 0]), "no pair of perpendicular"),
    "no spacing": (drop("PixelSpacing"), "no usable PixelSpacing"),
    "no pixels": (drop("PixelData"), "has no integer pixel data"),
    "no rows": (drop("Rows"), "has no Rows"),
    "no bits": (drop("BitsAllocated"), "has no BitsAllocated"),
    "32 bits": (put("BitsAllocated", 32), "has 32 bits a pixel"),
    "colour": (put("SamplesPerPixel", 3), "is a colour image"),
    "cut file": (truncate, "1-03.dcm"),
    "short pixels": (lambda f: edit(f, short_pixels, slice(2, 3)), "pixel data cannot be decoded"),
    "unknown syntax": (unknown_syntax, "1-03.dcm"),
    "not DICOM": (lambda f: (f / "x.dcm").write_bytes(b"hello" * 50), "x.dcm: is no DICOM file"),
    "huge": (lambda f: edit(f, huge), "over the limit"),
    "shifted": (put("ImagePositionPatient", [50, 4, 14]), "shifted against each other"),
    "frames": (put("NumberOfFrames", 2), "without a position for each"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_refused_with_one_line_that_says_what_and_where(series: Path, case: str) -> None:
    spoil, message = REFUSED[case]
    spoil(series)
    with pytest.raises(InputError, match=message) as caught:
        read_series(series)
    assert str(series) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_slice(tmp_path: Path) -> None:
    write_mr_series(tmp_path, Volume(np.ones((1, 1, 9), np.uint16), (3.0, 1, 1)), IDENTITY)
    assert read_series(tmp_path).voxels.shape == (1, 1, 9)
    assert read_series(tmp_path).spacing == (3, 1, 1)


def test_one_of_two_acquisitions(series: Path, volume: Volume) -> None:
    second_acquisition(series)
    edit(series, brighten, slice(5, 10))
    np.testing.assert_array_equal(read_volume(series, Pick(volume=1)).voxels, volume.voxels)
    assert not read_volume(series, Pick(volume=2)).voxels.any()
    with pytest.raises(InputError, match="has no volume 3"):
        read_volume(series, Pick(volume=3))


def test_one_of_two_series(series: Path, volume: Volume) -> None:
    for path in sorted(series.glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.SOPInstanceUID = derived_uid(dataset.SOPInstanceUID, 2)
        dataset.SeriesInstanceUID, dataset.SeriesNumber = "1.2.3", 7
        brighten(dataset)
        dataset.save_as(series / f"2-{path.name}")
    np.testing.assert_array_equal(read_volume(series, Pick(series="1")).voxels, volume.voxels)
    for wanted in ("7", "1.2.3"):
        assert not read_volume(series, Pick(series=wanted)).voxels.any()
    with pytest.raises(InputError, match=r"--series 8 is 0 of its series: .*T1 post-contrast"):
        read_volume(series, Pick(series="8"))


def test_identical_copies_count_once(series: Path, volume: Volume) -> None:
    for path in sorted(series.glob("*.dcm")):
        shutil.copy(path, series / f"{path.stem} (1).dcm")
    np.testing.assert_array_equal(read_series(series).voxels, volume.voxels)


@pytest.mark.parametrize("implicit", [True, False])
def test_files_without_preamble(series: Path, volume: Volume, implicit: bool) -> None:
    for path in sorted(series.glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.file_meta, dataset.preamble = FileMetaDataset(), None
        dataset.save_as(
            path.with_suffix(""), implicit_vr=implicit, little_endian=True, enforce_file_format=False
        )
        path.unlink()
    np.testing.assert_array_equal(read_series(series).voxels, volume.voxels)


def test_a_scale_of_each_slice_is_kept(series: Path, volume: Volume) -> None:
    edit(series, lambda d: setattr(d, "RescaleIntercept", "-4"))
    edit(series, lambda d: setattr(d, "RescaleSlope", f"{1 + d.InstanceNumber / 4}"))
    read = read_series(series)
    np.testing.assert_array_equal(read.voxels, volume.voxels)
    assert read.scaling.slope == (1.25, 1.5, 1.75, 2.0, 2.25)
    assert set(read.scaling.intercept) == {-4.0}
    edit(series, lambda d: setattr(d, "RescaleSlope", "2"))
    assert read_series(series).scaling == Scaling((2.0,), (-4.0,))
