"""The tumour mask beside the DICOM files of a series: a volume file, or a DICOM series in a subfolder."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.data.mask_series import ASIDE, MASK_FOLDER, read_mask_series
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
    mask = Volume(voxels, volume.spacing, None, volume.origin, volume.direction, codes=(1, 1))
    write_volume(folder / MASK_FILE, mask)


def read_mask(folder: Path, image: Volume, planes: list[Plane]) -> NDArray[np.bool_] | None:
    """Read the mask of the series in `folder`, (slice, row, column) of bool; None where there is none.

    Parameters
    ----------
    folder : Path
        Of the image; the mask is its `mask.nrrd` or its subfolder `mask`.
    image : Volume
    planes : list of Plane
        Slices of the image, sorted.

    Raises
    ------
    InputError
        The mask is broken or does not lie on the slices of the series.
    """
    path = folder / MASK_FILE
    if path.exists():
        return lay_on(read_volume_file(path), image, path)
    inside = folder / MASK_FOLDER
    return read_mask_series(inside, planes) if inside.is_dir() else None


def lay_on(mask: Volume, image: Volume, where: object) -> NDArray[np.bool_]:
    """Lay a mask onto an image by their places in the patient, (slice, row, column) of bool.

    Its axes may run in another order or direction, and it may cover a part of the image; its voxels must be
    those of the image.

    Raises
    ------
    InputError
        The mask says not where it lies, or lies beside the voxels of the image.
    """
    if not any(mask.codes):
        raise InputError(f"{where}: does not say where it lies; a mask is placed by its geometry")
    step = np.linalg.solve(image.affine, mask.affine)  # from indices of the mask to those of the image
    whole = np.rint(step)
    far = np.abs(step @ [*mask.voxels.shape[::-1], 1] - whole @ [*mask.voxels.shape[::-1], 1]).max()
    axes = np.abs(whole[:3, :3])
    if far > ASIDE or not ((axes.sum(0) == 1).all() and (axes.sum(1) == 1).all()):
        raise InputError(f"{where}: the mask does not lie on the voxels of the image")
    drawn = np.argwhere(mask.voxels != 0)[:, ::-1]
    index = (drawn @ whole[:3, :3].T + whole[:3, 3]).astype(int)[:, ::-1]
    if (index < 0).any() or (index >= image.voxels.shape).any():
        raise InputError(f"{where}: the mask marks voxels outside the image")
    laid = np.zeros(image.voxels.shape, np.bool_)
    laid[tuple(index.T)] = True
    return laid
