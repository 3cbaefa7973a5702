"""The command for people: few commands in groups, cheap to start, and help with what is misspelt."""

import csv
import io
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.cli import COMMANDS, GROUP_OF, main
from wdr_mcpd.coherence import average_mcpd, select
from wdr_mcpd.methods import encode
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
        (["sweep", "a", "--thresholds", "1:0.2:0.1"], "give START:STOP:STEP"),
        (["sweep", "a", "--thresholds", "a:b:c"], "give START:STOP:STEP"),
        (["sweep", "a", "--plot", "s.jpg"], "figures are .png or .svg"),
        (["mcpd", "a", "--out", "m.csv"], "--out is no option; it is now called --csv"),
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


def test_an_option_that_changes_nothing_is_refused(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream = str(source.with_name("s.wdr"))
    assert main(["encode", str(source), stream, "--method", "2d-wdr", "--axial-levels", "2"]) == 2
    assert "--axial-levels makes no difference to 2d-wdr" in capsys.readouterr().err
    assert main(["encode", str(source), stream, "--threshold", "0.7"]) == 2
    assert "--threshold makes no difference to 3d-wdr-auto" in capsys.readouterr().err
    assert not Path(stream).exists()
    assert main(["encode", str(source), stream, "--method", "3d-wdr-mcpd", "--threshold", "0.7"]) == 0
    assert capsys.readouterr().err == ""


def test_fast_is_refused_where_there_is_no_network(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stream = source.with_name("s.wdr")
    coherent = ["--method", "3d-wdr-cc"]
    for others in ([], ["--method", "3d-wdr"], ["--profile", "reference"], [*coherent, "--lossless"]):
        assert main(["encode", str(source), str(stream), "--fast", *others]) == 2, others
        said = capsys.readouterr().err
        assert "fast" in said
        assert said.count("\n") == 1
    assert main(["encode", str(source), str(stream), *coherent, "--decomposition", "dyadic", "--fast"]) == 2
    assert not stream.exists()
    assert main(["encode", str(source), str(stream), *coherent, "--fast"]) == 0
    assert stream.read_bytes() == encode(np.load(source), "3d-wdr-cc", fast=True)


def test_encode_and_decode_say_what_the_stream_really_has(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = source.with_name("s.wdr")
    assert main(["encode", str(source), str(stream), "--rate", "1.5"]) == 0
    size = stream.stat().st_size
    said = capsys.readouterr().out
    assert f"{size} bytes, {8 * size / np.load(source).size:.4g} bits per voxel" in said
    assert "6 of 6 slices in one volume" in said
    assert main(["decode", str(stream), str(source.with_name("r.npy")), "--rate", "9"]) == 0
    assert f"{size} bytes" in capsys.readouterr().out


def test_no_folder_is_made_on_the_way(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = source.with_name("lost")
    assert main(["encode", str(source), str(place / "s.wdr")]) == 2
    assert main(["mcpd", str(source), "--csv", str(place / "m.csv")]) == 2
    assert capsys.readouterr().err.count("no such folder") == 2
    assert not place.exists()


def test_sweep_measures_any_volume(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(
            [
                "sweep",
                str(source),
                "--thresholds",
                "0.3,1",
                "--rates",
                "1",
                "--in-plane-levels",
                "2",
                "--csv",
                "-",
            ]
        )
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
    capsys.readouterr()
    assert main(["compare", str(source), str(restored), "--csv", "-"]) == 0
    by_volume = capsys.readouterr().out
    assert main(["compare", str(source), str(stream), "--rate", "1", "--csv", "-"]) == 0
    assert capsys.readouterr().out == by_volume
    psnr = slice_psnr(np.load(source), np.load(restored))
    np.testing.assert_allclose([float(row["psnr_db"]) for row in rows(by_volume)], psnr, rtol=1e-7)
    assert main(["compare", str(source), str(restored), "--rate", "1"]) == 2
    assert "--rate cuts streams" in capsys.readouterr().err
    assert main(["view", str(source), str(stream), "--rates", "[1, 2]", "--out", str(page)]) == 0
    assert page.read_text().startswith("<!")


def test_a_sweep_draws_and_prints_each_step_once(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn, table = source.with_name("s.png"), source.with_name("s.csv")
    files = ["--plot", str(drawn), "--csv", str(table)]
    given = ["--thresholds", "0.2:1.2:0.01", "--rates", "0.5,1", "--in-plane-levels", "2", "--slices", "4"]
    assert main(["sweep", str(source), *given, *files]) == 0
    printed = capsys.readouterr().out.splitlines()
    swept = rows(table.read_text())
    assert len(swept) == 2 * 101
    distinct = {(row["rate_bpv"], row["selected_slices"]) for row in swept}
    assert len(printed) == 1 + len(distinct)
    assert drawn.read_bytes()[1:4] == b"PNG"


def test_the_study_takes_the_slices_that_mcpd_names(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mcpd", str(source), "--slices", "4", "--csv", "-"]) == 0
    taken = rows(capsys.readouterr().out)
    assert [row["slice"] for row in taken] == ["2", "3", "4", "5"]
    expected = average_mcpd(np.load(source)[1:5])
    np.testing.assert_allclose([float(row["mcpd_std"]) for row in taken], expected)
    assert main(["mcpd", str(source), "--slices", "4"]) == 0
    assert "takes 2 to 5 of 6" in capsys.readouterr().out


def test_what_needs_the_study_alone_says_how_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    assert main(["series", "list", "--source", "nbia", "--collection", "X", "--out", "x.tsv"]) == 2
    assert "httpx2 is not installed; pip install 'wdr-mcpd[study]' brings it" in capsys.readouterr().err


def test_the_codec_and_the_sweep_need_nothing_of_the_study(source: Path) -> None:
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    names = {
        re.match(r"[\w-]+", one)[0].replace("-", "_").lower()
        for one in project["optional-dependencies"]["study"]
    }
    missing = sorted(names | {"sklearn"})
    stream = source.with_name("s.wdr")
    lines = [
        ["encode", str(source), str(stream)],
        ["compare", str(source), str(stream), "--plot", str(source.with_name("c.png"))],
        ["mcpd", str(source)],
        ["sweep", str(source), "--thresholds", "0.5", "--plot", str(source.with_name("s.svg"))],
        ["view", str(source), str(stream), "--rates", "1", "--out", str(source.with_name("v.html"))],
    ]
    program = (
        f"import sys\nsys.modules.update(dict.fromkeys({missing}))\n"
        f"from wdr_mcpd.cli import main\nsys.exit(sum(main(line) for line in {lines}))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
