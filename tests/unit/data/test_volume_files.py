import gzip
import struct
from pathlib import Path

import nibabel
import nrrd
import numpy as np
import pytest

from wdr_mcpd.data import Volume, read_volume, write_volume
from wdr_mcpd.data.volume import MAX_VOXELS
from wdr_mcpd.errors import InputError

OBLIQUE = np.array([[0.0, 0.6, 0.8], [0.0, 0.8, -0.6], [1.0, 0.0, 0.0]])


@pytest.mark.parametrize("suffix", [".npy", ".nrrd", ".nii", ".nii.gz"])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
def test_what_is_written_is_read(tmp_path: Path, suffix: str, dtype: str) -> None:
    info = np.iinfo(dtype)
    voxels = np.random.default_rng(0).integers(info.min, info.max, (3, 4, 5), dtype=dtype, endpoint=True)
    volume = Volume(voxels, (6.5, 0.78125, 0.5), None, (-99.5, 12.25, -78.0), OBLIQUE, codes=(1, 1))
    path = tmp_path / f"a folder/volume{suffix}"
    write_volume(path, volume)
    back = read_volume(path)
    assert back.voxels.dtype == dtype
    np.testing.assert_array_equal(back.voxels, voxels)
    if suffix != ".npy":
        np.testing.assert_allclose(back.spacing, volume.spacing, rtol=1e-5)
        np.testing.assert_allclose(back.origin, volume.origin, atol=1e-4)
        np.testing.assert_allclose(back.direction, OBLIQUE, atol=1e-5)


@pytest.mark.parametrize("suffix", [".npy", ".nrrd", ".nii.gz"])
def test_bytes_depend_on_the_volume_alone(tmp_path: Path, volume: Volume, suffix: str) -> None:
    write_volume(tmp_path / f"one{suffix}", volume)
    write_volume(tmp_path / f"two{suffix}", volume)
    assert (tmp_path / f"one{suffix}").read_bytes() == (tmp_path / f"two{suffix}").read_bytes()


def test_other_libraries_read_the_same_geometry(tmp_path: Path, volume: Volume) -> None:
    write_volume(tmp_path / "v.nrrd", volume)
    data, header = nrrd.read(str(tmp_path / "v.nrrd"), index_order="C")
    np.testing.assert_array_equal(data, volume.voxels)
    np.testing.assert_allclose(header["space directions"], np.diag([0.75, 0.5, 6.5]))
    write_volume(tmp_path / "v.nii.gz", volume)
    image = nibabel.load(tmp_path / "v.nii.gz")
    np.testing.assert_array_equal(np.asarray(image.dataobj).T, volume.voxels)
    np.testing.assert_allclose(image.affine @ [1, 1, 1, 1], [10 - 0.75, -4 - 0.5, 7.5 + 6.5, 1])


def test_nrrd_of_another_library_is_read(tmp_path: Path) -> None:
    data = np.arange(24, dtype=">i2").reshape(2, 3, 4)
    for encoding in ("raw", "gzip"):
        nrrd.write(
            str(tmp_path / "v.nrrd"), data, {"encoding": encoding, "spacings": [1, 2, 3]}, index_order="C"
        )
        back = read_volume(tmp_path / "v.nrrd")
        np.testing.assert_array_equal(back.voxels, data)
        assert back.spacing == (3, 2, 1)


def test_whole_numbers_in_wide_types_become_16_bit(tmp_path: Path) -> None:
    for values, expected in (([-5, 7], "int16"), ([0, 40000], "uint16")):
        for dtype in (np.int64, np.float32, ">i4"):
            np.save(tmp_path / "v.npy", np.array(values, dtype).reshape(1, 1, 2))
            back = read_volume(tmp_path / "v.npy").voxels
            assert back.dtype == expected
            assert back.ravel().tolist() == values


BAD_ARRAYS = {
    "NaN": np.full((1, 2, 2), np.nan),
    "infinite": np.full((1, 2, 2), np.inf, np.float32),
    "fractions": np.full((1, 2, 2), 0.5),
    "does not fit": np.full((1, 2, 2), 70000),
    "not fit 16": np.array([[[-1, 65535]]]),
    "2 axes": np.zeros((4, 4), np.int16),
    "4 axes": np.zeros((1, 2, 2, 2), np.int16),
    "0 axes": np.int16(3),
    "is empty": np.zeros((0, 4, 4), np.int16),
    "elements are complex128": np.zeros((1, 2, 2), complex),
    "elements are <U1": np.full((1, 2, 2), "a"),
    "elements are datetime64": np.zeros((1, 2, 2), "M8[s]"),
}


