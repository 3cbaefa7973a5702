"""A tumour mask that is a DICOM series: one image for each slice (MaskTumor), or a segmentation (SEG)."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from wdr_mcpd.data.dicom_files import planes_of_file, read_datasets, sound_headers, stored_frames
from wdr_mcpd.data.planes import INTEGERS, Plane
from wdr_mcpd.data.volume import check_shape
from wdr_mcpd.errors import InputError

MASK_FOLDER = "mask"
"""Subfolder of the image's folder that holds the DICOM files of its mask."""

ASIDE = 0.1
"""Largest distance of a slice of the mask from that of the image, as a share of a pixel."""


def read_mask_series(folder: Path, image: list[Plane]) -> NDArray[np.bool_]:
    """Lay the mask in `folder` onto the slices of an image by their place in the patient.

    In a series drawn slice by slice every value but 0 is tumour, and every slice of the image has one of the
    mask. In a segmentation every segment is tumour; slices without a frame have none.

    Parameters
    ----------
    folder : Path
        Its own DICOM files, of one series.
    image : list of Plane
        Slices of the image, sorted.

    Returns
    -------
    ndarray (slice, row, column) of bool

    Raises
    ------
    InputError
        No or broken DICOM files, another grid than the image's, slices beside those of the image, two of one
        place, missing ones, a segmentation that is not binary, or no voxel of tumour at all.
    """
    mask = np.zeros((len(image), image[0].rows, image[0].columns), np.bool_)
    places = np.stack([plane.position for plane in image])
    slices: set[int] = set()
    with sound_headers(folder):
        datasets = read_datasets(folder)
        segmented = str(datasets[0].get("Modality", "")) == "SEG"
        for dataset in datasets:
            planes = _planes(dataset, segmented)
            where = [_slice_at(plane, image[0], places) for plane in planes]
            for k, drawn in zip(where, stored_frames(planes) != 0, strict=True):
                if k in slices and not segmented:
                    raise InputError(f"{folder}: the mask has two slices at slice {k + 1} of the image")
                slices.add(k)
                mask[k] |= drawn
    if not segmented and len(slices) < len(image):
        first = min(set(range(len(image))) - slices) + 1
        raise InputError(
            f"{folder}: the mask has {len(slices)} slices, the image {len(image)}; none at slice {first}"
        )
    if not mask.any():
        raise InputError(f"{folder}: the mask is empty; a series without a tumour must be listed without one")
    return mask


def _planes(dataset: Dataset, segmented: bool) -> list[Plane]:
    where = dataset.filename
    if segmented and dataset.get("SegmentationType") != "BINARY":
        kind = dataset.get("SegmentationType") or "unknown"
        raise InputError(f"{where}: is a segmentation of type {kind}; BINARY can be read")
    planes = planes_of_file(dataset, (1,) if segmented else INTEGERS)
    check_shape((len(planes), planes[0].rows, planes[0].columns), where)
    return planes


def _slice_at(plane: Plane, image: Plane, places: NDArray[np.float64]) -> int:
    """Index of the image's slice that lies where `plane` does.

    Parameters
    ----------
    image : Plane
        Any slice of the image.
    places : ndarray (slice, 3)
        Position of each slice of the image, mm.
    """
    if (plane.rows, plane.columns) != (image.rows, image.columns):
        raise InputError(
            f"{plane.where}: the mask is {plane.rows} x {plane.columns} pixels, the image "
            f"{image.rows} x {image.columns}"
        )
    for name, ours, other in (
        ("orientation", plane.orientation, image.orientation),
        ("pixel spacing", plane.spacing, image.spacing),
    ):
        if not np.allclose(ours, other, atol=1e-3):
            raise InputError(f"{plane.where}: the mask differs from the image in {name}")
    distances = np.linalg.norm(places - plane.position, axis=1)
    nearest = int(np.argmin(distances))
    if distances[nearest] > ASIDE * min(image.spacing):
        raise InputError(
            f"{plane.where}: the mask lies {distances[nearest]:.2f} mm from the nearest slice of the image"
        )
    return nearest
