"""The DICOM files of one series: their headers, the planes they hold, and their pixels."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from wdr_mcpd.data.planes import INTEGERS, Plane, planes_of, sort_planes
from wdr_mcpd.errors import InputError


def read_planes(folder: Path) -> list[Plane]:
    """Read the one series in `folder` as planes, sorted along their normal.

    Raises
    ------
    InputError
        As `read_series`, but for what only decoding shows.
    """
    with sound_headers(folder):
        return sort_planes([p for dataset in read_datasets(folder) for p in planes_of_file(dataset)], folder)


@contextmanager
def sound_headers(where: object) -> Iterator[None]:
    """Make an `InputError` of all that a broken header raises where its values are used."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # pydicom converts a value only when it is asked for, and raises many kinds
        raise InputError(f"{where}: broken DICOM header ({_cause(error)})") from error


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


def planes_of_file(dataset: Dataset, bits: tuple[int, ...] = INTEGERS) -> list[Plane]:
    """Give the planes of one file, as `planes_of`; a broken header is an `InputError` that names the file."""
    with sound_headers(dataset.filename):
        return planes_of(dataset, bits)


def stored_values(plane: Plane) -> NDArray[Any]:
    """Decode one slice: ndarray (row, column) of the 8 or 16 bit type that the file states.

    Raises
    ------
    InputError
        The pixels are cut short, or coded in a way that cannot be decoded.
    """
    return _decoded(plane.dataset, plane.where, plane.frame, (plane.rows, plane.columns))


def stored_frames(planes: list[Plane]) -> NDArray[Any]:
    """Decode all planes of one file at once: ndarray (plane, row, column). Frames of 1 bit need that.

    Raises
    ------
    InputError
        As `stored_values`.
    """
    first = planes[0]
    shape = (len(planes), first.rows, first.columns)
    return _decoded(first.dataset, first.where, None, shape if len(planes) > 1 else shape[1:]).reshape(shape)


def _decoded(dataset: Dataset, where: str, frame: int | None, shape: tuple[int, ...]) -> NDArray[Any]:
    from pydicom.pixels.utils import pixel_array

    try:
        with warnings.catch_warnings(), _silent_decoders():
            warnings.simplefilter("ignore")
            values = pixel_array(dataset, index=frame, raw=True)
    except Exception as error:  # each decoder raises its own kinds
        syntax = dataset.file_meta.get("TransferSyntaxUID", pydicom.uid.UID("")).name
        raise InputError(f"{where}: pixel data cannot be decoded ({syntax}: {_cause(error)})") from error
    if values.shape != shape:
        raise InputError(f"{where}: pixel data are {values.shape}, not {' x '.join(map(str, shape))}")
    return values


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
