"""The sample patient with two exams: files of the source distribution of qtim-tools, as they are."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.masks import write_mask
from wdr_mcpd.data.reading import VOLUME
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.source_archives import QTIM_TOOLS, member_path
from wdr_mcpd.data.volume_files import read_volume_file

COLLECTION = "qtim-tools-sample"
LICENCE = "Apache-2.0"
PATIENT = "tumour1"
DESCRIPTION = "T1 post-contrast axial (as inferred)"


@dataclass(frozen=True)
class TumourExam:
    """Names of an exam's image and label, and the label's value that outlines the tumour."""

    image: str
    label: str
    tumour: int


TUMOUR_EXAMS = {
    f"{PATIENT}_1": TumourExam("MR_BrainTumor_ShapeTest.nii.gz", "MR_BrainTumor_ShapeTest-label.nii.gz", 9),
    f"{PATIENT}_2": TumourExam("MRBrainTumor2.nii.gz", "MRBrainTumor2-label.nii.gz", 1),
}

ORIGIN = """Contrast-enhanced T1-weighted axial brain MR with a tumour, one of two exams.

Origin:   {image} and {label} of the source distribution of qtim-tools
          0.1.12 (sha256 {sha256}).
Licence:  Apache-2.0; its text is in LICENSE.txt.
Inferred: The package does not say what the images are. That both show one patient at two exams, which of them
          came first, the sequence, the contrast agent and the meningioma are inferred from the images.
          The values of the labels are test shapes but for one, {tumour}, which outlines the enhancing mass.
Changes:  None of the image; that value of the label became mask.nrrd.
"""


def identity(exam: int) -> SeriesIdentity:
    """Give who an exam is in the table of the study."""
    return SeriesIdentity(COLLECTION, PATIENT, exam, DESCRIPTION)


def make_tumour_exam(sample: Path, series: Series, folder: Path) -> None:
    """Write one exam's image, mask, licence and origin into the existing `folder`.

    Parameters
    ----------
    sample : Path
        Folder that `source_archives.fetch_archives` wrote.

    Raises
    ------
    InputError
        The sample data are not the published ones.
    """
    names = TUMOUR_EXAMS[series.exam_id]
    image = member_path(sample, QTIM_TOOLS, names.image)
    label = read_volume_file(member_path(sample, QTIM_TOOLS, names.label))
    shutil.copyfile(image, folder / f"{VOLUME}.nii.gz")
    write_mask(folder, replace(label, mask=np.asarray(label.voxels == names.tumour)))
    shutil.copyfile(member_path(sample, QTIM_TOOLS, "LICENSE.txt"), folder / "LICENSE.txt")
    text = ORIGIN.format(image=names.image, label=names.label, tumour=names.tumour, sha256=QTIM_TOOLS.sha256)
    (folder / "ORIGIN.txt").write_text(text, encoding="utf-8")
