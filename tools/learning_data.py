"""Stacks of slices that the coherence coder's numbers are fitted on, from two open cohorts.

- open_ms: "Longitudinal MR image database of Multiple Sclerosis patients with white matter lesion change
  segmentation" (Lesjak et al., Neuroinformatics 2016; CC BY), GitHub repository muschellij2/open_ms_data,
  commit 65704901f60650824565aa5a4818611aa89716f4, files longitudinal/raw/patientNN/studyK_SEQUENCE.nii.gz;
- ds000011: "Classification learning and tone-counting" (OpenNeuro; public domain), files sub-NN/anat/*.

Of open_ms the fit of the shipped numbers had FLAIR of patients 01, 03 and 19 (both exams), T1W of 01 (both
exams), 03 and 19, T2W of 01 and 03 (both exams); for validation FLAIR of 09 and one exam of 04. People of
`TEST` are left out of every fit and every choice. The sample volumes of this project and the tumour patient
have no part.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.data.volume_files import read_volume_file
from wdr_mcpd.study.cohort import HELD_OUT

TEST = [subject for subjects in HELD_OUT.values() for subject in subjects]
VALIDATION = ("patient09", "patient04", "sub-02", "sub-10")


def stacks(folder: Path, slices: int, validation: bool = False) -> Iterator[NDArray[Any]]:
    """Read the middle slices of every file below `folder`, for the fit or for validation."""
    for path in sorted(folder.rglob("*.nii.gz")):
        people = set(path.parts)
        if people.isdisjoint(TEST) and people.isdisjoint(VALIDATION) is not validation:
            voxels = read_volume_file(path).voxels
            first = max(len(voxels) // 2 - slices // 2, 0)
            yield np.ascontiguousarray(voxels[first : first + slices])
