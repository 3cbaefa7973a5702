"""From the series that a source lists to the exams of a study: one series for each exam, exams by date."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError

MASK_DESCRIPTION = "masktumor"
"""SeriesDescription, in lower case, of the tumour as Brain-Tumor-Progression has it, one in each study."""


@dataclass(frozen=True)
class Record:
    """What a source tells about one series.

    `study_date` is YYYYMMDD. It, `study_instance_uid` and `segmented_series` (the series that a segmentation
    is of) are empty where they are unknown.
    """

    collection: str
    patient_id: str
    study_date: str
    modality: str
    series_instance_uid: str
    series_description: str
    image_count: int
    bytes: int
    licence: str
    study_instance_uid: str = ""
    segmented_series: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """Which series are taken.

    Attributes
    ----------
    description : str
        Regular expression that a SeriesDescription must match from its beginning, in any case.
    images : (int, int)
        Fewest and most images of a series.
    exams : int
        Exams of each patient: the first ones by StudyDate. A patient with fewer is left out.
    patients : int, optional
        How many patients, the first ones by PatientID.
    """

    description: str = ""
    images: tuple[int, int] = (20, 1_000_000)
    exams: int = 2
    patients: int | None = None


def choose(records: Iterable[Record], rule: Rule, source: str) -> list[Series]:
    """List the exams that `rule` takes, in order of patient and date.

    Of several fitting series on one date the one with most images is taken, then the one with the smallest
    SeriesInstanceUID: the same records in any order give the same table. Its mask is the series MaskTumor of
    the same study, else a segmentation (SEG) of the series; of several, the same way.

    Raises
    ------
    InputError
        The expression is none, nothing fits, or fewer patients fit than are asked for.
    """
    try:
        wanted = re.compile(rule.description, re.IGNORECASE)
    except re.error as error:
        raise InputError(f"--description {rule.description!r} is no regular expression ({error})") from error
    records = list(records)
    fitting = [
        record
        for record in records
        if record.modality == "MR"
        and not _draws_tumour(record)
        and wanted.match(record.series_description)
        and rule.images[0] <= record.image_count <= rule.images[1]
    ]
    fitting.sort(key=lambda record: (record.patient_id, record.study_date))
    table: list[Series] = []
    patients = 0
    for patient, its_series in groupby(fitting, lambda record: record.patient_id):
        exams = [_best(list(day)) for _, day in groupby(its_series, lambda record: record.study_date)]
        if len(exams) >= rule.exams and (rule.patients is None or patients < rule.patients):
            table += [
                _row(record, patient, number, source, _mask_of(record, records))
                for number, record in enumerate(exams[: rule.exams], 1)
            ]
            patients += 1
    if not table or (rule.patients is not None and patients < rule.patients):
        seen = sorted({record.series_description for record in records if record.modality == "MR"})
        raise InputError(
            f"{patients} patients have {rule.exams} exams with a series that fits, of {len(records)} series; "
            f"descriptions there: {', '.join(seen[:8])}{', ...' if len(seen) > 8 else ''}"
        )
    return table


def _best(records: Sequence[Record]) -> Record:
    return min(records, key=lambda record: (-record.image_count, record.series_instance_uid))


def _draws_tumour(record: Record) -> bool:
    return record.series_description.strip().lower() == MASK_DESCRIPTION


def _mask_of(image: Record, records: Sequence[Record]) -> str:
    """SeriesInstanceUID of the series that draws the tumour of `image`; empty where there is none."""
    of_study = [
        record
        for record in records
        if _draws_tumour(record) and image.study_instance_uid == record.study_instance_uid != ""
    ]
    of_series = [
        record
        for record in records
        if record.modality == "SEG" and image.series_instance_uid in record.segmented_series
    ]
    found = of_study or of_series
    return _best(found).series_instance_uid if found else ""


def _row(record: Record, patient: str, exam: int, source: str, mask: str) -> Series:
    return Series(
        record.collection,
        patient,
        exam,
        record.series_instance_uid,
        " ".join(record.series_description.split()),
        record.image_count,
        record.bytes,
        record.licence,
        source,
        mask,
    )
