"""`source: files`: the volume file of one exam, from a folder or by its address, verified by its checksum."""

from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from wdr_mcpd.data.http import download
from wdr_mcpd.data.http_client import Progress
from wdr_mcpd.data.http_limits import Limits
from wdr_mcpd.data.manifest import checksum_of
from wdr_mcpd.data.reading import VOLUME
from wdr_mcpd.data.series import Series, is_address
from wdr_mcpd.data.volume_files import suffix_of
from wdr_mcpd.errors import InputError, SeriesError


def bring_file(
    series: Series, folder: Path, data_folder: Path | None, limits: Limits, progress: Progress
) -> None:
    """Put the file of one exam into the existing `folder`, as `volume` with its suffix.

    A local file is linked. With a data folder an address is not asked: the file of the longest
    tail of its path that lies below the folder is taken.
    """
    suffix = suffix_of(Path(PurePosixPath(urlsplit(series.file).path).name))
    if not suffix:
        raise InputError(f"{series.file} is no kind of volume file that can be read")
    target = folder / f"{VOLUME}{suffix}"
    if data_folder is None and is_address(series.file):
        checksum, size = series.checksum, series.bytes
        download(series.file, target, checksum=checksum, size=size, limits=limits, progress=progress)
        return
    source = find_file(series, data_folder)
    if source is None:
        raise SeriesError(f"{series.file} is not in {'data_folder' if data_folder else 'this folder'}")
    kind = series.checksum.partition(":")[0]
    if kind and checksum_of(source, kind) != series.checksum:
        raise SeriesError(f"{series.file}: the file is another than the table says ({kind} differs)")
    target.symlink_to(source.resolve())


def find_file(series: Series, data_folder: Path | None) -> Path | None:
    """Find the file of a row on disk; None where it is missing."""
    if not is_address(series.file):
        path = (data_folder or Path()) / series.file
        return path if path.is_file() else None
    parts = PurePosixPath(unquote(urlsplit(series.file).path)).parts[1:]
    tails = (Path(data_folder or ".", *parts[k:]) for k in range(len(parts)))
    return next((tail for tail in tails if tail.is_file()), None)
