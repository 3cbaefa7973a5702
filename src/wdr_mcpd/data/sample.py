"""`source: sample`: real brain MR with tumours, out of source distributions of the package index."""

from dataclasses import replace
from pathlib import Path

from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.masks import write_mask
from wdr_mcpd.data.sample_tumour import TUMOUR_EXAMS, make_tumour_exam
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.source_archives import PYRADIOMICS, fetch_archives, member_path
from wdr_mcpd.data.stack import as_slices
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import read_volume_file
from wdr_mcpd.errors import InputError

SUBJECTS = ("brain1", "brain2")
COLLECTION = "pyradiomics-sample"
LICENCE = "BSD-3-Clause"
DESCRIPTION = "T1 post-contrast axial"

ORIGIN = """Contrast-enhanced T1-weighted axial brain MR with a tumour.

Origin:  data/{subject}_image.nrrd and data/{subject}_label.nrrd of the source distribution of pyradiomics
         3.0.1 (sha256 {sha256}).
Licence: BSD-3-Clause, Copyright 2017 Harvard Medical School; its text is in LICENSE.txt.
Changes: written as DICOM, one file per slice, with the same stored values, spacing and place; the rows
         run from the front to the back of the head, as scanners write them (the NRRD files list them from the
         back). The label became mask.nrrd. Scan parameters, dates and the person are unknown and left empty.
"""


def make_sample_series(sample: Path, series: Series, folder: Path) -> None:
    """Write one exam's images, mask, licence and origin into the existing `folder`.

    Parameters
    ----------
    sample : Path
        Folder that `fetch_archives` wrote.

    Raises
    ------
    InputError
        The sample data are not the published ones, or they have no such exam.
    """
    subject = series.patient_id
    if series.exam_id in TUMOUR_EXAMS:
        make_tumour_exam(sample, series, folder)
        return
    if subject not in SUBJECTS or series.exam != 1:
        known = ", ".join((*(f"{name}_1" for name in SUBJECTS), *TUMOUR_EXAMS))
        raise InputError(f"the sample data have the exams {known}, not {series.exam_id}")
    image, label = _stored(sample, subject, "image"), _stored(sample, subject, "label")
    volume, _ = as_slices(replace(image, mask=label.voxels != 0))
    write_mr_series(folder, volume, identity(subject))
    write_mask(folder, volume)
    licence = member_path(sample, PYRADIOMICS, "LICENSE.txt").read_bytes()
    (folder / "LICENSE.txt").write_bytes(licence)
    origin = ORIGIN.format(subject=subject, sha256=PYRADIOMICS.sha256)
    (folder / "ORIGIN.txt").write_text(origin, encoding="utf-8")


def stored_volumes(sample: Path) -> dict[str, Volume]:
    """Read the images of both subjects, rows in the order of the NRRD files, without their masks.

    Raises
    ------
    InputError
        The sample data in the folder `sample` are not the published ones.
    """
    return {subject: _stored(sample, subject, "image") for subject in SUBJECTS}


def identity(subject: str) -> SeriesIdentity:
    """Give what the DICOM files of a subject say they are."""
    return SeriesIdentity(COLLECTION, subject, 1, DESCRIPTION)


def _stored(sample: Path, subject: str, kind: str) -> Volume:
    return read_volume_file(member_path(sample, PYRADIOMICS, f"{subject}_{kind}.nrrd"))


def sample_archive(*, out: Path) -> None:
    """Step: the files of the sample data, out of their archives; what is there and whole is kept."""
    fetch_archives(out)
