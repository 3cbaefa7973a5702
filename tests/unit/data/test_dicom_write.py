"""Reconstructions as DICOM: the tags of lossy compression, and valid where the source was."""

import json
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_keyword
from pydicom.dataset import Dataset

from wdr_mcpd.cli import main
from wdr_mcpd.data import Volume, read_volume
from wdr_mcpd.data.dicom_write import write_mr_series, write_reconstruction
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.phantom import phantom
from wdr_mcpd.data.volume import Pick
from wdr_mcpd.errors import InputError

STREAM = b"a stream of 80 bytes" * 4


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    identity = SeriesIdentity("collection", "patient", 1, "T1 post-contrast", "20200102")
    write_mr_series(folder, phantom(1, 1, slices=5, size=32), identity)
    return folder


def datasets(folder: Path) -> list[Dataset]:
    return [pydicom.dcmread(path) for path in sorted(folder.glob("*.dcm"))]


def test_voxels_geometry_and_tags(source: Path, tmp_path: Path) -> None:
    volume = read_volume(source)
    voxels = volume.voxels + np.int16(1)
    write_reconstruction(voxels, source, tmp_path / "out", STREAM)
    read = read_volume(tmp_path / "out")
    np.testing.assert_array_equal(read.voxels, voxels)
    assert (read.spacing, read.origin) == (volume.spacing, volume.origin)
    before, after = datasets(source), datasets(tmp_path / "out")
    ratio = 5 * 32 * 32 * 2 / 80
    for old, new in zip(before, after, strict=True):
        assert new.LossyImageCompression == "01"
        assert new.LossyImageCompressionRatio == ratio
        assert new.LossyImageCompressionMethod == "WDR_MCPD"
        assert new.ImageType == ["DERIVED", "PRIMARY", "OTHER"]
        assert "lossy, 128 : 1" in new.DerivationDescription
        assert new.DerivationCodeSequence[0].CodeValue == "113040"
        assert new.SourceImageSequence[0].ReferencedSOPInstanceUID == old.SOPInstanceUID
        assert new.SOPInstanceUID == new.file_meta.MediaStorageSOPInstanceUID != old.SOPInstanceUID
        assert new.SeriesInstanceUID != old.SeriesInstanceUID
        assert new.StudyInstanceUID == old.StudyInstanceUID
        assert new.FrameOfReferenceUID == old.FrameOfReferenceUID
    assert len({new.SeriesInstanceUID for new in after}) == 1
    assert len({new.SOPInstanceUID for new in after}) == 5


def test_the_same_bytes_every_time_and_the_source_untouched(source: Path, tmp_path: Path) -> None:
    original = {path.name: path.read_bytes() for path in source.iterdir()}
    voxels = read_volume(source).voxels + np.int16(1)
    for name in ("one", "two"):
        write_reconstruction(voxels, source, tmp_path / name, STREAM)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    assert {path.name: path.read_bytes() for path in source.iterdir()} == original


def test_what_the_source_lost_before_is_not_forgotten(source: Path, tmp_path: Path) -> None:
    for path in source.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.LossyImageCompression = "01"
        dataset.LossyImageCompressionRatio, dataset.LossyImageCompressionMethod = "8.5", "ISO_15444_1"
        dataset.save_as(path)
    voxels = read_volume(source).voxels
    write_reconstruction(voxels + np.int16(1), source, tmp_path / "lossy", STREAM)
    for new in datasets(tmp_path / "lossy"):
        assert new.LossyImageCompressionRatio == [8.5, 128]
        assert new.LossyImageCompressionMethod == ["ISO_15444_1", "WDR_MCPD"]
    write_reconstruction(voxels, source, tmp_path / "lossless", STREAM)
    for new in datasets(tmp_path / "lossless"):
        assert new.LossyImageCompression == "01"
        assert new.LossyImageCompressionRatio == 8.5


def test_a_lossless_result_is_not_called_lossy(source: Path, tmp_path: Path) -> None:
    write_reconstruction(read_volume(source).voxels, source, tmp_path / "out", STREAM)
    for new in datasets(tmp_path / "out"):
        assert "LossyImageCompression" not in new
        assert "lossy" not in new.DerivationDescription
        assert new.SourceImageSequence


def test_refused(source: Path, tmp_path: Path) -> None:
    voxels = read_volume(source).voxels
    for wrong in (voxels[1:], voxels.astype(np.uint16)):
        with pytest.raises(InputError, match="give the series that was coded"):
            write_reconstruction(wrong, source, tmp_path / "out", STREAM)
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="holds something already"):
        write_reconstruction(voxels, source, source, STREAM)


def test_enhanced_multi_frame_stays_one_file(tmp_path: Path, volume: Volume) -> None:
    from test_dicom_kinds import enhanced

    (tmp_path / "source").mkdir()
    enhanced(tmp_path / "source" / "all.dcm", volume, [3, 0, 4, 1, 2])
    voxels = volume.voxels + np.int16(1)
    write_reconstruction(voxels, tmp_path / "source", tmp_path / "out", STREAM)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["1-01.dcm"]
    np.testing.assert_array_equal(read_volume(tmp_path / "out").voxels, voxels)


