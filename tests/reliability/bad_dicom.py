"""Kinds of broken DICOM input: each function breaks a good series of five slices, 6 x 8 pixels of int16."""

import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset

from wdr_mcpd.data.identity import derived_uid

Break = Callable[[Path], object]
SECOND = "1-02.dcm"


def edit(change: Callable[[Dataset], object], names: str = SECOND) -> Break:
    def apply(folder: Path) -> None:
        for path in sorted(folder.glob(names)):
            dataset = pydicom.dcmread(path)
            change(dataset)
            dataset.save_as(path)

    return apply


def put(tag: str, value: Any, names: str = SECOND) -> Break:
    return edit(lambda dataset: setattr(dataset, tag, value), names)


def drop(tag: str, names: str = SECOND) -> Break:
    return edit(lambda dataset: delattr(dataset, tag), names)


def raw(tag: str, vr: str, value: bytes, names: str = SECOND) -> Break:
    """Put bytes that the library itself would refuse to write."""

    def apply(folder: Path) -> None:
        for path in sorted(folder.glob(names)):
            data = path.read_bytes()
            number = pydicom.tag.Tag(tag)
            head = struct.pack("<HH", number.group, number.element) + vr.encode()
            start = data.index(head)
            (size,) = struct.unpack_from("<H", data, start + 6)
            field = head + struct.pack("<H", len(value)) + value
            path.write_bytes(data[:start] + field + data[start + 8 + size :])

    return apply


def scale(value: bytes) -> Break:
    def apply(folder: Path) -> None:
        put("RescaleSlope", 1)(folder)
        raw("RescaleSlope", "DS", value)(folder)

    return apply


def cut(size: int) -> Break:
    return lambda folder: (folder / SECOND).write_bytes((folder / SECOND).read_bytes()[:size])


def syntax(uid: str, pixels: bytes | None = None) -> Break:
    """Say that the pixels are in another transfer syntax; `pixels` replaces what they are."""

    def change(dataset: Dataset) -> None:
        dataset.file_meta.TransferSyntaxUID = uid
        if pixels is not None:
            dataset.PixelData = pydicom.encaps.encapsulate([pixels])
            dataset["PixelData"].VR = "OB"

    return edit(change)


def deflated(folder: Path) -> None:
    edit(lambda d: setattr(d.file_meta, "TransferSyntaxUID", "1.2.840.10008.1.2.1.99"))(folder)
    path = folder / SECOND
    path.write_bytes(path.read_bytes()[:-40] + b"\xff" * 40)


def two_series(folder: Path) -> None:
    dataset = pydicom.dcmread(folder / SECOND)
    dataset.SeriesInstanceUID = "1.2.3.4"
    dataset.save_as(folder / "other.dcm")


def two_acquisitions(folder: Path) -> None:
    for path in sorted(folder.glob("1-*.dcm")):
        dataset = pydicom.dcmread(path)
        dataset.AcquisitionNumber = 2
        dataset.SOPInstanceUID = derived_uid(dataset.SOPInstanceUID, 2)
        dataset.save_as(folder / f"2-{path.name}")
        dataset.AcquisitionNumber = 1
        dataset.save_as(path)


def slice_twice(folder: Path) -> None:
    shutil.copy(folder / SECOND, folder / "again.dcm")
    put("SOPInstanceUID", "1.2.3", "again.dcm")(folder)


def remove_all(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def into_subfolder(folder: Path) -> None:
    (folder / "inner").mkdir()
    for path in folder.glob("*.dcm"):
        path.rename(folder / "inner" / path.name)


def dangling(folder: Path) -> None:
    remove_all(folder)
    (folder / SECOND).symlink_to("nowhere.dcm")


def link_loop(folder: Path) -> None:
    remove_all(folder)
    (folder / SECOND).symlink_to(SECOND)


def no_pixels_anywhere(folder: Path) -> None:
    def change(dataset: Dataset) -> None:
        for tag in ("PixelData", "Rows", "Columns"):
            delattr(dataset, tag)

    edit(change, "*.dcm")(folder)


def float_pixels(dataset: Dataset) -> None:
    dataset.FloatPixelData = np.zeros(48, np.float32).tobytes()
    dataset.BitsAllocated = 32
    del dataset.PixelData


def colour(dataset: Dataset) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 3, "RGB"
    dataset.PlanarConfiguration = 0
    dataset.PixelData = dataset.PixelData * 3


def smaller(dataset: Dataset) -> None:
    dataset.Rows = 5
    dataset.PixelData = dataset.PixelData[: 5 * 8 * 2]


def bad_mask(folder: Path) -> None:
    (folder / "mask.nrrd").write_bytes(b"NRRD0004\ntype: uint8\n")


def mask_with_a_gap(folder: Path) -> None:
    (folder / "mask").mkdir()
    for path in folder.glob("*.dcm"):
        if path.name != SECOND:
            shutil.copy(path, folder / "mask" / path.name)


def tilted(dataset: Dataset) -> None:
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 0.8, 0.6]


