"""One DICOM series as a volume: stored values, slices sorted along their normal."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from wdr_mcpd.data.masks import read_mask
from wdr_mcpd.data.planes import Plane, planes_of, sort_planes
from wdr_mcpd.data.volume import Volume, check_shape
from wdr_mcpd.errors import InputError


def read_series(folder: Path, minimum: int = 1) -> Volume:
    """Read the stored values of the one series in `folder` (not its subfolders).

    Stored values are what the file holds: no rescale, no window, no inversion of MONOCHROME1. `mask.nrrd`
    beside the files, where there is one, becomes the mask.

    Parameters
    ----------
    folder : Path
        Its files that are not DICOM (licence, manifest) are passed over.
    minimum : int
        Fewest slices that are accepted.

    Raises
    ------
    InputError
        No DICOM, several series, missing or duplicate slices, unequal sizes, orientations or scales, fewer
        than `minimum` slices, pixel data that are cut short or of no decodable kind.
    """
    planes = read_planes(folder)
    if len(planes) < minimum:
        raise InputError(f"{folder}: has {len(planes)} slices; at least {minimum} are needed")
    check_shape((len(planes), planes[0].rows, planes[0].columns), folder)
    voxels = np.stack([_stored_values(plane) for plane in planes])
    return Volume(voxels, mask=read_mask(folder, voxels.shape), **_geometry(planes))


def read_planes(folder: Path) -> list[Plane]:
    """Read the one series in `folder` as planes, sorted along their normal.

    Raises
    ------
    InputError
        As `read_series`, but for what only decoding shows.
    """
    try:
        return sort_planes([p for dataset in read_datasets(folder) for p in _planes_of(dataset)], folder)
    except InputError:
        raise
    except Exception as error:  # pydicom converts a value only when it is asked for, and raises many kinds
        raise InputError(f"{folder}: holds a broken DICOM header ({_cause(error)})") from error


def read_datasets(folder: Path) -> list[Dataset]:
    """Read every image of the one series in `folder`, in the order of the file names.

    Raises
    ------
    InputError
        No DICOM image, a broken one, or more than one series.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    datasets = [d for p in sorted(folder.iterdir()) if p.is_file() and (d := _read_image(p)) is not None]
    if not datasets:
        raise InputError(f"{folder}: holds no DICOM image (subfolders are not searched)")
    series = sorted({str(d.get("SeriesInstanceUID", "")) for d in datasets})
    if len(series) > 1:
        raise InputError(
            f"{folder}: holds {len(series)} series; give a folder with one ({', '.join(series[:3])} ...)"
        )
    first_with: dict[str, Dataset] = {}
    for dataset in datasets:
        first = first_with.setdefault(str(dataset.get("SOPInstanceUID", dataset.filename)), dataset)
        if first is not dataset:
            names = " and ".join(Path(str(one.filename)).name for one in (first, dataset))
            raise InputError(f"{folder}: duplicate slices: {names} have the same SOPInstanceUID")
    return datasets


def _read_image(path: Path) -> Dataset | None:
    """Read one file; None if it is no DICOM, or DICOM but no image."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd values in headers that the reader does not use
            dataset = pydicom.dcmread(path)
    except InvalidDicomError as error:
        if path.suffix.lower() in (".dcm", ".ima"):
            raise InputError(f"{path}: is no DICOM file") from error
        return None
    except Exception as error:  # broken files raise EOFError, struct.error, KeyError, zlib.error, ...
        raise InputError(f"{path}: broken DICOM file ({_cause(error)})") from error
    if "Rows" not in dataset and "PixelData" not in dataset:
        return None
    return dataset


def _planes_of(dataset: Dataset) -> list[Plane]:
    try:
        return planes_of(dataset)
    except InputError:
        raise
    except Exception as error:  # pydicom converts a value only when it is asked for, and raises many kinds
        raise InputError(f"{dataset.filename}: broken DICOM header ({_cause(error)})") from error


def _stored_values(plane: Plane) -> NDArray[Any]:
    """Decode one slice: ndarray (row, column) of the 8 or 16 bit type that the file states."""
    from pydicom.pixels.utils import pixel_array

    dataset, where = plane.dataset, plane.where
    try:
        with warnings.catch_warnings(), _silent_decoders():
            warnings.simplefilter("ignore")
            values = pixel_array(dataset, index=plane.frame, raw=True)
    except Exception as error:  # each decoder raises its own kinds
        syntax = dataset.file_meta.get("TransferSyntaxUID", pydicom.uid.UID("")).name
        raise InputError(f"{where}: pixel data cannot be decoded ({syntax}: {_cause(error)})") from error
    if values.shape != (plane.rows, plane.columns):
        raise InputError(f"{where}: pixel data are {values.shape}, not {plane.rows} x {plane.columns}")
    return values


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


@contextmanager
def _silent_decoders() -> Iterator[None]:
    """Drop what compiled decoders print on standard error themselves; what they raise says the same."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _cause(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
