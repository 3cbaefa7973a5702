"""From the series that a source lists to the exams of a study: one series for each exam, exams by date."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import count, groupby
from typing import Any

from wdr_mcpd.data.series import Series, is_name
from wdr_mcpd.errors import InputError

MASK_DESCRIPTION = "masktumor"
"""SeriesDescription, in lower case, of the tumour as Brain-Tumor-Progression has it, one in each study."""


@dataclass(frozen=True)
class Record:
    """What a source tells about one series, beside what `Series` holds of it.

    `study_date` is YYYYMMDD, and for files whatever orders the exams of a patient; `segmented_series` are
    those that a segmentation is of; `image_count` counts frames, `per_position` the images at each position.
    What is unknown is empty or 0.
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
    per_position: int = 1
    file: str = ""
    checksum: str = ""

    @property
    def study(self) -> str:
        """What tells one exam of a patient from another."""
        return self.study_instance_uid or self.study_date


def record_of(tags: Any, **known: Any) -> Record:
    """Make a record of DICOM tags, by their keywords, and what is known beside; what is missing is empty."""

    def text(name: str) -> str:
        return str(tags.get(name) or "")

    return Record(
        patient_id=text("PatientID"),
        study_date=study_date(text("StudyDate")),
        modality=text("Modality"),
        series_instance_uid=text("SeriesInstanceUID"),
        series_description=text("SeriesDescription"),
        study_instance_uid=text("StudyInstanceUID"),
        **known,
    )


@dataclass(frozen=True)
class Rule:
    """Which series are taken: those whose description matches an expression from its beginning, in any case.

    `images` are the fewest and most images of a series; of each patient the first `exams` by StudyDate are
    taken, one for each study, and whoever has fewer is left out; `patients` are the first ones by PatientID.
    """

    description: str = ""
    images: tuple[int, int] = (20, 1_000_000)
    exams: int = 2
    patients: int | None = None


def choose(
    records: Iterable[Record], rule: Rule, source: str, say: Callable[[str], object] = lambda line: None
) -> list[Series]:
    """List the exams that `rule` takes, in order of patient and date; what does not fit is said with reasons.

    Of several fitting series of one study the one with most images is taken, then the one with the smallest
    SeriesInstanceUID: the same records in any order give the same table. Its mask is the series MaskTumor of
    the same study, else a segmentation (SEG) of the series; of several, the same way. Patients whose names
    cannot name folders get others; `say` gets a line on each, and on each whose exams have an unknown order.
    """
    try:
        wanted = re.compile(rule.description, re.IGNORECASE)
    except re.error as error:
        raise InputError(f"--description {rule.description!r} is no regular expression ({error})") from error
    records = list(records)
    reasons = {record: _reason(record, wanted, rule.images) for record in records}
    fitting = [record for record, reason in reasons.items() if not reason]
    fitting.sort(key=lambda record: (record.patient_id, record.study_date, record.study))
    names = safe_names(record.patient_id for record in fitting)
    table: list[Series] = []
    patients, few = 0, Counter[str]()
    for patient, its_series in groupby(fitting, lambda record: record.patient_id):
        exams = [_best(list(study)) for _, study in groupby(its_series, lambda record: record.study)]
        if len(exams) < rule.exams:
            few[f"patients have {len(exams)}"] += 1
        elif rule.patients is None or patients < rule.patients:
            table += [
                _row(record, names[patient], number, source, _mask_of(record, records))
                for number, record in enumerate(exams[: rule.exams], 1)
            ]
            patients += 1
            if names[patient] != patient:
                say(f"patient {patient!r} is listed as {names[patient]}")
            dates = [record.study_date for record in exams[: rule.exams]]
            if len(set(dates)) < len(dates):
                say(f"patient {names[patient]}: the order of the exams is unknown (no dates, or equal ones)")
    if not table or (rule.patients is not None and patients < rule.patients):
        found = Counter(reason for reason in reasons.values() if reason) + few
        why = "; ".join(f"{number} {reason}" for reason, number in found.most_common(6))
        seen = sorted({record.series_description for record in records if record.modality == "MR"})
        raise InputError(
            f"{patients} patients have {rule.exams} exams with a series that fits, of {len(records)} series"
            f"{f' ({why})' if why else ''}; descriptions there: {', '.join(seen[:8])}"
            f"{', ...' if len(seen) > 8 else ''}"
        )
    return table


def _reason(record: Record, wanted: re.Pattern[str], images: tuple[int, int]) -> str:
    """Say why a series is not taken; empty if it may be."""
    if record.modality != "MR" or _draws_tumour(record):
        return "are no images of MR"
    if not wanted.match(record.series_description):
        return "have another description"
    if not record.patient_id.strip():
        return "name no patient (PatientID is empty)"
    if record.per_position > 1:
        return f"hold {record.per_position} images at each position (times, echoes or b values)"
    if record.image_count and not images[0] <= record.image_count <= images[1]:
        return f"have {record.image_count} images, not {images[0]} to {images[1]}"
    return ""


def study_date(text: str) -> str:
    """Give a date as YYYYMMDD, also of the forms 2020-01-31 and 2020.01.31; empty if it is no date."""
    digits = text.strip().replace("-", "").replace(".", "")
    try:
        return datetime.strptime(digits, "%Y%m%d").strftime("%Y%m%d") if len(digits) == 8 else ""
    except ValueError:
        return ""


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """Give each name one that can name folders and stays apart from the others; most stay as they are."""
    safe: dict[str, str] = {}
    for name in sorted(set(names), key=lambda name: (not is_name(name), name)):
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-_") or "patient"
        tries = (plain if k == 1 else f"{plain}-{k}" for k in count(1))
        taken = {other.lower() for other in safe.values()}
        safe[name] = name if is_name(name) else next(one for one in tries if one.lower() not in taken)
    return safe


def _best(records: Sequence[Record]) -> Record:
    return min(records, key=lambda record: (-record.image_count, record.series_instance_uid))


def _draws_tumour(record: Record) -> bool:
    return record.series_description.strip().lower() == MASK_DESCRIPTION


def _mask_of(image: Record, records: Sequence[Record]) -> str:
    """SeriesInstanceUID of the series that draws the tumour of `image`; empty where there is none."""
    study, uid = image.study_instance_uid, image.series_instance_uid
    drawn = [one for one in records if study and study == one.study_instance_uid and _draws_tumour(one)]
    segmented = [one for one in records if one.modality == "SEG" and uid in one.segmented_series]
    found = drawn or segmented
    return _best(found).series_instance_uid if found else ""


def _row(record: Record, patient: str, exam: int, source: str, mask: str) -> Series:
    of_series = {
        field.name: getattr(record, field.name) for field in fields(Series) if hasattr(record, field.name)
    }
    own = {"patient_id": patient, "exam": exam, "source": source, "mask_series_uid": mask}
    return Series(**of_series | own | {"series_description": " ".join(record.series_description.split())})
