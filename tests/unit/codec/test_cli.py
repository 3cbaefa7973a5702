"""The codec's subcommands: files in, files out, one line for what cannot be."""

import json
from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd import encode
from wdr_mcpd.cli import main


@pytest.fixture
def source(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    volume = np.cumsum(rng.normal(0, 30, (6, 32, 32)), axis=2).astype(np.int16)
    path = tmp_path / "a volume.npy"
    np.save(path, volume)
    return path


@pytest.mark.parametrize("method", ["2d-wdr", "3d-wdr", "3d-wdr-mcpd"])
def test_files_there_and_back(source: Path, tmp_path: Path, method: str) -> None:
    stream, out = tmp_path / "v.wdr", tmp_path / "v.nrrd"
    assert main(["encode", str(source), str(stream), "--method", method, "--lossless"]) == 0
    assert main(["decode", str(stream), str(tmp_path / "v.npy")]) == 0
    np.testing.assert_array_equal(np.load(tmp_path / "v.npy"), np.load(source))
    assert main(["decode", str(stream), str(out), "--rate", "2", "--like", str(source)]) == 0
    assert out.exists()


def test_truncated_file_is_the_shorter_encoding(source: Path, tmp_path: Path) -> None:
    long, short, cut = (tmp_path / name for name in ("long.wdr", "short.wdr", "cut.wdr"))
    assert main(["encode", str(source), str(long), "--rate", "4"]) == 0
    assert main(["encode", str(source), str(short), "--max-bytes", "400"]) == 0
    assert main(["truncate", str(long), str(cut), "--max-bytes", "400"]) == 0
    assert cut.read_bytes() == long.read_bytes()[:400]
    assert len(short.read_bytes()) == 400


def test_info_is_json(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream = tmp_path / "v.wdr"
    stream.write_bytes(encode(np.load(source), "2d-wdr", 1.0))
    assert main(["info", str(stream)]) == 0
    description = json.loads(capsys.readouterr().out)
    assert description["shape"] == [6, 32, 32]
    assert [group["slices"] for group in description["groups"]] == [[i] for i in range(6)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["encode", "nothing.npy", "out.wdr"],
        ["encode", "a volume.npy", "out.wdr", "--rate", "0"],
        ["encode", "a volume.npy", "out.wdr", "--rate", "0.001"],
        ["encode", "a volume.npy", "out.wdr", "--axial-levels", "-1"],
        ["encode", "a volume.npy", "out.wdr", "--method", "3d-wdr-mcpd", "--threshold", "-1"],
        ["encode", "a volume.npy", "out.wdr", "--method", "3d-wdr-cc", "--profile", "reference"],
        ["decode", "nothing.wdr", "out.npy"],
        ["decode", "a volume.npy", "out.npy"],
        ["decode", "a volume.npy", "out.jpg"],
        ["truncate", "a volume.npy", "out.wdr", "--rate", "1"],
        ["info", "a volume.npy"],
    ],
)
def test_what_cannot_be_is_one_line(
    source: Path, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(source.parent)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1
    assert [path.name for path in source.parent.iterdir()] == ["a volume.npy"]
