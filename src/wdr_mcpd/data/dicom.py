"""One DICOM series as a volume: stored values, slices sorted along their normal."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from wdr_mcpd.data.dicom_files import read_planes, stored_values
from wdr_mcpd.data.masks import read_mask
from wdr_mcpd.data.planes import Plane
from wdr_mcpd.data.volume import ANY, Pick, Scaling, Volume, check_shape


def read_series(folder: Path, pick: Pick = ANY) -> Volume:
    """Read the stored values of one series: of a folder (its own files, no subfolder's) or of one file.

    Stored values are what the file holds: no rescale, no window, no inversion of MONOCHROME1. `mask.nrrd`
    beside the files, or the DICOM series in the subfolder `mask`, becomes the mask.

    Parameters
    ----------
    folder : Path
        Its files that are not DICOM (licence, manifest) are passed over.
    pick : Pick
        Which series of the folder, and which of several images at each position.
    """
    planes = read_planes(folder, pick)
    check_shape((len(planes), *planes[0].shape), folder)
    scaling = Scaling.of_slices([plane.scale for plane in planes])
    volume = Volume(stored_values(planes), **_geometry(planes), codes=(1, 1), scaling=scaling)
    return replace(volume, mask=read_mask(folder, volume, planes)) if folder.is_dir() else volume


def _geometry(planes: list[Plane]) -> dict[str, Any]:
    """Spacing, origin and direction of sorted planes."""
    first, last = planes[0], planes[-1]
    direction = np.stack([first.normal, first.orientation[3:], first.orientation[:3]])
    thickness = first.thickness
    if len(planes) > 1:
        step = (last.position - first.position) / (len(planes) - 1)
        thickness = float(np.linalg.norm(step))
        direction[0] = step / thickness
    return {
        "spacing": (thickness, *first.spacing),
        "origin": tuple(first.position.tolist()),
        "direction": direction,
    }
