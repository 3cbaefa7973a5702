"""The real Snakefile on a small cohort: what it makes, and what a change makes anew."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from clone import Clone

pytestmark = pytest.mark.timeout(900)  # the first test waits for the run

EXAMS = ["phantom001_1", "phantom001_2"]
TABLES = {f"results/tables/table{n}.{suffix}" for n in (1, 2, 3) for suffix in ("csv", "md", "tex")}
FIGURES = {f"results/figures/{exam}/figure{n}.{s}" for exam in EXAMS for n in (1, 2) for s in ("png", "svg")}


def of_each(pattern: str) -> set[str]:
    return {pattern.format(exam) for exam in EXAMS}


@pytest.fixture
def edited(clone: Clone, request: pytest.FixtureRequest) -> Iterator[Clone]:
    """The clone with a line more in one of its files, which is put back afterwards."""
    path = clone.folder / request.param
    before = path.read_text()
    path.write_text(before + "\n# edited\n")
    yield clone
    path.write_text(before)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_all_tables_and_figures_are_made(clone: Clone) -> None:
    missing = [name for name in TABLES | FIGURES if not (clone.folder / name).stat().st_size]
    assert missing == []


def test_tables_say_what_data_they_are_from(clone: Clone) -> None:
    for number in (1, 2, 3):
        for suffix in ("md", "tex"):
            text = (clone.folder / f"results/tables/table{number}.{suffix}").read_text()
            assert "1 subject, 2 exams each, synthetic head phantom, not patients" in text


def test_tables_agree_with_what_was_measured(clone: Clone) -> None:
    measured = {
        (row["exam"], row["slice"], method): float(row["psnr_db"])
        for method in ("3d-wdr", "3d-wdr-mcpd")
        for exam in EXAMS
        for row in rows(clone.folder / "results" / "quality" / exam / f"{method}.csv")
        if float(row["rate_bpv"]) == 1.0
    }
    selected = {
        (row["exam"], row["slice"])
        for row in rows(clone.folder / "results/tables/table2.csv")
        if row["selected"] == "yes"
    }
    third = [row for row in rows(clone.folder / "results/tables/table3.csv") if row["psnr_db"]]
    assert {(row["exam"], row["slice"]) for row in third} == selected
    for row in third:
        after, before = (measured[row["exam"], row["slice"], m] for m in ("3d-wdr-mcpd", "3d-wdr"))
        assert float(row["psnr_db"]) == pytest.approx(after)
        assert float(row["improvement_db"]) == pytest.approx(after - before, abs=1e-5)


def test_every_stream_keeps_its_budget(clone: Clone) -> None:
    for path in clone.folder.glob("results/streams/*/*.wdr"):
        assert path.stat().st_size <= 2.0 * 6 * 48 * 48 / 8


def test_nothing_is_left_to_do(clone: Clone) -> None:
    run = clone.snakemake("paper")
    assert run.returncode == 0
    assert "Nothing to be done" in run.stdout


def test_a_threshold_reruns_only_what_depends_on_it(clone: Clone) -> None:
    anew = clone.would_run("paper", "--config", "threshold=0.31")
    streams = of_each("results/streams/{}/3d-wdr-mcpd.wdr") | of_each("results/quality/{}/3d-wdr-mcpd.csv")
    others = of_each("results/streams/{}/3d-wdr.wdr") | of_each("results/quality/{}/3d-wdr.csv")
    first = {name for name in TABLES if "table1" in name}
    assert anew >= streams | (TABLES - first) | FIGURES
    assert not anew & (others | first | of_each("results/mcpd/{}.csv") | of_each("results/volumes/{}.npz"))


def test_a_peak_reruns_no_encoding(clone: Clone) -> None:
    anew = clone.would_run("paper", "--config", "psnr_peak=max")
    assert anew >= of_each("results/quality/{}/3d-wdr.csv")
    assert not [name for name in anew if name.endswith((".wdr", ".npz"))]


def test_todays_codecs_are_in_the_report_when_asked_for(clone: Clone) -> None:
    figures = {f"results/figures/{name}.png" for name in ("peers", "peers-speed", "peers-lossless")}
    shown = figures | {"results/report/peers.html"}
    assert shown <= clone.would_run("results/report.html", "--config", "peers=true")
    assert not shown & clone.would_run("results/report.html")


@pytest.mark.parametrize("edited", ["src/wdr_mcpd/codec/transform.py"], indirect=True)
def test_an_edited_codec_reruns_all_that_follows(edited: Clone) -> None:
    anew = edited.would_run("paper")
    assert anew >= of_each("results/streams/{}/3d-wdr.wdr") | FIGURES
    assert not anew & (of_each("results/mcpd/{}.csv") | of_each("results/volumes/{}.npz"))


@pytest.mark.parametrize("edited", ["src/wdr_mcpd/paper/figures.py"], indirect=True)
def test_an_edited_figure_reruns_no_table_and_no_measurement(edited: Clone) -> None:
    anew = edited.would_run("paper")
    assert anew >= FIGURES
    assert not [name for name in anew - FIGURES if name.endswith((".csv", ".tex", ".wdr", ".npz"))]


def test_the_viewer_shows_what_is_compared_where_that_is_none_of_the_usual_methods(clone: Clone) -> None:
    page = f"results/viewer/{EXAMS[0]}.html"
    run = clone.snakemake("--dry-run", "--printshellcmds", page, "--config", "methods=[2d-wdr,3d-wdr-auto]")
    assert run.returncode == 0, run.stdout
    streams = " ".join(f"results/streams/{EXAMS[0]}/{method}.wdr" for method in ("2d-wdr", "3d-wdr-auto"))
    assert f"--stream {streams} --quality" in run.stdout


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ("threshold=-1", "wdr-mcpd: configuration key threshold is -1; allowed: a number of at least 0"),
        ("treshold=1", "wdr-mcpd: unknown configuration key treshold; did you mean threshold?"),
        (
            "rates=[0]",
            "wdr-mcpd: configuration key rates is [0]; allowed: a list of at least one value, all different,"
            " each a number above 0 and at most 64",
        ),
    ],
)
def test_a_wrong_configuration_stops_with_one_line(clone: Clone, given: str, line: str) -> None:
    run = clone.snakemake("paper", "--config", given)
    assert run.returncode == 1
    ours = [
        text for text in run.stdout.splitlines() if not text.startswith(("Using workflow", "Config file"))
    ]
    assert ours == [line]
