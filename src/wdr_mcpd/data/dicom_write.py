"""DICOM series written, the same bytes on every machine: a volume, or what was decoded of a coded series."""

import copy
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from wdr_mcpd.data.dicom import read_planes, stored_frames
from wdr_mcpd.data.identity import SeriesIdentity, derived_uid
from wdr_mcpd.data.planes import BROKEN
from wdr_mcpd.data.volume import ANY, Pick, Volume
from wdr_mcpd.errors import InputError, unbroken
from wdr_mcpd.files import whole_folder

METHOD = "WDR_MCPD"
"""LossyImageCompressionMethod (0028,2114): no standard term exists for this codec."""

SWAPPED = {"OW": 2, "OL": 4, "OF": 4, "OD": 8, "OV": 8}
"""Bytes of a word of each value representation that is an array of words."""

STALE = ("IconImageSequence", "DigitalSignaturesSequence", "MACParametersSequence")
"""Tags that hold for the pixels of the source alone."""

EMPTY = (
    *("StudyTime", "AccessionNumber", "Manufacturer", "ReferringPhysicianName", "PatientBirthDate"),
    *("PatientSex", "ScanOptions", "RepetitionTime", "EchoTime", "EchoTrainLength"),
    "PositionReferenceIndicator",
)
"""Tags that an MR image must have, though nothing is known to fill them with."""


def write_mr_series(folder: Path, volume: Volume, identity: SeriesIdentity) -> list[Path]:
    """Write one file per slice into an existing folder, `1-01.dcm`, `1-02.dcm`, ... in their order."""
    digits = max(2, len(str(len(volume.voxels))))
    paths = []
    for index in range(len(volume.voxels)):
        path = folder / f"1-{index + 1:0{digits}}.dcm"
        _slice(volume, index, identity).save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def _decimal(value: float) -> str:
    """Write a number as a DICOM decimal string: at most 16 characters."""
    text = f"{float(value):.10g}"
    return "0" if text == "-0" else text


def _slice(volume: Volume, index: int, identity: SeriesIdentity) -> Dataset:
    voxels = np.ascontiguousarray(volume.voxels[index])
    bits = voxels.dtype.itemsize * 8
    position = np.asarray(volume.origin) + index * volume.spacing[0] * volume.direction[0]
    instance = derived_uid(identity.series_uid, index)
    tags: dict[str, Any] = dict.fromkeys(EMPTY) | {
        "ImageType": ["DERIVED", "PRIMARY", "OTHER"],
        "SOPClassUID": MRImageStorage,
        "SOPInstanceUID": instance,
        "StudyDate": identity.study_date,
        "Modality": "MR",
        "StudyDescription": identity.collection,
        "SeriesDescription": identity.description,
        "PatientName": identity.patient_id,
        "PatientID": identity.patient_id,
        "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": f"{identity.collection}: written from an array without header",
        "BodyPartExamined": "BRAIN",
        "ScanningSequence": "RM",
        "SequenceVariant": "NONE",
        "MRAcquisitionType": "2D",
        "SliceThickness": _decimal(volume.spacing[0]),
        "SpacingBetweenSlices": _decimal(volume.spacing[0]),
        "PatientPosition": "HFS",
        "StudyInstanceUID": identity.study_uid,
        "SeriesInstanceUID": identity.series_uid,
        "StudyID": str(identity.exam),
        "SeriesNumber": 1,
        "InstanceNumber": index + 1,
        "ImagePositionPatient": [_decimal(x) for x in position],
        "ImageOrientationPatient": [_decimal(x) for x in (*volume.direction[2], *volume.direction[1])],
        "FrameOfReferenceUID": derived_uid(identity.study_uid, "frame of reference"),
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": voxels.shape[0],
        "Columns": voxels.shape[1],
        "PixelSpacing": [_decimal(volume.spacing[1]), _decimal(volume.spacing[2])],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(voxels.dtype.kind == "i"),
    }
    dataset = Dataset()
    for name, value in tags.items():
        setattr(dataset, name, value)
    set_pixels(dataset, voxels)
    return dataset


def set_pixels(dataset: Dataset, pixels: NDArray[Any]) -> None:
    """Give a dataset its pixels, and file meta information that names no version of the library."""
    data = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    dataset["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    dataset["PixelData"].is_undefined_length = False
    meta = dataset.file_meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = UID(dataset.SOPClassUID)
    meta.MediaStorageSOPInstanceUID = UID(dataset.SOPInstanceUID)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(derived_uid("implementation"))
    meta.ImplementationVersionName = METHOD


def write_reconstruction(
    voxels: NDArray[Any], source: Path, folder: Path, stream: bytes, pick: Pick = ANY
) -> None:
    """Write decoded voxels as a new series with the headers of the one that was coded.

    Every instance gets a SOPInstanceUID of its own, derived from the source's and the stream, and refers to
    its source. Where a voxel changed, the lossy-compression tags say so; those of the source are kept.

    Parameters
    ----------
    voxels : what `decode` gave of `stream`, whose size gives the ratio; ndarray (slice, row, column)
    source : folder or file of the DICOM series that was coded, of which `pick` took one; only read
    folder : written as a whole; it must not exist or be empty
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: holds something already; give a new folder")
    planes = read_planes(source, pick)
    first = planes[0]
    shape = (len(planes), *first.shape)
    signed = bool(first.dataset.PixelRepresentation)
    dtype = np.dtype(f"{'i' if signed else 'u'}{int(first.dataset.BitsAllocated) // 8}")
    if voxels.shape != shape or voxels.dtype != dtype:
        stream_is = f"the stream {voxels.shape} of {voxels.dtype}"
        raise InputError(f"{source}: is {shape} of {dtype}, {stream_is}; give the series that was coded")
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
                if groups := _items(derived, "PerFrameFunctionalGroupsSequence"):
                    derived.NumberOfFrames = len(kept)
                    derived.PerFrameFunctionalGroupsSequence = Sequence([groups[frame] for frame in kept])
                _set_extremes(derived, pixels, voxels)
                derived.save_as(draft / f"1-{number:02}.dcm", enforce_file_format=True)


def _derived(dataset: Dataset, pixels: NDArray[Any], stream: bytes, ratio: float | None) -> Dataset:
    """Copy one file's header, put `pixels` (frame, row, column) in, and say how they came about."""
    derived = copy.deepcopy(dataset)
    _to_little_endian(derived)
    mark = hashlib.sha256(stream).hexdigest()
    for tag in STALE:
        derived.pop(tag, None)
    derived.SOPInstanceUID = derived_uid(dataset.SOPInstanceUID, mark)
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
        derived.DerivationDescription += f", lossy, {_decimal(round(ratio, 3))} : 1"
        derived.DerivationCodeSequence = Sequence([_code("113040", "Lossy Compression")])
        derived.LossyImageCompression = "01"
        for name, value in (("Ratio", _decimal(round(ratio, 3))), ("Method", METHOD)):
            tag = f"LossyImageCompression{name}"
            before = dataset.get(tag)
            earlier = [before] if isinstance(before, (str, float)) else list(before or [])
            setattr(derived, tag, [*earlier, value])
    set_pixels(derived, pixels)
    return derived


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
