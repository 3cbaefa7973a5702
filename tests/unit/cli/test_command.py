"""The command for people: few commands in groups, cheap to start, and help with what is misspelt."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.cli import COMMANDS, GROUP_OF, main
from wdr_mcpd.coherence import average_mcpd, select
from wdr_mcpd.study.metrics import slice_psnr


@pytest.fixture
def source(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    volume = np.cumsum(rng.normal(0, 30, (6, 32, 32)), axis=2).astype(np.int16)
    np.save(tmp_path / "volume.npy", volume)
    return tmp_path / "volume.npy"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_help_lists_at_most_fourteen_commands_by_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert len(GROUP_OF) <= 14
    for group, names in COMMANDS.items():
        section = shown.partition(f"\n{group}:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines()] == list(names)


def test_every_command_has_a_help(capsys: pytest.CaptureFixture[str]) -> None:
    for name in GROUP_OF:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert f"usage: wdr-mcpd {name}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["encode", "--help"], ["sweep", "--help"]])
def test_help_needs_no_compiler_and_no_tables(arguments: list[str]) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "wdr_mcpd", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
    assert not imported & {"numba", "pandas", "scipy", "matplotlib", "pydicom", "snakemake"}


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "give a command"),
        (["encod"], "encod is no command; did you mean encode?"),
        (["verify-results"], "it is now called check"),
        (["xyz"], "known are encode, decode, "),
        (["encode", "a", "b", "--ratee", "1"], "--ratee is no option; did you mean --rate?"),
        (["mcpd", "a", "--unit=std"], "--unit is no option; it is now called --mcpd-unit"),
        (
            ["series", "list", "--source", "idc", "--out", "x", "--colection", "y"],
            "did you mean --collection?",
        ),
        (["encode", "a", "b", "--method", "3d"], "invalid choice: '3d'"),
        (["sweep", "a", "--rates", "[0]"], "rates is [0]; allowed: a list of at least one value"),
        (["sweep", "a", "--mcpd-unit", "foo"], 'mcpd_unit is "foo"; allowed: std, stored, range, dtype'),
    ],
)
def test_what_is_misspelt_gets_one_line(
    arguments: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert part in said.err


def test_an_option_that_changes_nothing_is_said(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream = str(source.with_name("s.wdr"))
    assert main(["encode", str(source), stream, "--method", "2d-wdr", "--axial-levels", "2"]) == 0
    assert "axial_levels makes no difference to 2d-wdr" in capsys.readouterr().err
    assert main(["encode", str(source), stream, "--threshold", "0.7"]) == 0
    assert "threshold makes no difference to 3d-wdr-auto" in capsys.readouterr().err
    assert main(["encode", str(source), stream, "--method", "3d-wdr-mcpd", "--threshold", "0.7"]) == 0
    assert capsys.readouterr().err == ""


def test_sweep_measures_any_volume(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["sweep", str(source), "--thresholds", "[0.3, 1]", "--rates", "[1]", "--in-plane-levels", "2"])
        == 0
    )
    swept = rows(capsys.readouterr().out)
    assert [float(row["threshold_mcpd"]) for row in swept] == [0.3, 0.5, 1]
    average = average_mcpd(np.load(source))
    expected = [int(select(average, threshold).sum()) for threshold in (0.3, 0.5, 1)]
    assert [int(row["selected_slices"]) for row in swept] == expected


def test_compare_and_view_take_what_encode_makes(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream, restored, page = (source.with_name(name) for name in ("s.wdr", "r.npy", "page.html"))
    assert main(["encode", str(source), str(stream), "--rate", "2"]) == 0
    assert main(["decode", str(stream), str(restored), "--rate", "1"]) == 0
    assert main(["compare", str(source), str(restored)]) == 0
    by_volume = capsys.readouterr().out
    assert main(["compare", str(source), str(stream), "--rate", "1"]) == 0
    assert capsys.readouterr().out == by_volume
    psnr = slice_psnr(np.load(source), np.load(restored))
    np.testing.assert_allclose([float(row["psnr_db"]) for row in rows(by_volume)], psnr, rtol=1e-7)
    assert main(["compare", str(source), str(restored), "--rate", "1"]) == 2
    assert "--rate cuts streams" in capsys.readouterr().err
    assert main(["view", str(source), str(stream), "--rates", "[1, 2]", "--out", str(page)]) == 0
    assert page.read_text().startswith("<!")