@pytest.mark.parametrize("message", BAD_ARRAYS)
def test_arrays_that_are_no_volume(tmp_path: Path, message: str) -> None:
    np.save(tmp_path / "v.npy", BAD_ARRAYS[message])
    with pytest.raises(InputError, match=message):
        read_volume(tmp_path / "v.npy")


def npy_header(shape: str, data: bytes = b"") -> bytes:
    text = f"{{'descr': '<i2', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


NRRD_HEAD = (
    "NRRD0004\ntype: {type}\ndimension: 3\nsizes: {sizes}\nendian: little\nencoding: {encoding}\n{more}\n"
)


def nrrd_file(
    data: bytes = b"", type: str = "short", sizes: str = "2 2 1", encoding: str = "raw", more: str = ""
) -> bytes:
    return NRRD_HEAD.format(type=type, sizes=sizes, encoding=encoding, more=more).encode() + data


def nifti(shape: tuple[int, ...], cut: int | None = None) -> bytes:
    return nibabel.Nifti1Image(np.ones(shape, np.int16), np.eye(4)).to_bytes()[:cut]


BROKEN = {
    "empty.npy": b"",
    "text.npy": b"hello",
    "pickle.npy": b"\x80\x04N.",
    "short.npy": npy_header("(2, 2, 2)", b"\0" * 15),
    "negative.npy": npy_header("(-1, 2, 2)", b"\0" * 16),
    "huge.npy": npy_header("(99999999, 99999999, 99999999)"),
    "over_limit.npy": npy_header(f"(1, 1, {MAX_VOXELS + 1})"),
    "empty.nrrd": b"",
    "text.nrrd": b"NRRD0004\nthis is not a field\n\n",
    "binary.nrrd": bytes(range(256)),
    "short.nrrd": nrrd_file(b"\0" * 7),
    "huge.nrrd": nrrd_file(sizes="99999999 99999999 99999999"),
    "flat.nrrd": nrrd_file(sizes="2 0 2"),
    "detached.nrrd": nrrd_file(more="data file: /etc/passwd\n"),
    "ascii.nrrd": nrrd_file(b"1 2 3", encoding="text"),
    "hex.nrrd": nrrd_file(b"0011", encoding="hex"),
    "odd.nrrd": nrrd_file(b"1 2 3 4", encoding="rot13"),
    "no_endian.nrrd": nrrd_file(bytes(8)).replace(b"endian: little\n", b""),
    "block.nrrd": nrrd_file(b"\0" * 64, type="block"),
    "notgzip.nrrd": nrrd_file(b"plain", encoding="gzip"),
    "cutgzip.nrrd": nrrd_file(gzip.compress(b"\0" * 8)[:-12], encoding="gzip"),
    "empty.nii": b"",
    "text.nii": b"hello",
    "short.nii": nifti((2, 2, 2), -1),
    "header_only.nii": nifti((2, 2, 2), 348),
    "plain.nii.gz": nifti((2, 2, 2)),
    "cut.nii.gz": gzip.compress(nifti((9, 9, 9)))[:-30],
    "two_axes.nii": nifti((2, 2)),
    "two_times.nii": nifti((2, 2, 2, 2)),
    "image.png": b"\x89PNG",
    ".nrrd": b"",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_get_one_line_that_names_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(BROKEN[name])
    with pytest.raises(InputError) as caught:
        read_volume(path)
    assert str(path) in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    (tmp_path / "v.nrrd").write_bytes(nrrd_file(bomb, encoding="gzip"))
    assert read_volume(tmp_path / "v.nrrd").voxels.nbytes == 8


def test_missing_paths_and_unknown_suffixes(tmp_path: Path, volume: Volume) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_volume(tmp_path / "missing.npy")
    for name in ("v.mgz", "v.tiff", "v", ".npy"):
        with pytest.raises(InputError, match=r"give \.npy, \.nrrd, \.nii or \.nii\.gz"):
            write_volume(tmp_path / name, volume)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        write_volume(tmp_path / "file" / "v.npy", volume)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"]


def test_nifti_scale_is_left_alone(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.arange(8, dtype=np.int16).reshape(2, 2, 2), np.eye(4))
    image.header.set_slope_inter(0.5, 3)
    nibabel.save(image, tmp_path / "v.nii")
    raw = (tmp_path / "v.nii").read_bytes()[352:]
    np.testing.assert_array_equal(
        read_volume(tmp_path / "v.nii").voxels.ravel(), np.frombuffer(raw, np.int16)
    )
