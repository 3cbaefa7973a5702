"""Kinds of broken volume files: name of the file and its bytes, or a function that makes it."""

import gzip
import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from numpy.typing import NDArray

Make = Callable[[Path], object]
RAMP = np.arange(5 * 6 * 8, dtype=np.int16).reshape(5, 6, 8)


def npy(array: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def npy_of_shape(shape: str, kind: str = "<i2") -> bytes:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + b"\0" * 64


def nrrd(*fields: str, data: bytes = RAMP.tobytes()) -> bytes:
    return "\n".join(["NRRD0004", "dimension: 3", *fields]).encode() + b"\n\n" + data


def nii(array: NDArray[Any]) -> bytes:
    return nibabel.Nifti1Image(array, np.eye(4)).to_bytes()


def nii_patched(offset: int, form: str, *values: float) -> bytes:
    data = bytearray(nii(RAMP))
    struct.pack_into(form, data, offset, *values)
    return bytes(data)


def zip_of(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return buffer.getvalue()


SIZES, TYPE, RAW = "sizes: 8 6 5", "type: int16", "encoding: raw"
COLOURS = np.zeros((5, 6, 8), dtype=[("R", "u1"), ("G", "u1"), ("B", "u1")])
NAN = np.full((2, 3, 4), np.nan)

FILES: dict[str, tuple[str, bytes]] = {
    "empty .npy": ("v.npy", b""),
    "text named .npy": ("v.npy", b"1 2 3\n"),
    "cut .npy": ("v.npy", npy(RAMP)[:-10]),
    ".npy cut inside its header": ("v.npy", npy(RAMP)[:40]),
    ".npy of an unknown version": ("v.npy", b"\x93NUMPY\x09\x00" + npy(RAMP)[8:]),
    ".npy of objects": ("v.npy", npy(np.array([[[None, {}]]], dtype=object))),
    ".npy of texts": ("v.npy", npy(np.array([[["a", "b"]]]))),
    ".npy of complex numbers": ("v.npy", npy(RAMP + 1j)),
    ".npy of records": ("v.npy", npy(COLOURS)),
    ".npy of dates": ("v.npy", npy(RAMP.astype("datetime64[s]"))),
    "one axis": ("v.npy", npy(RAMP.ravel())),
    "two axes": ("v.npy", npy(RAMP[0])),
    "four axes": ("v.npy", npy(RAMP[None])),
    "no axis": ("v.npy", npy(np.int16(3))),
    "no slices": ("v.npy", npy(RAMP[:0])),
    "no columns": ("v.npy", npy(RAMP[:, :, :0])),
    "NaN": ("v.npy", npy(NAN)),
    "infinity": ("v.npy", npy(np.full((2, 3, 4), np.inf))),
    "fractions": ("v.npy", npy(RAMP + 0.5)),
    "values beyond 16 bits": ("v.npy", npy(RAMP.astype(np.int32) + 70_000)),
    "values from -1 to 65535": ("v.npy", npy(np.array([[[-1, 65535]]]))),
    "a shape of 10^15 voxels": ("v.npy", npy_of_shape("(100000, 100000, 100000)")),
    "a shape beyond any number": ("v.npy", npy_of_shape(f"({10**30}, 5, 5)")),
    "a negative shape": ("v.npy", npy_of_shape("(-5, 6, 8)")),
    "a shape that is code": ("v.npy", npy_of_shape("(__import__('os').getpid(), 1, 1)")),
    "empty .nrrd": ("v.nrrd", b""),
    "cut .nrrd": ("v.nrrd", nrrd(TYPE, SIZES, RAW, "endian: little", data=RAMP.tobytes()[:-9])),
    ".nrrd without sizes": ("v.nrrd", nrrd(TYPE, RAW)),
    ".nrrd with negative sizes": ("v.nrrd", nrrd(TYPE, "sizes: 8 -6 5", RAW)),
    ".nrrd of 10^15 voxels": ("v.nrrd", nrrd(TYPE, "sizes: 100000 100000 100000", RAW)),
    ".nrrd of two axes": ("v.nrrd", nrrd(TYPE, "sizes: 8 6", RAW).replace(b"dimension: 3", b"dimension: 2")),
    ".nrrd of an unknown type": ("v.nrrd", nrrd("type: quaternion", SIZES, RAW)),
    ".nrrd of an unknown encoding": ("v.nrrd", nrrd(TYPE, SIZES, "encoding: hex")),
    ".nrrd with its data elsewhere": ("v.nrrd", nrrd(TYPE, SIZES, RAW, "data file: ../../etc/passwd")),
    ".nrrd with broken gzip": (
        "v.nrrd",
        nrrd(TYPE, SIZES, "encoding: gzip", data=b"\x1f\x8b\x08" + b"\xff" * 99),
    ),
    ".nrrd with a flat geometry": (
        "v.nrrd",
        nrrd(TYPE, SIZES, RAW, "endian: little", "space: LPS", "space directions: (0,0,0) (0,1,0) (0,0,1)"),
    ),
    "empty .nii": ("v.nii", b""),
    "cut .nii": ("v.nii", nii(RAMP)[:-10]),
    ".nii cut inside its header": ("v.nii", nii(RAMP)[:100]),
    ".nii of four axes": ("v.nii", nii(np.zeros((5, 6, 8, 3), np.int16))),
    ".nii of NaN": ("v.nii", nii(NAN.astype(np.float32))),
    ".nii of colours": ("v.nii", nii(COLOURS)),
    ".nii of a flat geometry": ("v.nii", nii_patched(280, "<4f", 0, 0, 0, 0)),
    ".nii of an unknown type": ("v.nii", nii_patched(70, "<h", 999)),
    ".nii of negative sizes": ("v.nii", nii_patched(40, "<4h", 3, -5, 6, 8)),
    ".nii of 32767 x 32767 x 32767": ("v.nii", nii_patched(40, "<4h", 3, 32767, 32767, 32767)),
    ".nii whose data begin beyond its end": ("v.nii", nii_patched(108, "<f", 1e9)),
    "text named .nii.gz": ("v.nii.gz", b"no gzip\n"),
    "cut .nii.gz": ("v.nii.gz", gzip.compress(nii(RAMP), mtime=0)[:-30]),
    "empty .npz": ("v.npz", b""),
    ".npz of something else": ("v.npz", zip_of(other=npy(RAMP))),
    "cut .npz": ("v.npz", zip_of(voxels=npy(RAMP))[:-20]),
    ".npz of objects": ("v.npz", zip_of(voxels=npy(np.array([None], dtype=object)))),
    "unknown kind of file": ("v.tiff", b"II*\0"),
    "no suffix": ("volume", npy(RAMP)),
    "only a suffix": (".npy", npy(RAMP)),
    "a name with spaces, quotes and accents": ("a b'é\"漢.npy", b"x"),
    "a name with a line end": ("a\nb.npy", b"x"),
}

PLACES: dict[str, tuple[str, Make]] = {
    "nothing there": ("v.npy", lambda path: None),
    "a link to itself": ("v.npy", lambda path: path.symlink_to(path.name)),
    "a link to nothing": ("v.npy", lambda path: path.symlink_to("nothing.npy")),
    "a folder named .npy": ("v.npy", lambda path: path.mkdir()),
    "a pipe": ("v.npy", lambda path: os.mkfifo(path)),
    "a device": ("v.npy", lambda path: path.symlink_to("/dev/zero")),
    "a device named .nrrd": ("v.nrrd", lambda path: path.symlink_to("/dev/zero")),
    "a device named .nii": ("v.nii", lambda path: path.symlink_to("/dev/zero")),
    "below a file": ("v.npy/v.npy", lambda path: path.parent.write_bytes(b"")),
    "a name longer than any": (f"{'n' * 300}.npy", lambda path: None),
}
