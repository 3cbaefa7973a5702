"""Damaged files are read or refused with one line: never another exception, never a file outside."""

import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from nbia_server import SPOILT_ARCHIVES, Holding, zipped
from wdr_mcpd.data import Volume, read_volume, write_volume
from wdr_mcpd.data.archive import BrokenArchive, unpack
from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.errors import InputError

WORDS = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f", bytes(4))


def mutated(data: bytes, seed: int) -> bytes:
    """Cut, overwrite, insert, delete, or flip a bit of the first 900 bytes, where headers are."""
    rng, changed = random.Random(seed), bytearray(data)
    place = rng.randrange(len(data))
    kind = rng.randrange(6)
    if kind == 0:
        del changed[place:]
    elif kind == 1:
        for _ in range(rng.randrange(1, 8)):
            changed[rng.randrange(len(data))] = rng.randrange(256)
    elif kind == 2:
        changed[place:place] = rng.randbytes(rng.randrange(1, 20))
    elif kind == 3:
        del changed[place : place + rng.randrange(1, 40)]
    elif kind == 4:
        changed[place : place + 4] = rng.choice(WORDS)
    else:
        changed[rng.randrange(min(900, len(data)))] ^= 1 << rng.randrange(8)
    return bytes(changed)


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("slices")
    voxels = np.random.default_rng(1).integers(0, 2000, (3, 12, 10)).astype(np.int16)
    write_mr_series(folder, Volume(voxels), SeriesIdentity("c", "p", 1, "d"))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.filterwarnings("ignore")
def test_dicom(slices: dict[str, bytes], tmp_path: Path) -> None:
    refused, lines = 0, set[int]()
    for seed in (
        *range(200),
        185,
        1320,
    ):  # the last two: headers that pydicom only fails on when they are used
        for name, data in slices.items():
            (tmp_path / name).write_bytes(data)
        name = sorted(slices)[seed % len(slices)]
        (tmp_path / name).write_bytes(mutated(slices[name], seed))
        try:
            read_volume(tmp_path)
        except InputError as error:
            refused += 1
            lines |= {str(error).count("\n")}
    assert lines == {0}
    assert 20 < refused < 200


@pytest.mark.parametrize("suffix", [".npy", ".nrrd", ".nii.gz"])
@pytest.mark.filterwarnings("ignore")
def test_volume_files(tmp_path: Path, suffix: str) -> None:
    voxels = np.random.default_rng(1).integers(0, 2000, (3, 12, 10)).astype(np.int16)
    write_volume(tmp_path / f"whole{suffix}", Volume(voxels))
    data, path, refused = (tmp_path / f"whole{suffix}").read_bytes(), tmp_path / f"v{suffix}", 0
    for seed in range(200):
        path.write_bytes(mutated(data, seed))
        try:
            read_volume(path)
        except InputError:
            refused += 1
    assert refused > 20


def test_archives(slices: dict[str, bytes], tmp_path: Path) -> None:
    held = Holding("1.2.3", slices, {})
    archives = [zipped(slices), *(row[3](held) for name, row in SPOILT_ARCHIVES.items() if name != "bomb")]
    refused = 0
    for seed in range(300):
        target = tmp_path / "in" / "target"
        target.mkdir(parents=True)
        (tmp_path / "a.zip").write_bytes(mutated(archives[seed % len(archives)], seed))
        try:
            unpack(tmp_path / "a.zip", target, 1 << 20)
        except (InputError, BrokenArchive):
            refused += 1
        assert [path.name for path in (tmp_path / "in").iterdir()] == ["target"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "in"]
        shutil.rmtree(tmp_path / "in")
    assert refused > 200
