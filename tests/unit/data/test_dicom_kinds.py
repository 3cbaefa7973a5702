"""Kinds of DICOM beside the plain one: compressed, odd bit layouts, inverted, enhanced multi-frame."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from wdr_mcpd.data import Volume, read_volume
from wdr_mcpd.data.dicom import read_series
from wdr_mcpd.data.dicom_write import set_pixels, write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.volume import Pick, Scaling
from wdr_mcpd.errors import InputError

IDENTITY = SeriesIdentity("collection", "patient", 1, "T1 post-contrast")
RANGES = {"int16": (-900, 3000), "uint16": (0, 65535), "uint8": (0, 255)}


def compress(path: Path, syntax: UID) -> None:
    if syntax in (JPEGLosslessSV1, JPEGLSLossless):
        compress_with_gdcm(path, syntax)
        return
    dataset = pydicom.dcmread(path)
    if syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        dataset.file_meta.TransferSyntaxUID = syntax
    else:
        dataset.compress(syntax, generate_instance_uid=False)
    pydicom.dcmwrite(
        path,
        dataset,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=True,
        enforce_file_format=True,
    )


def compress_with_gdcm(path: Path, syntax: UID) -> None:
    import gdcm

    kinds = {
        JPEGLosslessSV1: gdcm.TransferSyntax.JPEGLosslessProcess14_1,
        JPEGLSLossless: gdcm.TransferSyntax.JPEGLSLossless,
    }
    reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
    reader.SetFileName(str(path))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(kinds[syntax]))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()


@pytest.mark.parametrize(
    "syntax",
    [
        RLELossless,
        JPEG2000Lossless,
        JPEGLosslessSV1,
        JPEGLSLossless,
        DeflatedExplicitVRLittleEndian,
        ImplicitVRLittleEndian,
    ],
    ids=lambda syntax: syntax.keyword,
)
@pytest.mark.parametrize("dtype", RANGES)
def test_transfer_syntaxes(tmp_path: Path, syntax: UID, dtype: str) -> None:
    low, high = RANGES[dtype]
    voxels = np.random.default_rng(3).integers(low, high, (3, 64, 72), endpoint=True).astype(dtype)
    write_mr_series(tmp_path, Volume(voxels), IDENTITY)
    for path in tmp_path.iterdir():
        compress(path, syntax)
        assert pydicom.dcmread(path).file_meta.TransferSyntaxUID == syntax
    read = read_series(tmp_path).voxels
    assert read.dtype == dtype
    np.testing.assert_array_equal(read, voxels)


def test_a_compressed_slice_cut_short_is_refused(tmp_path: Path) -> None:
    voxels = np.random.default_rng(3).integers(0, 3000, (3, 40, 24)).astype(np.int16)
    write_mr_series(tmp_path, Volume(voxels), IDENTITY)
    compress(tmp_path / "1-02.dcm", RLELossless)
    dataset = pydicom.dcmread(tmp_path / "1-02.dcm")
    from pydicom.encaps import encapsulate, generate_frames

    frame = next(generate_frames(dataset.PixelData, number_of_frames=1))
    dataset.PixelData = encapsulate([frame[: len(frame) // 2 & ~1]])
    dataset.save_as(tmp_path / "1-02.dcm")
    with pytest.raises(InputError, match=r"1-02.dcm: pixel data cannot be decoded, RLE Lossless \("):
        read_series(tmp_path)


@pytest.mark.parametrize("signed", [True, False])
def test_twelve_bits_with_other_things_in_the_rest(tmp_path: Path, signed: bool) -> None:
    """Overlays or noise in bits 12 to 15 are not part of the value; the sign is in bit 11."""
    low, high = (-2048, 2047) if signed else (0, 4095)
    voxels = np.linspace(low, high, 2 * 5 * 7).astype(np.int16).reshape(2, 5, 7)
    write_mr_series(tmp_path, Volume(voxels), IDENTITY)
    for path, values in zip(sorted(tmp_path.iterdir()), voxels, strict=True):
        dataset = pydicom.dcmread(path)
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, int(signed)
        dataset.PixelData = ((values.astype(np.uint16) & 0xFFF) | 0x5000).tobytes()
        dataset.save_as(path)
    read = read_series(tmp_path).voxels
    assert read.dtype == (np.int16 if signed else np.uint16)
    np.testing.assert_array_equal(read, voxels)


def test_monochrome1_keeps_its_stored_values(tmp_path: Path, volume: Volume) -> None:
    write_mr_series(tmp_path, volume, IDENTITY)
    for path in tmp_path.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.PhotometricInterpretation = "MONOCHROME1"
        dataset.RescaleSlope, dataset.RescaleIntercept = "2", "-10"
        dataset.save_as(path)
    np.testing.assert_array_equal(read_series(tmp_path).voxels, volume.voxels)


def enhanced(
    path: Path,
    volume: Volume,
    order: list[int],
    more: Callable[[Dataset, int], object] = lambda group, k: None,
) -> Dataset:
    """Write an enhanced MR image whose frames stand in `order`; `more` adds to the group of its frame k."""
    dataset = Dataset()
    dataset.SOPClassUID = EnhancedMRImageStorage
    dataset.SOPInstanceUID, dataset.SeriesInstanceUID = "1.2.3.4", "1.2.3"
    dataset.NumberOfFrames = len(order)
    dataset.Rows, dataset.Columns = volume.voxels.shape[1:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    measures, plane, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = list(volume.spacing[1:]), volume.spacing[0]
    plane.ImageOrientationPatient = [*volume.direction[2], *volume.direction[1]]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    dataset.SharedFunctionalGroupsSequence = [shared]
    groups = []
    for k, index in enumerate(order):
        position, group = Dataset(), Dataset()
        place = np.asarray(volume.origin) + index * volume.spacing[0] * volume.direction[0]
        position.ImagePositionPatient = [f"{x:.6g}" for x in place]
        group.PlanePositionSequence = [position]
        more(group, k)
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = groups
    set_pixels(dataset, volume.voxels[order])
    dataset.save_as(path, enforce_file_format=True)
    return dataset


def test_enhanced_multi_frame(tmp_path: Path, volume: Volume) -> None:
    enhanced(tmp_path / "all.dcm", volume, [3, 0, 4, 1, 2])
    read = read_series(tmp_path)
    np.testing.assert_array_equal(read.voxels, volume.voxels)
    assert read.spacing == volume.spacing
    assert read.origin == volume.origin


@pytest.mark.parametrize(
    ("order", "message"),
    [([0, 1, 2, 4], "13.00 mm between slices 3 and 4"), ([0, 1, 1, 2], "1 duplicate slices, e.g. all.dcm$")],
)
def test_enhanced_multi_frame_with_holes(
    tmp_path: Path, volume: Volume, order: list[int], message: str
) -> None:
    enhanced(tmp_path / "all.dcm", volume, order)
    with pytest.raises(InputError, match=message):
        read_series(tmp_path)


def test_enhanced_multi_frame_without_its_groups(tmp_path: Path, volume: Volume) -> None:
    dataset = enhanced(tmp_path / "all.dcm", volume, [0, 1, 2, 3, 4])
    dataset.PerFrameFunctionalGroupsSequence = dataset.PerFrameFunctionalGroupsSequence[:3]
    dataset.save_as(tmp_path / "all.dcm", enforce_file_format=True)
    with pytest.raises(InputError, match="no usable ImagePositionPatient"):
        read_series(tmp_path)


def test_what_a_maker_keeps_for_itself_is_no_scale(tmp_path: Path, volume: Volume) -> None:
    def private(group: Dataset, frame: int) -> None:
        inner = Dataset()
        inner.RescaleSlope, inner.SliceThickness = 7, 99
        block = group.private_block(0x2005, "A MAKER", create=True)
        block.add_new(0x0F, "SQ", [inner])

    enhanced(tmp_path / "all.dcm", volume, [3, 0, 4, 1, 2], private)
    assert read_series(tmp_path).scaling == Scaling()


def diffusion(group: Dataset, frame: int) -> None:
    group.MRDiffusionSequence = [Dataset()]
    group.MRDiffusionSequence[0].DiffusionBValue = 1000.0 * (frame // 5)


def dynamics(group: Dataset, frame: int) -> None:
    group.FrameContentSequence = [Dataset()]
    group.FrameContentSequence[0].TemporalPositionIndex = 2 - frame // 5


def both(group: Dataset, frame: int) -> None:
    dynamics(group, frame)
    diffusion(group, frame)


def directions(group: Dataset, frame: int) -> None:
    diffusion(group, 5)
    nested = Dataset()
    nested.DiffusionGradientOrientation = [0, 1, 0] if frame < 5 else [1, 0, 0]
    group.MRDiffusionSequence[0].DiffusionGradientDirectionSequence = [nested]


@pytest.mark.parametrize(
    ("more", "tag", "first"),
    [
        (diffusion, "DiffusionBValue", 1),
        (dynamics, "TemporalPositionIndex", 2),
        (both, "TemporalPositionIndex, DiffusionBValue", 2),
        (directions, "DiffusionGradientOrientation", 1),
    ],
)
def test_frames_at_one_position_are_told_apart_by_their_groups(
    tmp_path: Path, volume: Volume, more: Callable[[Dataset, int], object], tag: str, first: int
) -> None:
    path = tmp_path / "two.dcm"
    dataset = enhanced(path, volume, [*range(5), *range(5)], more)
    dataset.PixelData = volume.voxels.tobytes() + (volume.voxels + 1).tobytes()
    dataset.save_as(path)
    with pytest.raises(InputError, match=rf"2 images at each of 5 positions \({tag} differ\): 1: {tag[:8]}"):
        read_volume(path)
    for number in (1, 2):
        expected = volume.voxels + (number != first)
        np.testing.assert_array_equal(read_volume(path, Pick(volume=number)).voxels, expected)


def test_one_file_is_a_source_whatever_its_name(tmp_path: Path, volume: Volume) -> None:
    for name in ("E0001.dcm", "E0001", "E.0001.1"):
        enhanced(tmp_path / name, volume, [3, 0, 4, 1, 2])
        np.testing.assert_array_equal(read_volume(tmp_path / name).voxels, volume.voxels)


def test_an_enhanced_image_may_come_from_a_mosaic(tmp_path: Path, volume: Volume) -> None:
    dataset = enhanced(tmp_path / "all.dcm", volume, [0, 1, 2, 3, 4])
    dataset.ImageType = ["DERIVED", "PRIMARY", "M", "MOSAIC"]
    dataset.save_as(tmp_path / "all.dcm")
    np.testing.assert_array_equal(read_series(tmp_path).voxels, volume.voxels)
