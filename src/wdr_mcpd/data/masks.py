"""The tumour mask beside the DICOM files of a series: a volume file, or a DICOM series in a subfolder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from wdr_mcpd.data.dicom import read_datasets, stored_frames
from wdr_mcpd.data.manifest import MASK_FOLDER
from wdr_mcpd.data.planes import BROKEN, INTEGERS, Plane, planes_of
from wdr_mcpd.data.volume import Volume, check_shape
from wdr_mcpd.data.volume_files import read_volume_file, write_volume
from wdr_mcpd.errors import InputError, unbroken

MASK_FILE = "mask.nrrd"
ASIDE = 0.1
"""Largest distance of a place in the mask from that of the image, as a share of a pixel."""


def write_mask(folder: Path, volume: Volume) -> None:
    """Write the volume's mask as `mask.nrrd`, 0 and 1, with the volume's geometry."""
    assert volume.mask is not None
    voxels = volume.mask.astype(np.uint8)
    mask = Volume(voxels, volume.spacing, None, volume.origin, volume.direction, codes=(1, 1))
    write_volume(folder / MASK_FILE, mask)


def read_mask(folder: Path, image: Volume, planes: Sequence[Plane] = ()) -> NDArray[np.bool_] | None:
    """Read `mask.nrrd`, or the series in the subfolder `mask` of a DICOM image of these sorted `planes`."""
    path = folder / MASK_FILE
    if path.exists():
        return lay_on(read_volume_file(path), image, path)
    inside = folder / MASK_FOLDER
    return _read_series(inside, planes) if planes and inside.is_dir() else None


def lay_on(mask: Volume, image: Volume, where: object) -> NDArray[np.bool_]:
    """Lay a mask onto an image by their places in the patient: it may be turned, and cover a part of it."""
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


def _read_series(folder: Path, image: Sequence[Plane]) -> NDArray[np.bool_]:
    """Lay a series, drawn slice by slice or a segmentation, onto the sorted slices of an image by place."""
    mask = np.zeros((len(image), *image[0].shape), np.bool_)
    places = np.stack([plane.position for plane in image])
    slices: set[int] = set()
    with unbroken(folder, BROKEN):
        datasets = read_datasets(folder)
        segmented = str(datasets[0].get("Modality", "")) == "SEG"
        for dataset in datasets:
            where = [_slice_at(plane, image[0], places) for plane in _planes(dataset, segmented)]
            for k, drawn in zip(where, stored_frames(dataset) != 0, strict=True):
                if k in slices and not segmented:
                    raise InputError(f"{folder}: the mask has two slices at slice {k + 1} of the image")
                slices.add(k)
                mask[k] |= drawn
    if not segmented and len(slices) < len(image):
        first = min(set(range(len(image))) - slices) + 1
        counts = f"{len(slices)} slices, the image {len(image)}"
        raise InputError(f"{folder}: the mask has {counts}; none at slice {first}")
    if not mask.any():
        raise InputError(f"{folder}: the mask is empty; a series without a tumour must be listed without one")
    return mask


def _planes(dataset: Dataset, segmented: bool) -> list[Plane]:
    if segmented and dataset.get("SegmentationType") != "BINARY":
        kind = dataset.get("SegmentationType") or "unknown"
        raise InputError(f"{dataset.filename}: is a segmentation of type {kind}; BINARY can be read")
    planes = planes_of(dataset, (1,) if segmented else INTEGERS)
    check_shape((len(planes), *planes[0].shape), dataset.filename)
    return planes


def _slice_at(plane: Plane, image: Plane, places: NDArray[np.float64]) -> int:
    """Index of the slice at one of `places` (slice, 3), of which `image` is any, where `plane` lies."""
    for name, ours, other in (
        ("rows and columns", plane.shape, image.shape),
        ("orientation", plane.orientation, image.orientation),
        ("pixel spacing", plane.spacing, image.spacing),
    ):
        if not np.allclose(ours, other, atol=1e-3):
            raise InputError(f"{plane.where}: the mask differs from the image in {name}")
    distances = np.linalg.norm(places - plane.position, axis=1)
    nearest = int(np.argmin(distances))
    if (far := distances[nearest]) > ASIDE * min(image.spacing):
        raise InputError(f"{plane.where}: the mask lies {far:.2f} mm from the nearest slice of the image")
    return nearest
