"""`source: synthetic`: a cohort of phantoms, two exams each, as DICOM series with the tumour mask."""

import re
from pathlib import Path

from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError

COLLECTION = "synthetic"
DESCRIPTION = re.compile(r"phantom slices=(\d+) size=(\d+) seed=(\d+)")
DATES = {1: "20000103", 2: "20000403"}

ORIGIN = """A procedural head phantom with a tumour, drawn by wdr-mcpd; it shows no person.

Subject {subject}, exam {exam}: {description}. The tumour is in mask.nrrd.
Licence: MIT, as the program.
"""


def synthetic_table(subjects: int, slices: int, size: int, seed: int) -> list[Series]:
    """List the exams of a synthetic cohort; the description of each row says all that draws it."""
    description = f"phantom slices={slices} size={size} seed={seed}"
    return [
        Series(
            collection=COLLECTION,
            patient_id=patient,
            exam=exam,
            series_instance_uid=_identity(patient, exam, description).series_uid,
            series_description=description,
            image_count=slices,
            bytes=0,
            licence="MIT",
            source="synthetic",
        )
        for patient in (f"phantom{subject:03}" for subject in range(1, subjects + 1))
        for exam in DATES
    ]


def make_synthetic_series(series: Series, folder: Path) -> None:
    """Write one exam's DICOM files, mask and origin into the existing `folder`."""
    # Every process of the workflow lists the cohort; pydicom is only needed here.
    from wdr_mcpd.data.dicom_write import write_mr_series
    from wdr_mcpd.data.masks import write_mask
    from wdr_mcpd.data.phantom import phantom

    form = DESCRIPTION.fullmatch(series.series_description)
    subject = series.patient_id.removeprefix("phantom")
    if form is None or not subject.isdecimal():
        raise InputError(f"{series.exam_id}: is no row of a synthetic cohort (wdr-mcpd series synthetic)")
    slices, size, seed = (int(number) for number in form.groups())
    volume = phantom(int(subject), series.exam, slices=slices, size=size, seed=seed)
    write_mr_series(folder, volume, _identity(series.patient_id, series.exam, series.series_description))
    write_mask(folder, volume)
    text = ORIGIN.format(subject=int(subject), exam=series.exam, description=series.series_description)
    (folder / "ORIGIN.txt").write_text(text, encoding="utf-8")


def _identity(patient_id: str, exam: int, description: str) -> SeriesIdentity:
    return SeriesIdentity(COLLECTION, patient_id, exam, description, DATES.get(exam, ""))
