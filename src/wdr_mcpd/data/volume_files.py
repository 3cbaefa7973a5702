"""Volumes from wherever they lie, and to files: which reader takes what."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.data.nifti import read_nifti, write_nifti
from wdr_mcpd.data.nrrd import read_nrrd, write_nrrd
from wdr_mcpd.data.volume import ANY, Pick, Scaling, Volume, check_shape
from wdr_mcpd.errors import InputError, unbroken
from wdr_mcpd.files import whole_file

T = TypeVar("T")

VOLUME = "volume"
"""Name, without its suffix, of the file in the folder of an exam that is no DICOM series."""


def read_volume(path: Path | str, pick: Pick = ANY) -> Volume:
    """Read the stored values of a volume of integers of at most 16 bits.

    Parameters
    ----------
    path : a folder with one DICOM series, or with a file `volume` of any readable kind and perhaps
        `mask.nrrd`; a NumPy, NRRD, NIfTI, Analyze, MGH or MetaImage file; or one DICOM file
    pick : which of several series or volumes
    """
    path = Path(path)
    with _readable(path):
        if path.is_dir() and (file := volume_file(path)) is not None:
            from wdr_mcpd.data.masks import read_mask

            volume = read_volume_file(file, pick)
            mask = read_mask(path, volume)
            return volume if mask is None else replace(volume, mask=mask)
        if not path.is_dir() and not _is_dicom(path):
            return read_volume_file(path, pick)
        from wdr_mcpd.data.dicom import read_series

        return read_series(path, pick)


def volume_file(folder: Path) -> Path | None:
    """Find the file `volume` of an exam; None where the folder holds a DICOM series."""
    return next((file for file in sorted(folder.glob(f"{VOLUME}.*")) if suffix_of(file)), None)


def _is_dicom(path: Path) -> bool:
    """Tell by the name, or by the letters DICM where the name says nothing."""
    if suffix_of(path) or not path.is_file():
        return False
    with path.open("rb") as stream:
        return path.suffix.lower() in (".dcm", ".ima") or stream.read(132)[128:] == b"DICM"


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say in one line that a volume cannot be read, whatever the system says of it."""
    try:
        yield
    except (OSError, MemoryError) as error:
        raise InputError(f"{path}: cannot be read ({_cause(error)})") from error


def read_volume_file(path: Path, pick: Pick = ANY) -> Volume:
    """Read the stored values of a file: NumPy arrays are (slice, row, column), in others columns go first."""
    with _readable(path):
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        if not path.is_file():  # a pipe or a device would be read for ever
            raise InputError(f"{path}: is neither a file nor a folder")
        return _by_suffix(path, READERS, ".dcm", "a folder of DICOM files")(path, pick)


def write_volume(path: Path | str, volume: Volume, like: Path | None = None) -> list[str]:
    """Write a volume as `.npy` (voxels alone), `.nrrd`, `.nii` or `.nii.gz`; give what could not be kept.

    The header of `like`, a file of the same kind, is copied as far as it still holds.
    """
    path = Path(path)
    writer = _by_suffix(path, WRITERS)
    try:
        with whole_file(path) as draft:
            return writer(draft, volume, like)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({_cause(error)})") from error


def check_writable_suffix(path: Path) -> None:
    """Refuse a name that `write_volume` could not write, before any work is done."""
    _by_suffix(path, WRITERS)


def suffix_of(path: Path) -> str:
    """Suffix of a volume file that can be read, as `.nii.gz`; empty for any other."""
    return next((suffix for suffix in READERS if path.name.lower().endswith(suffix)), "")


def _by_suffix(path: Path, choices: dict[str, T], *further: str) -> T:
    for suffix, choice in choices.items():
        if path.name.lower().endswith(suffix) and len(path.name) > len(suffix):
            return choice
    *kinds, last = (*choices, *further)
    raise InputError(f"{path}: unknown kind of file; give {', '.join(kinds)} or {last}")


def _cause(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _read_npy(path: Path, pick: Pick) -> Volume:
    # A shape beyond any size overflows.
    with unbroken(path, "not a whole .npy file"), np.errstate(over="ignore"):
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(mapped, np.ndarray):
        raise InputError(f"{path}: not a .npy file")
    check_shape(mapped.shape, path)
    voxels, scaling, notes = pick.stored(np.array(mapped), path)
    return Volume(voxels, scaling=scaling, notes=notes)


def _read_metaimage(path: Path, pick: Pick) -> Volume:
    """Read the stored values of a file `.mha` or `.mhd` by SimpleITK, where it is installed."""
    try:
        import SimpleITK
    except ImportError as error:
        raise InputError(f"{path}: MetaImage needs SimpleITK: pip install wdr-mcpd[metaimage]") from error
    try:
        reader = SimpleITK.ImageFileReader()
        reader.SetFileName(str(path))
        reader.ReadImageInformation()
        check_shape(reader.GetSize()[::-1], path)
        image = reader.Execute()
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1]
        raise InputError(f"{path}: not a whole MetaImage file ({reason})") from error
    array = SimpleITK.GetArrayFromImage(image)
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(f"{path}: is a colour or vector image; a volume has one value per voxel")
    voxels, scaling, notes = pick.stored(array, path)
    return Volume(
        voxels,
        image.GetSpacing()[::-1],
        None,
        image.GetOrigin(),
        np.reshape(image.GetDirection(), (3, 3)).T[::-1],
        codes=(1, 1),
        scaling=scaling,
        notes=notes,
    )


def _write_npy(path: Path, volume: Volume, like: Path | None) -> list[str]:
    np.save(path, volume.voxels, allow_pickle=False)
    lost = any(volume.codes) or volume.scaling != Scaling()
    return ["a .npy file keeps the voxels alone, not where they lie or how they are scaled"] if lost else []


READERS: dict[str, Callable[[Path, Pick], Volume]] = {
    ".npy": _read_npy,
    ".npz": lambda path, pick: read_exam(path).volume,  # as the workflow cuts them
    **dict.fromkeys((".nrrd", ".nhdr"), read_nrrd),
    **dict.fromkeys((".nii", ".nii.gz", ".hdr", ".img", ".mgz", ".mgh"), read_nifti),
    **dict.fromkeys((".mha", ".mhd"), _read_metaimage),
}
WRITERS: dict[str, Callable[[Path, Volume, Path | None], list[str]]] = {
    ".npy": _write_npy,
    ".nrrd": write_nrrd,
    ".nii": write_nifti,
    ".nii.gz": write_nifti,
}
