"""The tumour mask beside the DICOM files of a series: a volume file, or a DICOM series in a subfolder."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.data.mask_series import MASK_FOLDER, read_mask_series
from wdr_mcpd.data.planes import Plane
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import read_volume_file, write_volume
from wdr_mcpd.errors import InputError

MASK_FILE = "mask.nrrd"


def write_mask(folder: Path, volume: Volume) -> None:
    """Write the volume's mask as `mask.nrrd`, 0 and 1, with the volume's geometry."""
    if volume.mask is None:
        raise ValueError("the volume has no mask")
    voxels = volume.mask.astype(np.uint8)
    mask = Volume(voxels, volume.spacing, None, volume.origin, volume.direction)
    write_volume(folder / MASK_FILE, mask)


def read_mask(folder: Path, planes: list[Plane]) -> NDArray[np.bool_] | None:
    """Read the mask of the series in `folder`, (slice, row, column) of bool; None where there is none.

    Parameters
    ----------
    folder : Path
        Of the image; the mask is its `mask.nrrd` or its subfolder `mask`.
    planes : list of Plane
        Slices of the image, sorted.

    Raises
    ------
    InputError
        The mask is broken or does not lie on the slices of the series.
    """
    path = folder / MASK_FILE
    if not path.exists():
        inside = folder / MASK_FOLDER
        return read_mask_series(inside, planes) if inside.is_dir() else None
    shape = (len(planes), planes[0].rows, planes[0].columns)
    mask: NDArray[np.bool_] = read_volume_file(path).voxels != 0
    if mask.shape != shape:
        raise InputError(f"{path}: the mask is {mask.shape}, the series {shape}")
    return mask