JPEG_2000, JPEG_LOSSLESS, RLE = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.5"

KINDS: dict[str, Break] = {
    "empty folder": remove_all,
    "images only in a subfolder": into_subfolder,
    "dangling links": dangling,
    "a link to itself": link_loop,
    "no image among the DICOM files": no_pixels_anywhere,
    "an empty .dcm": cut(0),
    "text named .dcm": lambda folder: (folder / SECOND).write_text("no DICOM at all\n"),
    "cut inside the file header": cut(200),
    "cut inside the tags": cut(700),
    "cut inside the pixels": cut(-20),
    "pixel data missing": drop("PixelData"),
    "pixel data too short": edit(lambda d: setattr(d, "PixelData", d.PixelData[:-20])),
    "pixels as floats": edit(float_pixels),
    "colour": edit(colour, "*.dcm"),
    "Rows missing": drop("Rows"),
    "Rows of 0": put("Rows", 0, "*.dcm"),
    "Rows larger than the pixels": put("Rows", 600, "*.dcm"),
    "65535 x 65535 pixels announced": edit(
        lambda d: (setattr(d, "Rows", 65535), setattr(d, "Columns", 65535))
    ),
    "the same, in all slices": edit(
        lambda d: (setattr(d, "Rows", 65535), setattr(d, "Columns", 65535)), "*.dcm"
    ),
    "a smaller slice": edit(smaller),
    "BitsAllocated missing": drop("BitsAllocated"),
    "BitsAllocated of 12": put("BitsAllocated", 12, "*.dcm"),
    "BitsAllocated of 64": put("BitsAllocated", 64, "*.dcm"),
    "mixed signs": put("PixelRepresentation", 0),
    "PixelRepresentation missing": drop("PixelRepresentation"),
    "SamplesPerPixel missing": drop("SamplesPerPixel", "*.dcm"),
    "a billion frames announced": put("NumberOfFrames", 1_000_000_000, "*.dcm"),
    "NumberOfFrames beyond the pixels": put("NumberOfFrames", 7),
    "two series": two_series,
    "two acquisitions at the same places": two_acquisitions,
    "a slice twice": slice_twice,
    "one instance UID for two slices": put("SOPInstanceUID", "1.2.3", "1-0[12].dcm"),
    "a slice missing": lambda folder: (folder / SECOND).unlink(),
    "ImagePositionPatient missing": drop("ImagePositionPatient"),
    "ImagePositionPatient of two numbers": put("ImagePositionPatient", [0, 0]),
    "ImagePositionPatient that is no number": raw("ImagePositionPatient", "DS", b"a\\b\\c "),
    "ImagePositionPatient of NaN": raw("ImagePositionPatient", "DS", b"nan\\nan\\nan "),
    "ImageOrientationPatient missing": drop("ImageOrientationPatient"),
    "ImageOrientationPatient of zeros": put("ImageOrientationPatient", [0] * 6, "*.dcm"),
    "a tilted slice": edit(tilted),
    "PixelSpacing missing": drop("PixelSpacing"),
    "PixelSpacing of 0": put("PixelSpacing", [0, 0], "*.dcm"),
    "PixelSpacing that differs": put("PixelSpacing", [2, 2]),
    "slices shifted sideways": put("ImagePositionPatient", [500, 4, 14]),
    "a scale of NaN": scale(b"nan "),
    "a scale that is no number": scale(b"x "),
    "unknown transfer syntax": syntax("1.2.3.4.5"),
    "broken JPEG 2000": syntax(JPEG_2000, b"\xff\x4f\xff\x51" + b"\0" * 60),
    "broken JPEG Lossless": syntax(JPEG_LOSSLESS, b"\xff\xd8\xff\xc3" + b"\0" * 60),
    "broken RLE": syntax(RLE, b"\xff" * 80),
    "broken deflate": deflated,
    "a mask that is broken": bad_mask,
    "a mask series with a slice missing": mask_with_a_gap,
}
