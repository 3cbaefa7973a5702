"""The command `wdr-mcpd mcpd`."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.coherence import average_mcpd


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a volume.npy"
    np.save(path, np.random.default_rng(3).integers(-500, 500, (5, 8, 9), dtype=np.int16))
    return path


def test_it_prints_the_average_of_each_slice(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcpd", str(source), "--mcpd-unit", "stored", "--mcpd-reference", "all", "--csv", "-"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["slice"] for row in rows] == ["1", "2", "3", "4", "5"]
    expected = average_mcpd(np.load(source), "stored", "all")
    assert [float(row["mcpd_stored"]) for row in rows] == list(expected)


def test_a_threshold_says_which_slices_it_selects(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "mcpd.csv"
    assert main(["mcpd", str(source), "--threshold", "0.5", "--csv", str(out)]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text())))
    chosen = average_mcpd(np.load(source)) <= 0.5
    assert [row["selected"] for row in rows] == ["yes" if one else "no" for one in chosen]
    assert rows[-1]["selected"] == "yes"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["missing.npy"], "missing.npy: no such file"),
        (["a volume.npy", "--threshold", "-1"], "threshold is -1; allowed: a number of at least 0"),
    ],
)
def test_bad_input_ends_with_one_line_and_writes_nothing(
    source: Path,
    options: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(source.parent)
    assert main(["mcpd", *options, "--csv", "mcpd.csv"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert [path.name for path in source.parent.iterdir()] == ["a volume.npy"]
