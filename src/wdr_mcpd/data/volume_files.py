"""Volumes from and to files: NumPy, NRRD and NIfTI."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.data.exam import read_exam
from wdr_mcpd.data.volume import Volume, as_stored_values, check_shape
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

T = TypeVar("T")

READABLE = "a folder of DICOM files, .npy, .nrrd, .nii or .nii.gz"
WRITABLE = ".npy, .nrrd or .nii.gz"
PATIENT_RAS = np.diag([-1.0, -1.0, 1.0])
"""NIfTI counts to the right and to the front, DICOM and NRRD here to the left and to the back."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say in one line that a volume cannot be read, whatever the system says of it."""
    try:
        yield
    except (OSError, MemoryError) as error:
        raise InputError(f"{path}: cannot be read ({_cause(error)})") from error


def read_volume_file(path: Path) -> Volume:
    """Read the stored values of a file `.npy`, `.nrrd`, `.nii` or `.nii.gz`.

    A NumPy array is (slice, row, column); NRRD and NIfTI list their fastest axis first, which is the column.

    Raises
    ------
    InputError
        The file is missing or unreadable, or what it holds is no volume of at most 16-bit integers.
    """
    with readable(path):
        if not path.exists():
            raise InputError(f"{path}: no such file or folder")
        if not path.is_file():  # a pipe or a device would be read for ever
            raise InputError(f"{path}: is neither a file nor a folder")
        return _reader(path)(path)


def write_volume(path: Path | str, volume: Volume) -> None:
    """Write a volume as `.npy` (voxels alone), `.nrrd` or `.nii.gz`; the bytes depend on the volume alone.

    Raises
    ------
    InputError
        Another suffix, or a place that cannot be written.
    """
    path = Path(path)
    writer = _by_suffix(path, {".npy": _write_npy, ".nrrd": _write_nrrd, ".nii.gz": _write_nifti}, WRITABLE)
    try:
        with whole_file(path) as draft:
            writer(draft, volume)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({_cause(error)})") from error


def check_writable_suffix(path: Path) -> None:
    """Refuse a name that `write_volume` could not write, before any work is done."""
    _by_suffix(path, dict.fromkeys((".npy", ".nrrd", ".nii.gz")), WRITABLE)


def _by_suffix(path: Path, choices: dict[str, T], allowed: str) -> T:
    for suffix, choice in choices.items():
        if path.name.lower().endswith(suffix) and len(path.name) > len(suffix):
            return choice
    raise InputError(f"{path}: unknown kind of file; give {allowed}")


def _reader(path: Path) -> Callable[[Path], Volume]:
    readers = {
        ".npy": _read_npy,
        ".nrrd": _read_nrrd,
        ".nii": _read_nifti,
        ".nii.gz": _read_nifti,
        ".npz": _read_window,
    }
    return _by_suffix(path, readers, READABLE)


def _cause(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _read_window(path: Path) -> Volume:
    """Read the slices that `wdr-mcpd volume` cut out, as the workflow's rules give them to every command."""
    return read_exam(path).volume


def _read_npy(path: Path) -> Volume:
    try:
        with np.errstate(over="ignore"):  # a shape beyond any size overflows before it is refused
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception as error:  # NumPy lets many kinds through, also those of the tokenizer
        raise InputError(f"{path}: not a whole .npy file ({error})") from error
    if not isinstance(mapped, np.ndarray):
        raise InputError(f"{path}: not a .npy file")
    check_shape(mapped.shape, path)
    return Volume(as_stored_values(np.array(mapped), path))


def _write_npy(path: Path, volume: Volume) -> None:
    np.save(path, volume.voxels, allow_pickle=False)


def _read_nrrd(path: Path) -> Volume:
    import nrrd

    try:
        with path.open("rb") as stream:
            header = nrrd.read_header(stream)
            shape = tuple(int(n) for n in header["sizes"])[::-1]
            check_shape(shape, path)
            voxels = _nrrd_data(header, shape, stream.read(), path)
        geometry = _nrrd_geometry(header)
    except InputError:
        raise
    except Exception as error:  # pynrrd lets many kinds through
        raise InputError(f"{path}: not a whole NRRD file ({_cause(error)})") from error
    return Volume(as_stored_values(voxels, path), **geometry)


NRRD_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "f4": ("float",),
    "f8": ("double",),
}


