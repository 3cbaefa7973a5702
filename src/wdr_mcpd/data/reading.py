"""A volume from wherever it lies: a DICOM folder or file, a volume file, or a folder that holds one."""

from dataclasses import replace
from pathlib import Path

from wdr_mcpd.data.volume import ANY, Pick, Volume
from wdr_mcpd.data.volume_files import read_volume_file, readable, suffix_of

VOLUME = "volume"
"""Name, without its suffix, of the file in the folder of an exam that is no DICOM series."""


def read_volume(path: Path | str, pick: Pick = ANY) -> Volume:
    """Read the stored values of a volume.

    Parameters
    ----------
    path : Path
        A folder with one DICOM series, or with a file `volume` of any readable kind and perhaps `mask.nrrd`;
        a file as `read_volume_file` takes it; or one DICOM file.
    pick : Pick
        Which of several series or volumes.

    Raises
    ------
    InputError
        The path is missing or unreadable, or what it holds is no volume of at most 16-bit integers.
    """
    path = Path(path)
    with readable(path):
        if path.is_dir() and (file := volume_file(path)) is not None:
            return _with_mask(read_volume_file(file, pick), path)
        if not path.is_dir() and not _is_dicom(path):
            return read_volume_file(path, pick)
        from wdr_mcpd.data.dicom import read_series

        return read_series(path, pick)


def volume_file(folder: Path) -> Path | None:
    """Find the file `volume` of an exam; None where the folder holds a DICOM series."""
    return next((file for file in sorted(folder.glob(f"{VOLUME}.*")) if suffix_of(file)), None)


def _with_mask(volume: Volume, folder: Path) -> Volume:
    from wdr_mcpd.data.masks import MASK_FILE, lay_on

    path = folder / MASK_FILE
    return replace(volume, mask=lay_on(read_volume_file(path), volume, path)) if path.exists() else volume


def _is_dicom(path: Path) -> bool:
    """Tell by the name, or by the letters DICM where the name says nothing."""
    if suffix_of(path) or not path.is_file():
        return False
    with path.open("rb") as stream:
        return path.suffix.lower() in (".dcm", ".ima") or stream.read(132)[128:] == b"DICM"
