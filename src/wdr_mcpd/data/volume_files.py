"""Volumes from and to files: NumPy, NRRD, NIfTI and their kin; which reader takes which name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.data.metaimage import read_metaimage
from wdr_mcpd.data.nifti import read_nifti, write_nifti
from wdr_mcpd.data.nrrd import read_nrrd, write_nrrd
from wdr_mcpd.data.volume import ANY, Pick, Scaling, Volume, check_shape
from wdr_mcpd.errors import InputError, unbroken
from wdr_mcpd.files import whole_file

T = TypeVar("T")

READABLE = (
    "a folder of DICOM files, .dcm, .npy, .nrrd, .nhdr, .nii(.gz), .hdr, .img, .mgz, .mgh, .mha or .mhd"
)
WRITABLE = ".npy, .nrrd, .nii or .nii.gz"


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say in one line that a volume cannot be read, whatever the system says of it."""
    try:
        yield
    except (OSError, MemoryError) as error:
        raise InputError(f"{path}: cannot be read ({_cause(error)})") from error


def read_volume_file(path: Path, pick: Pick = ANY) -> Volume:
    """Read the stored values of a file: NumPy, NRRD, NIfTI, Analyze, MGH or MetaImage.

    A NumPy array is (slice, row, column); the others list their fastest axis first, which is the column.
    """
    with readable(path):
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        if not path.is_file():  # a pipe or a device would be read for ever
            raise InputError(f"{path}: is neither a file nor a folder")
        return _by_suffix(path, READERS, READABLE)(path, pick)


def write_volume(path: Path | str, volume: Volume, like: Path | None = None) -> list[str]:
    """Write a volume as `.npy` (voxels alone), `.nrrd`, `.nii` or `.nii.gz`.

    Parameters
    ----------
    like : Path, optional
        File of the same kind whose header is copied as far as it still holds.

    Returns
    -------
    list of str
        What the file could not keep, one line each.

    Raises
    ------
    InputError
        Another suffix, or a place that cannot be written.
    """
    path = Path(path)
    writer = _by_suffix(path, WRITERS, WRITABLE)
    try:
        with whole_file(path) as draft:
            return writer(draft, volume, like)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({_cause(error)})") from error


def check_writable_suffix(path: Path) -> None:
    """Refuse a name that `write_volume` could not write, before any work is done."""
    _by_suffix(path, WRITERS, WRITABLE)


def suffix_of(path: Path) -> str:
    """Suffix of a volume file that can be read, as `.nii.gz`; empty for any other."""
    return next((suffix for suffix in READERS if path.name.lower().endswith(suffix)), "")


def _by_suffix(path: Path, choices: dict[str, T], allowed: str) -> T:
    for suffix, choice in choices.items():
        if path.name.lower().endswith(suffix) and len(path.name) > len(suffix):
            return choice
    raise InputError(f"{path}: unknown kind of file; give {allowed}")


def _cause(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _read_window(path: Path, pick: Pick) -> Volume:
    """Read the slices that the workflow cut out of an exam, as `results/volumes/EXAM.npz`."""
    return read_exam(path).volume


def _read_npy(path: Path, pick: Pick) -> Volume:
    with (
        unbroken(path, "not a whole .npy file"),
        np.errstate(over="ignore"),
    ):  # a shape beyond any size overflows
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    if not isinstance(mapped, np.ndarray):
        raise InputError(f"{path}: not a .npy file")
    check_shape(mapped.shape, path)
    voxels, scaling, notes = pick.stored(np.array(mapped), path)
    return Volume(voxels, scaling=scaling, notes=notes)


def _write_npy(path: Path, volume: Volume, like: Path | None) -> list[str]:
    np.save(path, volume.voxels, allow_pickle=False)
    lost = any(volume.codes) or volume.scaling != Scaling()
    return ["a .npy file keeps the voxels alone, not where they lie or how they are scaled"] if lost else []


READERS: dict[str, Callable[[Path, Pick], Volume]] = {
    ".npy": _read_npy,
    ".npz": _read_window,
    **dict.fromkeys((".nrrd", ".nhdr"), read_nrrd),
    **dict.fromkeys((".nii", ".nii.gz", ".hdr", ".img", ".mgz", ".mgh"), read_nifti),
    **dict.fromkeys((".mha", ".mhd"), read_metaimage),
}
WRITERS: dict[str, Callable[[Path, Volume, Path | None], list[str]]] = {
    ".npy": _write_npy,
    ".nrrd": write_nrrd,
    ".nii": write_nifti,
    ".nii.gz": write_nifti,
}