def _nrrd_data(header: dict[str, Any], shape: tuple[int, ...], data: bytes, path: Path) -> NDArray[Any]:
    """Decode the data of an attached NRRD, never to more bytes than its header announces."""
    if "data file" in header or "datafile" in header:
        raise InputError(f"{path}: keeps its data in another file; attach the data (one .nrrd)")
    kind = next((code for code, names in NRRD_TYPES.items() if header["type"] in names), None)
    if kind is None:
        raise InputError(f"{path}: elements are {header['type']}; a volume holds integers of at most 16 bits")
    dtype = np.dtype(kind).newbyteorder(">" if header.get("endian") == "big" else "<")
    size = int(np.prod(shape)) * dtype.itemsize
    if header["encoding"] in ("gzip", "gz"):
        decoder = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        data = decoder.decompress(data, size)
    elif header["encoding"] != "raw":
        raise InputError(f"{path}: encoding {header['encoding']}; give raw or gzip")
    if len(data) < size:
        raise InputError(f"{path}: holds {len(data)} of {size} bytes; the file is cut short")
    return np.frombuffer(data, dtype, count=int(np.prod(shape))).reshape(shape)


def _nrrd_geometry(header: dict[str, Any]) -> dict[str, Any]:
    """Spacing, origin and direction in (left, posterior, superior); defaults where the header has none."""
    geometry: dict[str, Any] = {}
    if "space directions" in header:
        steps = np.asarray(header["space directions"], float)[::-1]
        spacing = np.linalg.norm(steps, axis=1)
        if steps.shape != (3, 3) or not np.isfinite(steps).all() or (spacing == 0).any():
            raise ValueError("its space directions are no three axes")
        to_patient = PATIENT_RAS if header.get("space") in ("right-anterior-superior", "RAS") else np.eye(3)
        geometry["spacing"] = tuple(spacing.tolist())
        geometry["direction"] = steps / spacing[:, None] @ to_patient
        origin = np.asarray(header.get("space origin", np.zeros(3)), float) @ to_patient
        geometry["origin"] = tuple(origin.tolist())
    elif "spacings" in header:
        geometry["spacing"] = tuple(float(n) for n in header["spacings"][::-1])
    return geometry


def _write_nrrd(path: Path, volume: Volume) -> None:
    steps = volume.direction * np.asarray(volume.spacing)[:, None]
    vectors = [f"({','.join(repr(float(x)) for x in row)})" for row in (*steps[::-1], volume.origin)]
    kinds = {"int8": "int8", "uint8": "uint8", "int16": "int16", "uint16": "uint16"}
    header = [
        "NRRD0004",
        f"type: {kinds[volume.voxels.dtype.name]}",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {' '.join(str(n) for n in volume.voxels.shape[::-1])}",
        f"space directions: {' '.join(vectors[:3])}",
        "kinds: domain domain domain",
        "endian: little",
        "encoding: gzip",
        f"space origin: {vectors[3]}",
    ]
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    data = volume.voxels.astype(volume.voxels.dtype.newbyteorder("<")).tobytes()
    path.write_bytes("\n".join(header).encode() + b"\n\n" + packer.compress(data) + packer.flush())


def _read_nifti(path: Path) -> Volume:
    import nibabel

    try:
        image: Any = nibabel.load(path)
        shape = tuple(int(n) for n in image.shape)
        while len(shape) > 3 and shape[-1] == 1:
            shape = shape[:-1]
        check_shape(shape[::-1], path)
        stored = np.asarray(image.dataobj.get_unscaled()).reshape(shape, order="F")
        affine = np.asarray(image.affine, np.float64)
    except InputError:
        raise
    except Exception as error:  # nibabel lets zlib, struct, header and value errors through
        raise InputError(f"{path}: not a whole NIfTI file ({_cause(error)})") from error
    steps = (PATIENT_RAS @ affine[:3, :3]).T[::-1]
    spacing = np.linalg.norm(steps, axis=1)
    if not np.isfinite(affine).all() or (spacing == 0).any():
        raise InputError(f"{path}: its affine is no geometry of three axes")
    return Volume(
        as_stored_values(stored.T, path),
        spacing=(float(spacing[0]), float(spacing[1]), float(spacing[2])),
        origin=tuple((PATIENT_RAS @ affine[:3, 3]).tolist()),
        direction=steps / spacing[:, None],
    )


def _write_nifti(path: Path, volume: Volume) -> None:
    import gzip

    import nibabel

    affine = np.eye(4)
    affine[:3, :3] = PATIENT_RAS @ (volume.direction * np.asarray(volume.spacing)[:, None])[::-1].T
    affine[:3, 3] = PATIENT_RAS @ np.asarray(volume.origin)
    image = nibabel.Nifti1Image(  # type: ignore[no-untyped-call]
        volume.voxels.T, affine, dtype=volume.voxels.dtype
    )
    with path.open("wb") as stream, gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as packed:
        packed.write(image.to_bytes())
