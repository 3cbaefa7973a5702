"""A volume as a classic DICOM MR series, the same bytes on every machine."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from wdr_mcpd.data.identity import SeriesIdentity, derived_uid
from wdr_mcpd.data.volume import Volume


def write_mr_series(folder: Path, volume: Volume, identity: SeriesIdentity) -> list[Path]:
    """Write one file per slice, `1-01.dcm`, `1-02.dcm`, ... in the order of the slices.

    Parameters
    ----------
    folder : Path
        An existing folder.
    volume : Volume
        Its voxels are the stored values; int16 and uint16 keep all 16 bits.
    identity : SeriesIdentity
    """
    digits = max(2, len(str(len(volume.voxels))))
    paths = []
    for index in range(len(volume.voxels)):
        path = folder / f"1-{index + 1:0{digits}}.dcm"
        _slice(volume, index, identity).save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def deterministic_meta(sop_class: str, sop_instance: str) -> FileMetaDataset:
    """File meta information that names no version of the library that writes it."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = UID(sop_class)
    meta.MediaStorageSOPInstanceUID = UID(sop_instance)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(derived_uid("implementation"))
    meta.ImplementationVersionName = "WDR_MCPD"
    return meta


def decimal(value: float) -> str:
    """Write a number as a DICOM decimal string: at most 16 characters."""
    text = f"{float(value):.10g}"
    return "0" if text == "-0" else text


def _slice(volume: Volume, index: int, identity: SeriesIdentity) -> Dataset:
    voxels = np.ascontiguousarray(volume.voxels[index])
    bits = voxels.dtype.itemsize * 8
    position = np.asarray(volume.origin) + index * volume.spacing[0] * volume.direction[0]
    instance = derived_uid(identity.series_uid, index)
    tags: dict[str, Any] = {
        "ImageType": ["DERIVED", "PRIMARY", "OTHER"],
        "SOPClassUID": MRImageStorage,
        "SOPInstanceUID": instance,
        "StudyDate": identity.study_date,
        "StudyTime": "",
        "AccessionNumber": "",
        "Modality": "MR",
        "Manufacturer": "",
        "ReferringPhysicianName": "",
        "StudyDescription": identity.collection,
        "SeriesDescription": identity.description,
        "PatientName": identity.patient_id,
        "PatientID": identity.patient_id,
        "PatientBirthDate": "",
        "PatientSex": "",
        "PatientIdentityRemoved": "YES",
        "DeidentificationMethod": f"{identity.collection}: written from an array without header",
        "BodyPartExamined": "BRAIN",
        "ScanningSequence": "RM",
        "SequenceVariant": "NONE",
        "ScanOptions": "",
        "MRAcquisitionType": "2D",
        "SliceThickness": decimal(volume.spacing[0]),
        "RepetitionTime": None,
        "EchoTime": None,
        "EchoTrainLength": None,
        "SpacingBetweenSlices": decimal(volume.spacing[0]),
        "PatientPosition": "HFS",
        "StudyInstanceUID": identity.study_uid,
        "SeriesInstanceUID": identity.series_uid,
        "StudyID": str(identity.exam),
        "SeriesNumber": 1,
        "InstanceNumber": index + 1,
        "ImagePositionPatient": [decimal(x) for x in position],
        "ImageOrientationPatient": [decimal(x) for x in (*volume.direction[2], *volume.direction[1])],
        "FrameOfReferenceUID": derived_uid(identity.study_uid, "frame of reference"),
        "PositionReferenceIndicator": "",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": voxels.shape[0],
        "Columns": voxels.shape[1],
        "PixelSpacing": [decimal(volume.spacing[1]), decimal(volume.spacing[2])],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(voxels.dtype.kind == "i"),
    }
    dataset = Dataset()
    for name, value in tags.items():
        setattr(dataset, name, value)
    if bits == 8:
        dataset.add_new("PixelData", "OB", voxels.tobytes() + b"\0" * (voxels.size % 2))
    else:
        dataset.add_new("PixelData", "OW", voxels.astype(voxels.dtype.newbyteorder("<")).tobytes())
    dataset.file_meta = deterministic_meta(MRImageStorage, instance)
    return dataset
