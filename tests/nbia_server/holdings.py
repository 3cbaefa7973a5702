"""What the server holds: series with their files and the metadata that NBIA tells."""

from dataclasses import dataclass
from pathlib import Path

import pydicom


@dataclass(frozen=True)
class Holding:
    """One series: its files by name, and its record as getSeries gives it (null keys left out)."""

    uid: str
    files: dict[str, bytes]
    record: dict[str, object]


def holding(folder: Path, collection: str = "LOOPBACK", licence: str = "CC BY 4.0") -> Holding:
    """Hold the DICOM series in `folder` under NBIA's names 1-01.dcm, 1-02.dcm, ..."""
    datasets = [(path.read_bytes(), pydicom.dcmread(path)) for path in sorted(folder.glob("*.dcm"))]
    datasets.sort(key=lambda item: int(item[1].InstanceNumber))
    files = {f"1-{number:02}.dcm": data for number, (data, _) in enumerate(datasets, 1)}
    first = datasets[0][1]
    date = str(first.get("StudyDate") or "")
    record = {
        "SeriesInstanceUID": str(first.SeriesInstanceUID),
        "StudyInstanceUID": str(first.StudyInstanceUID),
        "Modality": "MR",
        "SeriesDescription": str(first.SeriesDescription),
        "SeriesNumber": int(first.SeriesNumber),
        "Collection": collection,
        "PatientID": str(first.PatientID),
        "ImageCount": len(files),
        "FileSize": sum(len(data) for data in files.values()),
        "LicenseName": licence,
        "LicenseURI": "https://creativecommons.org/licenses/by/4.0/",
    }
    if date:
        record["StudyDate"] = f"{date[4:6]}-{date[6:]}-{date[:4]}"
    return Holding(str(first.SeriesInstanceUID), files, record)
