"""A volume as a classic DICOM MR series, the same bytes on every machine."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from wdr_mcpd.data.volume import Volume

UID_SPACE = uuid.UUID("5d1c1f0a-3f0b-5f0e-9d3c-6c6f3b1d2a77")
"""Name space of the UIDs that this project derives (RFC 9562, version 5)."""


def derived_uid(*names: object) -> UID:
    """Give the UID (2.25 and a 128-bit number) that stands for `names`, the same on every machine."""
    return UID(f"2.25.{uuid.uuid5(UID_SPACE, '/'.join(str(name) for name in names)).int}")


@dataclass(frozen=True)
class SeriesIdentity:
    """Who and what a written series says it is; `study_date` is YYYYMMDD or empty."""

    collection: str
    patient_id: str
    exam: int
    description: str
    study_date: str = ""
    image_type: tuple[str, ...] = ("DERIVED", "PRIMARY")

    @property
    def series_uid(self) -> UID:
        """SeriesInstanceUID, derived from the names."""
        return derived_uid(self.collection, self.patient_id, self.exam, self.description)


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


def deterministic_meta(sop_class: UID, sop_instance: UID) -> FileMetaDataset:
    """File meta information that names no version of the library that writes it."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\x00\x01"
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = sop_instance
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = derived_uid("implementation")
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
    study = derived_uid(identity.collection, identity.patient_id, identity.exam)
    tags: dict[str, Any] = {
        "ImageType": list(identity.image_type),
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
        "StudyInstanceUID": study,
        "SeriesInstanceUID": identity.series_uid,
        "StudyID": str(identity.exam),
        "SeriesNumber": 1,
        "InstanceNumber": index + 1,
        "ImagePositionPatient": [decimal(x) for x in position],
        "ImageOrientationPatient": [decimal(x) for x in (*volume.direction[2], *volume.direction[1])],
        "FrameOfReferenceUID": derived_uid(study, "frame of reference"),
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
