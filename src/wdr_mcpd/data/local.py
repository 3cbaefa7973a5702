"""`source: local`: a folder tree of DICOM files on disk, read only."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from pydicom.dataset import Dataset

from wdr_mcpd.data.choose import Record, record_of
from wdr_mcpd.data.dicom import by_series, check_count, check_files, open_dicom
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError, SeriesError
from wdr_mcpd.files import read_rows, write_rows

TAGS = [
    *("SeriesInstanceUID", "PatientID", "StudyDate", "Modality", "SeriesDescription", "Rows"),
    *("NumberOfFrames", "StudyInstanceUID", "ReferencedSeriesSequence", "SOPInstanceUID"),
    "ImagePositionPatient",
]
UID, FILE = "series_instance_uid", "file"
"""Columns of the index of a folder."""


def series_below(folder: Path, say: Callable[[str], object] = lambda line: None) -> dict[str, list[Dataset]]:
    """Give the headers of the images of each series below `folder`, by its UID; linked folders are left out.

    Copies of an image count once, which `say` is told.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")

    def refuse(error: OSError) -> None:
        raise InputError(f"{error.filename}: cannot be read ({error.strerror})") from error

    def headers() -> Iterator[Dataset]:
        for place, folders, files in os.walk(folder, onerror=refuse):
            folders.sort()
            yield from filter(None, (_header(Path(place) / name) for name in sorted(files)))

    found = by_series(headers())
    for uid, images in found.items():
        twice = sum(len(copies) - 1 for copies in images.values())
        if twice:
            paths = (Path(str(one.filename)) for copies in images.values() for one in copies)
            places = sorted({path.parent.relative_to(folder).as_posix() for path in paths})
            say(f"series {uid}: {twice} images lie twice, in {', '.join(places)}; counted once")
    return {uid: [copies[0] for copies in images.values()] for uid, images in found.items()}


def local_records(
    folder: Path, collection: str, say: Callable[[str], object] = lambda line: None
) -> list[Record]:
    """List the series of images below `folder`; headers alone are read. `say` as for `series_below`."""
    records = [_record(collection, images) for images in series_below(folder, say).values()]
    if not records:
        raise InputError(f"{folder}: holds no DICOM image")
    return records


def _record(collection: str, images: list[Dataset]) -> Record:
    header = images[0]
    positions = Counter(str(image.get("ImagePositionPatient", image.filename)) for image in images)
    referenced = header.get("ReferencedSeriesSequence") or []
    return record_of(
        header,
        collection=collection,
        image_count=sum(map(frames, images)),
        bytes=sum(Path(str(image.filename)).stat().st_size for image in images),
        licence="",
        segmented_series=tuple(str(item.get("SeriesInstanceUID", "")) for item in referenced),
        per_position=max(positions.values()),
    )


def frames(header: Dataset) -> int:
    """Images in one file."""
    return int(header.get("NumberOfFrames") or 1)


def link_series(series: Series, folder: Path, data_folder: Path | None, index: Path | None) -> dict[str, str]:
    """Link the files of one series into `folder`, as 1-01.dcm, 1-02.dcm, ...; give the instance of each.

    The tree `data_folder` is searched, unless there is the `index` that `local_index` wrote.
    """
    if data_folder is None:
        raise InputError("source local needs --data-folder, the tree of DICOM files")
    uid = series.series_instance_uid
    if index is None:
        sources = [Path(str(image.filename)) for image in series_below(data_folder).get(uid, [])]
    else:
        columns, rows = read_rows(index)
        if columns != [UID, FILE]:
            raise InputError(f"{index}: is no index of a folder (delete it to list the folder again)")
        sources = [data_folder / row[FILE] for row in rows if row[UID] == uid]
    if not sources:
        raise SeriesError(f"{data_folder} has no series {uid}")
    digits = max(2, len(str(len(sources))))
    links = [folder / f"1-{number:0{digits}}.dcm" for number in range(1, len(sources) + 1)]
    for link, source in zip(links, sources, strict=True):
        link.symlink_to(source.resolve())
    try:
        images = sum(frames(header) for link in links if (header := _header(link)) is not None)
        check_count(images, series)
        return check_files(links, series)
    except (InputError, OSError) as error:
        hint = "; is the index out of date?" if index is not None else ""
        raise SeriesError(f"{data_folder}: {error}{hint}") from error


def _header(path: Path) -> Dataset | None:
    """Read the header of a DICOM image; None for anything else."""
    try:
        header = open_dicom(path, stop_before_pixels=True, specific_tags=TAGS)
        return header if "Rows" in header and "SeriesInstanceUID" in header else None
    except Exception:  # no DICOM file, unreadable, or a broken header, of which pydicom raises many kinds
        return None


def local_index(*, out: Path, data_folder: str) -> None:
    """Step: list which file of the tree is of which series, once."""
    folder = Path(data_folder)
    rows = [
        {UID: uid, FILE: Path(str(image.filename)).relative_to(folder).as_posix()}
        for uid, images in series_below(folder).items()
        for image in images
    ]
    if not rows:
        raise InputError(f"{folder}: holds no DICOM image")
    write_rows(out, rows, (UID, FILE))
