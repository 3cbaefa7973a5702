"""The real Snakefile on a small cohort: what it makes, and what a change makes anew."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clone import Clone

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


def test_after_parts_and_report_nothing_is_left_to_do(clone: Clone) -> None:
    run = clone.snakemake("all", "paper", "tables", "figures", "--dry-run")
    assert run.returncode == 0
    assert "Nothing to be done" in run.stdout
    assert {path.name for path in (clone.folder / "results" / "parts").iterdir()} == {"1-of-2", "2-of-2"}


def test_a_threshold_reruns_only_what_depends_on_it(clone: Clone) -> None:
    anew = clone.would_run("paper", "--config", "threshold=0.31")
    streams = of_each("results/streams/{}/3d-wdr-mcpd.wdr") | of_each("results/quality/{}/3d-wdr-mcpd.csv")
    others = of_each("results/streams/{}/3d-wdr.wdr") | of_each("results/quality/{}/3d-wdr.csv")
    first = {name for name in TABLES if "table1" in name}
    assert anew >= streams | (TABLES - first) | FIGURES
    assert not anew & (others | first | of_each("results/mcpd/{}.csv") | of_each("results/volumes/{}.npz"))


@pytest.mark.parametrize("changed", ["psnr_peak=max", "ssim_range=dtype", "ssim_window=gaussian11"])
def test_a_peak_or_another_key_of_the_measures_reruns_no_encoding(clone: Clone, changed: str) -> None:
    anew = clone.would_run("paper", "--config", changed)
    assert anew >= of_each("results/quality/{}/3d-wdr.csv") | of_each("results/quality/{}/3d-wdr-mcpd.csv")
    assert not [name for name in anew if name.endswith((".wdr", ".npz"))]
    assert not anew & of_each("results/mcpd/{}.csv")


def test_a_key_of_the_readings_reruns_no_stream(clone: Clone) -> None:
    anew = clone.would_run("results/tables/claims.csv", "--config", "thresholds=[0.4]")
    assert anew >= of_each("results/sweep/{}.csv")
    assert not [name for name in anew if name.endswith((".wdr", ".npz"))]


def test_todays_codecs_are_in_the_report_when_asked_for(clone: Clone) -> None:
    names = ("baselines", "baselines-speed", "baselines-lossless")
    shown = {"results/tables/baselines.md", *(f"results/figures/{name}.png" for name in names)}
    assert shown <= clone.would_run("results/report.html", "--config", "baselines=true")
    assert not shown & clone.would_run("results/report.html")


@pytest.mark.parametrize("edited", ["src/wdr_mcpd/codec/transform.py"], indirect=True)
def test_an_edited_codec_reruns_all_that_follows(edited: Clone) -> None:
    anew = edited.would_run("paper")
    assert anew >= of_each("results/streams/{}/3d-wdr.wdr") | FIGURES
    assert not anew & (of_each("results/mcpd/{}.csv") | of_each("results/volumes/{}.npz"))


@pytest.mark.parametrize(
    "edited", ["src/wdr_mcpd/paper/figures.py", "src/wdr_mcpd/render/paper.mplstyle"], indirect=True
)
def test_an_edited_figure_or_style_reruns_no_measurement(edited: Clone) -> None:
    anew = edited.would_run("paper")
    assert anew >= FIGURES
    assert not [name for name in anew - TABLES if name.endswith((".csv", ".wdr", ".npz"))]


@pytest.mark.parametrize("edited", ["src/wdr_mcpd/data/volume_files.py"], indirect=True)
def test_an_edited_reader_reruns_what_reads(edited: Clone) -> None:
    anew = edited.would_run("paper")
    assert anew >= of_each("results/volumes/{}.npz") | of_each("results/streams/{}/3d-wdr.wdr") | FIGURES


@pytest.mark.parametrize("edited", ["src/wdr_mcpd/step.py"], indirect=True)
def test_how_a_step_is_called_reruns_nothing(edited: Clone) -> None:
    assert edited.would_run("paper") == set()


def test_the_viewer_shows_what_is_compared_where_that_is_none_of_the_usual_methods(clone: Clone) -> None:
    page = f"results/viewer/{EXAMS[0]}.html"
    run = clone.snakemake("--dry-run", page, "--config", "methods=[2d-wdr,3d-wdr-auto]")
    assert run.returncode == 0, run.stdout
    viewer = run.stdout.partition("rule viewer:")[2].partition("output:")[0]
    assert re.findall(r"streams/\S+/(\S+)\.wdr", viewer) == ["2d-wdr", "3d-wdr-auto"]


def test_a_variant_joins_the_study_by_its_name(clone: Clone) -> None:
    flat = "variants={flat: {method: 3d-wdr, axial_levels: 0}}"
    assert of_each("results/quality/{}/flat.csv") <= clone.would_run(
        "results/tables/rates.csv", "--config", flat, "methods=[3d-wdr, flat]"
    )


def test_a_run_with_a_name_has_results_of_its_own(clone: Clone) -> None:
    anew = clone.would_run("results/runs/t06/paper.md", "--config", "run=t06", "threshold=0.6")
    assert {name for name in anew if not name.startswith("results/runs/t06/")} == set()
    assert clone.would_run("paper") == set()


def test_a_target_that_is_nearly_one_is_named(clone: Clone) -> None:
    run = clone.snakemake("papr")
    assert run.returncode == 1
    assert "wdr-mcpd: papr is no target; did you mean paper?" in run.stdout


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["treshold=1"], "threshold"),
        (["rates=[0]"], "rates"),
        (["figure_slices=[2,7]"], "figure_slices"),
        (["first_slice=4"], "phantom001_1"),
    ],
)
def test_what_cannot_be_stops_with_one_line_and_deletes_nothing(
    clone: Clone, given: list[str], named: str
) -> None:
    """What the line says is tested with the configuration and with the series."""
    before = sorted((clone.folder / "results").rglob("*"))
    run = clone.snakemake("paper", "--config", *given)
    assert run.returncode == 1
    (line,) = (
        text for text in run.stdout.splitlines() if not text.startswith(("Using workflow", "Config file"))
    )
    assert line.startswith("wdr-mcpd: ")
    assert named in line
    assert sorted((clone.folder / "results").rglob("*")) == before
