"""`source: sample`: real brain MR with tumours, out of source distributions of the package index."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.masks import write_mask
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.source_archives import PYRADIOMICS, QTIM_TOOLS, fetch_archives, member_path
from wdr_mcpd.data.stack import as_slices
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import VOLUME, read_volume_file
from wdr_mcpd.errors import InputError

SUBJECTS = ("brain1", "brain2")
TUMOUR_EXAMS = {
    "tumour1_1": ("MR_BrainTumor_ShapeTest.nii.gz", "MR_BrainTumor_ShapeTest-label.nii.gz", 9),
    "tumour1_2": ("MRBrainTumor2.nii.gz", "MRBrainTumor2-label.nii.gz", 1),
}
"""Names of an exam's image and label, and the label's value that outlines the tumour."""


def make_sample_series(sample: Path | None, series: Series, folder: Path) -> None:
    """Write one exam's images, mask, licence and origin, from what `fetch_archives` wrote, into `folder`."""
    if sample is None:
        raise InputError("source sample needs the folder of its files (wdr-mcpd fetch makes it)")
    subject = series.patient_id
    if series.exam_id in TUMOUR_EXAMS:
        archive = QTIM_TOOLS
        name, labels, tumour = TUMOUR_EXAMS[series.exam_id]
        shutil.copyfile(member_path(sample, archive, name), folder / f"{VOLUME}.nii.gz")
        drawn = read_volume_file(member_path(sample, archive, labels))
        write_mask(folder, replace(drawn, mask=np.asarray(drawn.voxels == tumour)))
        origin = archive.origin.format(image=name, label=labels, tumour=tumour, sha256=archive.sha256)
    elif subject in SUBJECTS and series.exam == 1:
        archive = PYRADIOMICS
        image, label = (_stored(sample, subject, kind) for kind in ("image", "label"))
        volume, _ = as_slices(replace(image, mask=label.voxels != 0))
        who = SeriesIdentity("pyradiomics-sample", subject, 1, "T1 post-contrast axial")
        write_mr_series(folder, volume, who)
        write_mask(folder, volume)
        origin = archive.origin.format(subject=subject, sha256=archive.sha256)
    else:
        known = ", ".join((*(f"{name}_1" for name in SUBJECTS), *TUMOUR_EXAMS))
        raise InputError(f"the sample data have the exams {known}, not {series.exam_id}")
    shutil.copyfile(member_path(sample, archive, "LICENSE.txt"), folder / "LICENSE.txt")
    (folder / "ORIGIN.txt").write_text(origin, encoding="utf-8")


def stored_volumes(sample: Path) -> dict[str, Volume]:
    """Read the images of both subjects, rows in the order of the NRRD files, without their masks."""
    return {subject: _stored(sample, subject, "image") for subject in SUBJECTS}


def _stored(sample: Path, subject: str, kind: str) -> Volume:
    return read_volume_file(member_path(sample, PYRADIOMICS, f"{subject}_{kind}.nrrd"))


def sample_archive(*, out: Path) -> None:
    """Step: the files of the sample data, out of their archives; what is there and whole is kept."""
    fetch_archives(out)
