"""A reconstruction as a new DICOM series that says it was compressed, and from what."""

import copy
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from wdr_mcpd.data.dicom_files import BROKEN, read_planes, stored_frames
from wdr_mcpd.data.dicom_write import decimal, deterministic_meta
from wdr_mcpd.data.identity import derived_uid
from wdr_mcpd.data.volume import ANY, Pick
from wdr_mcpd.errors import InputError, unbroken
from wdr_mcpd.files import whole_folder

METHOD = "WDR_MCPD"
"""LossyImageCompressionMethod (0028,2114): no standard term exists for this codec."""

SWAPPED = {"OW": 2, "OL": 4, "OF": 4, "OD": 8, "OV": 8}
"""Bytes of a word of each value representation that is an array of words."""


def write_reconstruction(
    voxels: NDArray[Any], source: Path, folder: Path, stream: bytes, pick: Pick = ANY
) -> None:
    """Write decoded voxels as a new series with the headers of the one that was coded.

    Every instance gets a SOPInstanceUID of its own, derived from the source's and the stream, and refers to
    its source. Where a voxel changed, the lossy-compression tags say so; those of the source are kept.

    Parameters
    ----------
    voxels : ndarray (slice, row, column)
        What `decode` gave of `stream`, whose size gives the ratio.
    source : Path
        Folder or file of the DICOM series that was coded, of which `pick` took one; only read.
    folder : Path
        Written as a whole; it must not exist or be empty.

    Raises
    ------
    InputError
        The folder holds something, or the source is not the series that was coded.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: holds something already; give a new folder")
    planes = read_planes(source, pick)
    first = planes[0]
    shape = (len(planes), *first.shape)
    signed = bool(first.dataset.PixelRepresentation)
    dtype = np.dtype(f"{'i' if signed else 'u'}{int(first.dataset.BitsAllocated) // 8}")
    if voxels.shape != shape or voxels.dtype != dtype:
        raise InputError(
            f"{source}: is {shape} of {dtype}, the stream {voxels.shape} of {voxels.dtype}; give the series "
            "that was coded"
        )
    ratio = voxels.nbytes / len(stream)
    files = {id(plane.dataset): plane.dataset for plane in planes}.values()
    with whole_folder(folder) as draft:
        for number, dataset in enumerate(files, 1):
            frames = sorted((plane.frame, k) for k, plane in enumerate(planes) if plane.dataset is dataset)
            kept = [frame for frame, _ in frames]
            pixels = voxels[[k for _, k in frames]]
            changed = not np.array_equal(pixels, stored_frames(dataset)[kept])
            with unbroken(dataset.filename, BROKEN):
                derived = _derived(dataset, pixels, stream, ratio if changed else None)
                _keep_frames(derived, kept)
                _set_extremes(derived, pixels, voxels)
                derived.save_as(draft / f"1-{number:02}.dcm", enforce_file_format=True)


def _derived(dataset: Dataset, pixels: NDArray[Any], stream: bytes, ratio: float | None) -> Dataset:
    """Copy one file's header, put `pixels` (frame, row, column) in, and say how they came about."""
    derived = copy.deepcopy(dataset)
    _to_little_endian(derived)
    mark = hashlib.sha256(stream).hexdigest()
    for stale in ("IconImageSequence", "DigitalSignaturesSequence", "MACParametersSequence"):
        if stale in derived:
            del derived[stale]
    instance = derived_uid(dataset.SOPInstanceUID, mark)
    derived.SOPInstanceUID = instance
    derived.SeriesInstanceUID = derived_uid(dataset.SeriesInstanceUID, mark)
    derived.SeriesNumber = int(dataset.get("SeriesNumber") or 0) + 1000
    derived.SeriesDescription = f"{dataset.get('SeriesDescription', '')} (WDR)".strip()[:64]
    derived.ImageType = ["DERIVED", *(list(dataset.get("ImageType") or []) or ["", "PRIMARY"])[1:]]
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for group in _items(derived, groups):
            for item in _items(group, "MRImageFrameTypeSequence"):
                item.FrameType = ["DERIVED", *list(item.FrameType)[1:]]
    reference = Dataset()
    reference.ReferencedSOPClassUID = dataset.SOPClassUID
    reference.ReferencedSOPInstanceUID = dataset.SOPInstanceUID
    reference.PurposeOfReferenceCodeSequence = Sequence([_code("121320", "Uncompressed predecessor")])
    derived.SourceImageSequence = Sequence([reference])
    derived.DerivationDescription = "Coded and decoded by wdr-mcpd"
    if ratio is not None:
        derived.DerivationDescription += f", lossy, {decimal(round(ratio, 3))} : 1"
        derived.DerivationCodeSequence = Sequence([_code("113040", "Lossy Compression")])
        derived.LossyImageCompression = "01"
        for name, value in (("Ratio", decimal(round(ratio, 3))), ("Method", METHOD)):
            tag = f"LossyImageCompression{name}"
            before = dataset.get(tag)
            earlier = [before] if isinstance(before, (str, float)) else list(before or [])
            setattr(derived, tag, [*earlier, value])
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    derived.PixelData = data + b"\0" * (len(data) % 2)
    derived["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    derived["PixelData"].is_undefined_length = False
    derived.file_meta = deterministic_meta(dataset.SOPClassUID, instance)
    return derived


def _keep_frames(derived: Dataset, frames: list[int]) -> None:
    """Leave out the frames of a multi-frame file that were not coded."""
    groups = _items(derived, "PerFrameFunctionalGroupsSequence")
    if groups:
        derived.NumberOfFrames = len(frames)
        derived.PerFrameFunctionalGroupsSequence = Sequence([groups[frame] for frame in frames])


def _set_extremes(derived: Dataset, pixels: NDArray[Any], series: NDArray[Any]) -> None:
    """Renew the smallest and largest value where they stand, in the type that PixelRepresentation says."""
    for kind, values in (("ImagePixelValue", pixels), ("PixelValueInSeries", series)):
        for tag, extreme in ((f"Smallest{kind}", values.min()), (f"Largest{kind}", values.max())):
            if tag in derived:
                derived[tag] = DataElement(tag, "SS" if derived.PixelRepresentation else "US", int(extreme))


def _to_little_endian(dataset: Dataset) -> None:
    """Turn what pydicom keeps as bytes of a big-endian file, and say that all of it is little-endian now."""
    if dataset.original_encoding[1] is False:
        for element in dataset.iterall():
            if element.VR in SWAPPED and isinstance(element.value, bytes):
                element.value = np.frombuffer(element.value, f">u{SWAPPED[element.VR]}").byteswap().tobytes()
    dataset.set_original_encoding(False, True)


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code


def _items(dataset: Dataset, name: str) -> list[Dataset]:
    """Give the items of a sequence; none where the dataset lacks it."""
    return list(dataset[name].value) if name in dataset else []