def test_the_frames_that_were_coded_of_many(tmp_path: Path, volume: Volume) -> None:
    from test_dicom_kinds import diffusion, enhanced

    dataset = enhanced(tmp_path / "in.dcm", volume, [*range(5), *range(5)], diffusion)
    dataset.PixelData = volume.voxels.tobytes() * 2
    dataset.save_as(tmp_path / "in.dcm")
    pick = Pick(volume=2)
    write_reconstruction(volume.voxels, tmp_path / "in.dcm", tmp_path / "out", STREAM, pick)
    np.testing.assert_array_equal(read_volume(tmp_path / "out").voxels, volume.voxels)
    (new,) = datasets(tmp_path / "out")
    assert {
        group.MRDiffusionSequence[0].DiffusionBValue for group in new.PerFrameFunctionalGroupsSequence
    } == {1000}


def test_big_endian_sources(tmp_path: Path, source: Path) -> None:
    voxels = read_volume(source).voxels
    words = np.arange(6, dtype=">u2").tobytes()
    for path in source.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
        dataset.add_new("SegmentedRedPaletteColorLookupTableData", "OW", words)
        dataset.add_new("SmallestImagePixelValue", "SS", -5)
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
        pydicom.dcmwrite(path, dataset, implicit_vr=False, little_endian=False, enforce_file_format=True)
    np.testing.assert_array_equal(read_volume(source).voxels, voxels)
    write_reconstruction(voxels + np.int16(1), source, tmp_path / "out", STREAM)
    np.testing.assert_array_equal(read_volume(tmp_path / "out").voxels, voxels + 1)
    for new in datasets(tmp_path / "out"):
        assert new.file_meta.TransferSyntaxUID == pydicom.uid.ExplicitVRLittleEndian
        assert np.frombuffer(new.SegmentedRedPaletteColorLookupTableData, "<u2").tolist() == [
            0,
            1,
            2,
            3,
            4,
            5,
        ]


@pytest.mark.parametrize("vr", ["US", "SS"])
@pytest.mark.parametrize("signed", [True, False])
def test_extremes_have_the_sign_of_the_pixels(tmp_path: Path, vr: str, signed: bool) -> None:
    voxels = np.arange(120).reshape(2, 6, 10).astype(np.int16 if signed else np.uint16)
    voxels = voxels - np.int16(60) if signed else voxels + np.uint16(40_000)
    (tmp_path / "in").mkdir()
    for path in write_mr_series(tmp_path / "in", Volume(voxels), SeriesIdentity("c", "p", 1, "d")):
        dataset = pydicom.dcmread(path)
        for tag in ("ImagePixelValue", "PixelValueInSeries"):
            dataset.add_new(f"Smallest{tag}", vr, 1)
            dataset.add_new(f"Largest{tag}", vr, 2000)
        dataset.save_as(path)
    write_reconstruction(voxels, tmp_path / "in", tmp_path / "out", STREAM)
    for new, pixels in zip(datasets(tmp_path / "out"), voxels, strict=True):
        assert (new.SmallestImagePixelValue, new.LargestImagePixelValue) == (pixels.min(), pixels.max())
        assert (new.SmallestPixelValueInSeries, new.LargestPixelValueInSeries) == (voxels.min(), voxels.max())
        assert ["US", "SS"][signed] == new["LargestImagePixelValue"].VR


@pytest.fixture
def pair(source: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A series and what the command line makes of it at 1 bit per voxel."""
    stream, out = tmp_path / "a.wdr", tmp_path / "out"
    assert main(["encode", str(source), str(stream), "--in-plane-levels", "3"]) == 0
    assert main(["decode", str(stream), str(out), "--dicom-from", str(source)]) == 0
    return source, out


def missing(dataset: Dataset) -> set[str]:
    """Attributes that the standard requires of an MR image and the dataset lacks or leaves empty."""
    tables = files("highdicom") / "_standard"
    modules = json.loads((tables / "iod_module_map.json").read_text())["mr-image"]
    attributes = json.loads((tables / "module_attribute_map.json").read_text())
    found = set()
    for module in modules:
        if module["usage"] != "M":
            continue
        for attribute in attributes[module["key"]]:
            keyword = attribute["keyword"]
            if attribute["path"] or attribute["type"] not in ("1", "2"):
                continue
            if keyword not in dataset or (attribute["type"] == "1" and dataset[keyword].is_empty):
                found.add(f"{module['key']}: {keyword}")
    return found


def test_nothing_that_the_standard_requires_is_missing(pair: tuple[Path, Path]) -> None:
    for folder in pair:
        for dataset in datasets(folder):
            assert missing(dataset) == set()
    broken = datasets(pair[1])[0]
    del broken.PixelSpacing
    broken.FrameOfReferenceUID = ""
    assert missing(broken) == {"image-plane: PixelSpacing", "frame-of-reference: FrameOfReferenceUID"}
    assert all(dictionary_keyword(element.tag) for element in datasets(pair[1])[0])


@pytest.mark.skipif(
    shutil.which("dciodvfy") is None, reason="dciodvfy (Debian: dicom3tools) is not installed"
)
def test_dciodvfy_finds_no_error(pair: tuple[Path, Path]) -> None:
    for folder in pair:
        for path in sorted(folder.glob("*.dcm")):
            run = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)
            errors = [line for line in (run.stdout + run.stderr).splitlines() if line.startswith("Error")]
            assert errors == []
