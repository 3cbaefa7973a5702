"""One DICOM series as a volume: its files, the planes that they hold, and their stored values."""

import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from wdr_mcpd.data.planes import BROKEN, Plane, planes_of, sort_planes
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.volume import ANY, Pick, Scaling, Volume, check_shape
from wdr_mcpd.errors import InputError, SeriesError, unbroken


def read_series(folder: Path, pick: Pick = ANY) -> Volume:
    """Read the stored values of one series: of a folder (its own files, no subfolder's) or of one file.

    Stored values are what the file holds: no rescale, no window, no inversion of MONOCHROME1. `mask.nrrd`
    beside the files, or the DICOM series in the subfolder `mask`, becomes the mask.
    """
    from wdr_mcpd.data.masks import read_mask

    planes = read_planes(folder, pick)
    check_shape((len(planes), *planes[0].shape), folder)
    files = {id(plane.dataset): plane.dataset for plane in planes}
    frames = {key: stored_frames(dataset) for key, dataset in files.items()}
    voxels = np.stack([frames[id(plane.dataset)][plane.frame] for plane in planes])
    scales = [plane.scale for plane in planes]
    slopes, intercepts = zip(*(scales[:1] if len(set(scales)) == 1 else scales), strict=True)
    volume = Volume(voxels, **_geometry(planes), codes=(1, 1), scaling=Scaling(slopes, intercepts))
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
    origin = tuple(first.position.tolist())
    return {"spacing": (thickness, *first.spacing), "origin": origin, "direction": direction}


def read_planes(source: Path, pick: Pick = ANY) -> list[Plane]:
    """Read one series as planes, sorted along their normal."""
    with unbroken(source, BROKEN):
        datasets = read_datasets(source, pick.series)
        return sort_planes([plane for dataset in datasets for plane in planes_of(dataset)], source, pick)


def read_datasets(source: Path, series: str | None = None) -> list[Dataset]:
    """Read every image of one series in a folder or file, by the file names; identical copies count once.

    `series` is the SeriesInstanceUID or SeriesNumber of the wanted one of several.
    """
    if not source.exists():
        raise InputError(f"{source}: no such file or folder")
    paths = sorted(path for path in source.iterdir() if path.is_file()) if source.is_dir() else [source]
    found = by_series(dataset for path in paths if (dataset := _read_image(path)) is not None)
    if not found:
        where = " (subfolders are not searched)" if source.is_dir() else ""
        raise InputError(f"{source}: holds no DICOM image{where}")
    datasets = []
    for first, *copies in found[_wanted(found, series, source)].values():
        for copy in copies:
            if copy != first:
                names = " and ".join(Path(str(one.filename)).name for one in (first, copy))
                raise InputError(f"{source}: {names} have the same SOPInstanceUID but differ")
        datasets.append(first)
    return datasets


def by_series(images: Iterable[Dataset]) -> dict[str, dict[str, list[Dataset]]]:
    """Sort images by SeriesInstanceUID and, within, the copies of each by SOPInstanceUID."""
    found: dict[str, dict[str, list[Dataset]]] = {}
    for image in images:
        series = found.setdefault(str(image.get("SeriesInstanceUID", "")), {})
        series.setdefault(str(image.get("SOPInstanceUID", image.filename)), []).append(image)
    return found


def _wanted(found: dict[str, dict[str, list[Dataset]]], wanted: str | None, source: Path) -> str:
    """UID of the only series, or of the one that has this UID or SeriesNumber."""
    first = {uid: next(iter(images.values()))[0] for uid, images in found.items()}
    listed = ", ".join(
        f"{image.get('SeriesNumber') or '-'} ({image.get('SeriesDescription') or 'no description'}, "
        f"{sum(map(len, found[uid].values()))} files, {uid})"
        for uid, image in sorted(first.items())
    )
    fitting = [
        uid for uid, image in first.items() if wanted in (None, uid, str(image.get("SeriesNumber", "")))
    ]
    if len(fitting) == 1:
        return fitting[0]
    several = f"holds {len(found)} series; take one with --series NUMBER or UID"
    none_of_them = f"--series {wanted} is {len(fitting)} of its series"
    raise InputError(f"{source}: {several if wanted is None else none_of_them}: {listed}")


def open_dicom(path: Path, **options: Any) -> Dataset:
    """Read a DICOM file, also one without preamble; InvalidDicomError, or of broken ones any, where not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd values in headers that the reader does not use
        with path.open("rb") as stream:
            start = stream.read(132)
        bare = start[128:] != b"DICM" and start[:2] in (b"\x02\0", b"\x08\0") and start[3:4] == b"\0"
        dataset = pydicom.dcmread(path, force=bare, **options)
        if bare and "TransferSyntaxUID" not in dataset.file_meta:
            implicit, little = dataset.original_encoding
            explicit = ExplicitVRLittleEndian if little else ExplicitVRBigEndian
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
        return dataset


def _read_image(path: Path) -> Dataset | None:
    """Read one file; None if it is no DICOM, or DICOM but no image."""
    try:
        dataset = open_dicom(path)
    except InvalidDicomError as error:
        if path.suffix.lower() in (".dcm", ".ima"):
            raise InputError(f"{path}: is no DICOM file") from error
        return None
    except Exception as error:  # broken files raise EOFError, struct.error, KeyError, zlib.error, ...
        raise InputError(f"{path}: broken DICOM file ({str(error) or type(error).__name__})") from error
    return dataset if "Rows" in dataset or "PixelData" in dataset else None


def check_files(paths: list[Path], series: Series) -> dict[str, str]:
    """Give the SOPInstanceUID of each file, by name; all must be DICOM, of this series, and differ."""
    instances: dict[str, str] = {}
    tags = ["SeriesInstanceUID", "SOPInstanceUID"]
    for path in paths:
        try:
            header = open_dicom(path, stop_before_pixels=True, specific_tags=tags)
            uid, instance = str(header.SeriesInstanceUID), str(header.SOPInstanceUID)
        except Exception as error:  # broken files raise many kinds
            raise SeriesError(f"{path.name} is no DICOM file of a series") from error
        if uid != series.series_instance_uid:
            raise SeriesError(f"{path.name} belongs to another series ({uid})")
        if instance in instances.values():
            raise SeriesError(f"{path.name} repeats an instance of the series ({instance})")
        instances[path.name] = instance
    return instances


def check_count(count: int, series: Series) -> None:
    """Compare the number of files with the table."""
    listed = series.image_count
    if listed and count != listed:
        raise SeriesError(f"{count} files came, the series has {listed} by the table; renew it if it is old")


def stored_frames(dataset: Dataset) -> NDArray[Any]:
    """Decode all planes of one file: ndarray (plane, row, column) of the type that the file states."""
    from pydicom.pixels.utils import pixel_array

    where, shape = dataset.filename, (int(dataset.get("NumberOfFrames") or 1), dataset.Rows, dataset.Columns)
    syntax = dataset.file_meta.get("TransferSyntaxUID", pydicom.uid.UID("")).name
    with (
        unbroken(where, f"pixel data cannot be decoded, {syntax}"),
        warnings.catch_warnings(action="ignore"),
        _silent_decoders(),
    ):
        values: NDArray[Any] = pixel_array(dataset, raw=True)
    if values.size != np.prod(shape) or values.shape[-2:] != shape[1:]:
        raise InputError(f"{where}: pixel data are {values.shape}, not {' x '.join(map(str, shape))}")
    return values.reshape(shape)


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
