"""Bad input of every kind ends as one line that says what and where, exit status 2, and nothing written."""

from collections.abc import Callable
from pathlib import Path

import bad_dicom
import bad_files
import numpy as np
import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.volume import Volume

IDENTITY = SeriesIdentity("collection", "patient", 1, "T1 post-contrast", "20200102")
Refusal = Callable[[Path], list[str]]


@pytest.fixture
def refusal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Refusal:
    """Run every command that reads a volume on the source; give the line of each."""

    def run(source: Path) -> list[str]:
        (tmp_path / "out").mkdir(exist_ok=True)
        before = everything_below(tmp_path)
        lines = []
        for command in (
            ["mcpd", str(source)],
            ["mcpd", str(source), "--csv", str(tmp_path / "out" / "mcpd.csv")],
            ["encode", str(source), str(tmp_path / "out" / "stream.wdr")],
            ["compare", str(source), str(source), "--csv", str(tmp_path / "out" / "compared.csv")],
        ):
            assert main(command) == 2, command
            captured = capfd.readouterr()
            assert captured.out == ""
            assert captured.err.endswith("\n")
            assert captured.err.count("\n") == 1, captured.err
            lines.append(captured.err)
        assert everything_below(tmp_path) == before
        return lines

    return run


def everything_below(folder: Path) -> list[tuple[str, bytes]]:
    return sorted(
        (str(path), path.read_bytes() if path.is_file() and not path.is_symlink() else b"")
        for path in folder.rglob("*")
    )


@pytest.mark.parametrize("kind", bad_dicom.KINDS)
def test_broken_series(tmp_path: Path, refusal: Refusal, kind: str) -> None:
    folder = tmp_path / "a series é"
    folder.mkdir()
    voxels = np.random.default_rng(3).integers(-900, 3000, (5, 6, 8)).astype(np.int16)
    write_mr_series(folder, Volume(voxels, (6.5, 0.5, 0.75), None, (-10.0, 4.0, 7.5)), IDENTITY)
    bad_dicom.KINDS[kind](folder)
    assert all(str(folder) in line for line in refusal(folder))


@pytest.mark.parametrize("kind", bad_files.FILES)
def test_broken_file(tmp_path: Path, refusal: Refusal, kind: str) -> None:
    name, data = bad_files.FILES[kind]
    path = tmp_path / name
    path.write_bytes(data)
    place = " ".join(str(path).split())
    assert all(place in line for line in refusal(path))


@pytest.mark.parametrize("kind", bad_files.PLACES)
def test_impossible_place(tmp_path: Path, refusal: Refusal, kind: str) -> None:
    name, make = bad_files.PLACES[kind]
    path = tmp_path / name
    make(path)
    assert all(str(path) in line for line in refusal(path))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", ["2d-wdr", "3d-wdr", "3d-wdr-mcpd"])
@pytest.mark.parametrize(
    "voxels",
    [
        np.zeros((3, 8, 8), np.uint16),
        np.full((3, 8, 8), 65535, np.uint16),
        np.full((3, 8, 8), -32768, np.int16),
        np.tile(np.array([0, 65535], np.uint16), (3, 8, 4)),
        np.arange(3, dtype=np.int16).reshape(3, 1, 1),
        np.arange(64, dtype=np.int8).reshape(1, 8, 8),
        np.arange(192, dtype=">i2").reshape(3, 8, 8),
        np.asfortranarray(np.arange(192, dtype=np.uint8).reshape(3, 8, 8)),
        np.arange(192, dtype=np.float64).reshape(3, 8, 8),
        np.arange(192, dtype=np.int64).reshape(3, 8, 8) - 100,
        np.arange(192).reshape(3, 8, 8) % 2 == 0,
    ],
    ids=[
        *("zeros", "constant 65535", "constant -32768", "0 and 65535", "1 x 1 pixels", "one slice"),
        *("big-endian", "Fortran order", "whole floats", "64 bits", "booleans"),
    ],
)
def test_odd_but_sound_input_is_coded_without_loss(tmp_path: Path, voxels: np.ndarray, method: str) -> None:
    source, stream, out = tmp_path / "a v é.npy", tmp_path / "v.wdr", tmp_path / "v.npy"
    np.save(source, voxels)
    assert main(["mcpd", str(source), "--threshold", "0.5", "--csv", str(tmp_path / "mcpd.csv")]) == 0
    assert main(["encode", str(source), str(stream), "--lossless", "--method", method]) == 0
    assert main(["decode", str(stream), str(out)]) == 0
    np.testing.assert_array_equal(np.load(out), voxels)
