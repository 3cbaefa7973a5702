"""NRRD: every field that changes voxels, their order, scaling or place is honoured or refused by name."""

import bz2
import gzip
from pathlib import Path

import nrrd
import numpy as np
import pytest

from wdr_mcpd.data import read_volume, write_volume
from wdr_mcpd.data.volume import Pick
from wdr_mcpd.errors import InputError

VALUES = np.arange(-30, 90, dtype="<i2").reshape(4, 5, 6)
RAW = VALUES.tobytes()
PLACED = "space directions: (0.5,0,0) (0,0.25,0) (0,0,3)\nspace origin: (10,20,30)\n"


def put(path: Path, fields: str, data: bytes = RAW, sizes: str = "6 5 4") -> Path:
    """Write a NRRD of int16 by hand."""
    head = f"NRRD0004\ntype: short\ndimension: {len(sizes.split())}\nsizes: {sizes}\nendian: little\n"
    path.write_bytes(f"{head}{fields}\n".encode() + data)
    return path


TEXT = " ".join(map(str, VALUES.ravel())).encode()
ENCODINGS = {
    "raw": ("encoding: raw\n", RAW),
    "gzip": ("encoding: gzip\n", gzip.compress(RAW)),
    "gz": ("encoding: gz\n", gzip.compress(RAW)),
    "bzip2": ("encoding: bzip2\n", bz2.compress(RAW)),
    "ascii": ("encoding: ascii\n", TEXT),
    "text": ("encoding: text\n", TEXT.replace(b" ", b"\n")),
    "hex": ("encoding: hex\n", RAW.hex().encode()),
    "line skip": ("encoding: raw\nline skip: 2\n", b"one\ntwo\n" + RAW),
    "line skip, ascii": ("encoding: ascii\nline skip: 1\n", b"one\n" + TEXT),
    "byte skip": ("encoding: raw\nbyte skip: 5\n", b"12345" + RAW),
    "byteskip": ("encoding: raw\nbyteskip: 5\n", b"12345" + RAW),
    "Byte Skip": ("encoding: raw\nByte Skip: 5\n", b"12345" + RAW),
    "from the end": ("encoding: raw\nbyte skip: -1\n", b"any number" + RAW),
    "both skips": ("encoding: raw\nline skip: 1\nbyte skip: 3\n", b"one\n123" + RAW),
    "skip what is packed": ("encoding: gzip\nbyte skip: 3\n", gzip.compress(b"123" + RAW)),
    "lines before the packed": ("encoding: gzip\nline skip: 1\n", b"one\n" + gzip.compress(RAW)),
    "skip what bzip2 packed": ("encoding: bzip2\nbyte skip: 3\n", bz2.compress(b"123" + RAW)),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_voxels_of_every_encoding_and_skip(tmp_path: Path, case: str) -> None:
    path = put(tmp_path / "v.nrrd", *ENCODINGS[case])
    np.testing.assert_array_equal(read_volume(path).voxels, VALUES)


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("encoding: raw\nline skip: -1\n", "line skip -1"),
        ("encoding: raw\nbyte skip: -2\n", "byte skip -2"),
        ("encoding: gzip\nbyte skip: -1\n", "byte skip -1"),
        ("encoding: zrl\n", "encoding zrl"),
        ("encoding: raw\nbyte skip: 1\n", "holds 239 of 240 bytes"),
        ("encoding: raw\nspacings: 0.5 0.5 nan\n", "its spacings"),
        ("encoding: raw\nspacings: 0.5 0 1\n", "its spacings"),
        ("encoding: raw\nspacings: 1 1 -3\n", "its spacings"),
        ("encoding: raw\nspacings: 1 1 1\nunits: \"mm\" \"mm\" \"s\"\n", "units"),
        ("encoding: raw\nspacings: 1 1 1\nunits: \"parsec\" \"parsec\" \"parsec\"\n", "units"),
        ("encoding: raw\nkinds: vector domain domain\n", "has 2 axes of space"),
        ("encoding: raw\nspace: scanner-xyz\n" + PLACED, "space scanner-xyz is not known"),
        ("encoding: raw\nspace: 3D-left-handed\n" + PLACED, "space 3D-left-handed is not known"),
        ("encoding: raw\nspace: right-up\n" + PLACED, "space right-up is not known"),
        ("encoding: raw\ndata file: /etc/hostname\n", "is not one file beside it"),
        ("encoding: raw\ndata file: ../v.raw\n", "is not one file beside it"),
        ("encoding: raw\ndata file: v%03d.raw 1 4 1\n", "is not one file beside it"),
        ("encoding: raw\ndata file: LIST\n", "is not one file beside it"),
        ("encoding: raw\ndata file: none.raw\n", "cannot be read"),
    ],
)  # fmt: skip
def test_refused_by_name(tmp_path: Path, case: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_volume(put(tmp_path / "v.nrrd", case))


@pytest.mark.parametrize(
    ("space", "signs"),
    [
        ("left-posterior-superior", (-1, -1, 1)),
        ("LPS", (-1, -1, 1)),
        ("right-anterior-superior", (1, 1, 1)),
        ("RAS", (1, 1, 1)),
        ("ras", (1, 1, 1)),
        ("left-anterior-superior", (-1, 1, 1)),
        ("LAS", (-1, 1, 1)),
        ("Left-Anterior-Superior", (-1, 1, 1)),
    ],
)
def test_spaces_by_any_of_their_names(tmp_path: Path, space: str, signs: tuple[int, int, int]) -> None:
    read = read_volume(put(tmp_path / "v.nrrd", f"encoding: raw\nspace: {space}\n{PLACED}"))
    expected = np.array([[0.5, 0, 0, 10], [0, 0.25, 0, 20], [0, 0, 3, 30], [0, 0, 0, 1]])
    np.testing.assert_allclose(read.affine, np.diag([*signs, 1]) @ expected)
    assert read.codes == (1, 1)


def test_a_space_without_a_name_is_not_the_patient(tmp_path: Path) -> None:
    read = read_volume(put(tmp_path / "v.nrrd", f"encoding: raw\nspace dimension: 3\n{PLACED}"))
    assert (read.codes, read.spacing) == ((0, 0), (3, 0.25, 0.5))


def test_spacings_mins_and_units(tmp_path: Path) -> None:
    fields = 'encoding: raw\nspacings: 0.5 0.6 3\naxis mins: 1 2 3\nunits: "um" "um" "um"\n'
    read = read_volume(put(tmp_path / "v.nrrd", fields))
    assert (read.spacing, read.origin, read.unit) == ((3, 0.6, 0.5), (1, 2, 3), "micron")


@pytest.mark.parametrize(
    ("sizes", "order"), [("6 5 4 1", "d d d none"), ("1 6 5 4", "none d d d"), ("6 1 5 4", "d none d d")]
)
def test_axes_of_length_1(tmp_path: Path, sizes: str, order: str) -> None:
    steps = iter(["(0.5,0,0)", "(0,0.25,0)", "(0,0,3)"])
    directions = " ".join(next(steps) if axis == "d" else "none" for axis in order.split())
    fields = f"encoding: raw\nspace: RAS\nspace directions: {directions}\nspace origin: (10,20,30)\n"
    read = read_volume(put(tmp_path / "v.nrrd", fields, sizes=sizes))
    np.testing.assert_array_equal(read.voxels, VALUES)
    assert read.spacing == (3, 0.25, 0.5)


def test_one_of_several_volumes_along_any_axis(tmp_path: Path) -> None:
    kinds = "encoding: raw\nkinds: list domain domain domain\n"
    both = np.stack([VALUES, VALUES + 1], -1)
    path = put(tmp_path / "v.nrrd", kinds, both.tobytes(), "2 6 5 4")
    with pytest.raises(
        InputError, match=r"holds 2 volumes \(axis of kind list\); take one with --volume 1 to 2"
    ):
        read_volume(path)
    np.testing.assert_array_equal(read_volume(path, Pick(volume=2)).voxels, VALUES + 1)


def test_detached(tmp_path: Path) -> None:
    (tmp_path / "the data.raw").write_bytes(b"xx" + RAW)
    path = put(tmp_path / "v.nhdr", "encoding: raw\nbyte skip: 2\ndata file: the data.raw\n", b"")
    np.testing.assert_array_equal(read_volume(path).voxels, VALUES)


def test_the_range_before_quantisation_is_a_scaling(tmp_path: Path) -> None:
    path = put(tmp_path / "v.nrrd", "encoding: raw\nold min: -100\nold max: 555.35\n")
    read = read_volume(path)
    np.testing.assert_allclose(read.scaling.real(np.array([[[-32768, 32767]]])).ravel(), [-100, 555.35])
    write_volume(tmp_path / "out.nrrd", read)
    again = read_volume(tmp_path / "out.nrrd").scaling
    np.testing.assert_allclose([again.slope, again.intercept], [read.scaling.slope, read.scaling.intercept])


def test_like_keeps_space_units_labels_and_keys(tmp_path: Path) -> None:
    fields = f'encoding: raw\nspace: RAS\n{PLACED}kinds: space space space\nspace units: "um" "um" "um"\n'
    fields += 'content: a brain\nlabels: "x" "y" "z"\nscanner:=the big one\n'
    source = put(tmp_path / "v.nrrd", fields)
    volume = read_volume(source)
    assert write_volume(tmp_path / "out.nrrd", volume, source) == []
    data, header = nrrd.read(str(tmp_path / "out.nrrd"), index_order="C")
    old = nrrd.read_header(str(source))
    np.testing.assert_array_equal(data, VALUES)
    for field in ("space units", "content", "labels", "kinds", "scanner"):
        assert header[field] == old[field]
    for field in ("space directions", "space origin"):
        np.testing.assert_array_equal(header[field], old[field])
    assert header["space"].lower() in ("ras", "right-anterior-superior")
