"""The study's commands from exams to tables and figures: complete, repeatable, at home with few subjects."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data import Volume, write_exam
from wdr_mcpd.data.exam import Exam
from wdr_mcpd.data.series import COLUMNS

PAPER = Path(__file__).parents[3] / "resources" / "paper"
DICTIONARY = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
RATES = ("0.5", "1", "1.5", "2")
SELECTION = ("--threshold", "0.5", "--mcpd-unit", "std")
METHODS = {"3d-wdr": ["--axial-levels", "3"], "3d-wdr-mcpd": ["--axial-levels", "3"], "3d-wdr-auto": []}
TABLES = {
    *("rates", "bjontegaard", "tumour", "thresholds", "crossval", "whole_exam"),
    *("decomposition", "claims", "readings"),
}


def run(*arguments: object) -> None:
    assert main([str(argument) for argument in arguments]) == 0


def series_table(path: Path, exams: list[str]) -> None:
    rows = ["\t".join(COLUMNS)]
    for number, exam in enumerate(exams):
        subject, _, visit = exam.rpartition("_")
        rows.append("\t".join(["made", subject, visit, f"1.2.{number}", "T1", "6", "0", "none", "synthetic"]))
    path.write_text("\n".join(rows) + "\n")


def measure(
    folder: Path,
    exams: dict[str, Volume],
    rates: Sequence[str] = RATES,
    selection: Sequence[str] = SELECTION,
) -> None:
    """Run the commands of each exam, as the rules do."""
    for exam, volume in exams.items():
        path = folder / "volumes" / f"{exam}.npz"
        write_exam(path, Exam(volume, 0, 6))
        reference = (
            selection[selection.index("--mcpd-reference") + 1]
            if "--mcpd-reference" in selection
            else "following"
        )
        run("mcpd", path, "--reference", reference, "--out", folder / "mcpd" / f"{exam}.csv")
        for method, options in METHODS.items():
            stream = folder / "streams" / exam / f"{method}.wdr"
            coded = "3d-wdr" if method == "3d-wdr-auto" else method
            chosen = selection if method == "3d-wdr-mcpd" else ()
            run("encode", path, stream, "--method", coded, "--rate", rates[-1], *options, *chosen)
            out = folder / "quality" / exam / f"{method}.csv"
            run("quality", path, stream, "--exam", exam, "--method", method, "--rates", *rates, "--out", out)
        for command, options in (
            ("sweep", [*selection, "--rates", *rates, "--grid", "0.2", "1.2", "101"]),
            ("whole-exam", [*selection, "--rates", *rates]),
            ("readings", [*selection, "--claims", PAPER / "claims.csv"]),
        ):
            out = folder / command.replace("-", "_") / f"{exam}.csv"
            run(command, path, "--exam", exam, *options, "--out", out)
    series_table(folder / "series.tsv", list(exams))


def join(folder: Path, out: Path, threshold: str = "0.5") -> None:
    """Run the commands over all exams."""
    at = ["--threshold", threshold]
    common = ["--series", folder / "series.tsv", "--samples", "200", "--tables", out / "tables"]
    common += ["--figures", out / "figures"]
    run("rates", *common, "--quality", folder / "quality", "--methods", *METHODS)
    run("thresholds", *common, "--sweep", folder / "sweep", *at)
    run("crossval", *common, *at, "--sweep", folder / "sweep", "--out", out / "crossval")
    run("decomposition", *common, *at, "--whole-exam", folder / "whole_exam")
    audited = ["--quality", folder / "quality", "--methods", *METHODS, "--mcpd", folder / "mcpd"]
    audited += ["--grid", folder / "readings", "--chosen", out / "crossval" / "thresholds.csv"]
    run("audit", *common, *at, *audited, "--paper", PAPER)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory, head: Callable[..., np.ndarray]) -> Path:
    folder = tmp_path_factory.mktemp("two subjects")
    mask = np.zeros((6, 32, 32), dtype=bool)
    mask[2:4, 12:20, 16:25] = True
    exams = {f"{s}_1": Volume(head(seed=i), mask=mask) for i, s in enumerate(("001", "NA"))}
    measure(folder, exams)
    join(folder, folder / "first")
    return folder


def written(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_table_and_figure_is_written(cohort: Path) -> None:
    names = set(written(cohort / "first"))
    assert {f"tables/{name}.{suffix}" for name in TABLES for suffix in ("csv", "md", "tex")} <= names
    figures = ("rates", "tumour", "thresholds", "whole_exam", "decomposition")
    assert {f"figures/{name}.{suffix}" for name in figures for suffix in ("png", "svg")} <= names
    assert {f"crossval/{name}.csv" for name in ("folds", "thresholds", "held_out")} <= names


def test_the_same_seed_gives_the_same_bytes(cohort: Path) -> None:
    join(cohort, cohort / "again")
    assert written(cohort / "again") == written(cohort / "first")


def test_every_readers_page_says_what_the_data_is(cohort: Path) -> None:
    for name in TABLES:
        text = (cohort / "first" / "tables" / f"{name}.md").read_text()
        assert "2 subjects, 1 exam each, synthetic head phantom, not patients" in text


def test_every_csv_has_one_header_row_of_described_columns(cohort: Path) -> None:
    described = set(re.findall(r"`([^`]+)`", DICTIONARY.read_text()))
    paths = [*cohort.glob("first/**/*.csv"), *cohort.glob("*/*.csv"), *cohort.glob("quality/*/*.csv")]
    assert len(paths) > 15
    for path in paths:
        columns = pd.read_csv(path, nrows=0).columns
        bases = {re.sub(r"_(low|high)$", "", column) for column in columns if column not in described}
        assert bases <= described, f"{path}: {bases - described}"
        assert not any(column.startswith("Unnamed") for column in columns)


def test_the_names_of_subjects_stay_as_they_are(cohort: Path) -> None:
    folds = pd.read_csv(cohort / "first/crossval/folds.csv", dtype=str, keep_default_na=False)
    assert folds["subject"].tolist() == ["001", "NA"]
    assert set(folds["scheme"]) == {"leave one subject out"}


def test_one_subject_without_a_tumour_is_reported_not_refused(
    tmp_path: Path, head: Callable[..., np.ndarray]
) -> None:
    measure(tmp_path, {"only_1": Volume(head())})
    join(tmp_path, tmp_path)
    assert len(pd.read_csv(tmp_path / "crossval" / "folds.csv")) == 0
    assert len(pd.read_csv(tmp_path / "tables" / "tumour.csv")) == 0
    rates = pd.read_csv(tmp_path / "tables" / "rates.csv")
    assert rates["exam_psnr_db"].notna().all()
    assert rates["exam_psnr_db_low"].isna().all()
    claims = pd.read_csv(tmp_path / "tables" / "claims.csv").set_index("claim")
    assert claims.loc["threshold-optimal", "verdict"] == "not testable on this data"


def test_an_exam_of_which_nothing_is_selected_has_all_tables(
    tmp_path: Path, head: Callable[..., np.ndarray]
) -> None:
    selection = ("--threshold", "0.01", "--mcpd-reference", "all")
    measure(tmp_path, {f"{s}_1": Volume(head(seed=i)) for i, s in enumerate("ab")}, selection=selection)
    join(tmp_path, tmp_path, "0.01")
    parts = pd.read_csv(tmp_path / "tables" / "decomposition.csv").set_index("region")
    assert parts.loc["selected slices", "gain_db"].isna().all()
    assert parts.loc["whole exam", "gain_db"].notna().all()
    claims = pd.read_csv(tmp_path / "tables" / "claims.csv").set_index("claim")
    assert claims.loc["improvement-largest", "reason"] == "nothing was measured for it"


def test_rates_at_which_everything_is_exact_are_measured(
    tmp_path: Path, head: Callable[..., np.ndarray]
) -> None:
    measure(tmp_path, {f"{s}_1": Volume(head(seed=i)) for i, s in enumerate("ab")}, rates=("1", "24"))
    join(tmp_path, tmp_path)
    rates = pd.read_csv(tmp_path / "tables" / "rates.csv").set_index(["method", "rate_bpv"])
    assert rates.loc[("3d-wdr", 24), "exam_psnr_db"] == np.inf
    assert np.isnan(rates.loc[("3d-wdr", 24), "exam_psnr_db_low"])
    assert np.isfinite(rates.loc[("3d-wdr", 1), "exam_psnr_db"])


def test_missing_measurements_are_named(cohort: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ["--series", str(cohort / "series.tsv"), "--tables", str(cohort / "x")]
    assert main(["thresholds", *common, "--sweep", str(cohort / "nowhere")]) == 2
    assert re.search(r"thresholds: .*nowhere.*001_1\.csv: cannot be read", capsys.readouterr().err)
    assert main(["thresholds", *common, "--sweep", str(cohort / "sweep"), "--rate", "3"]) == 2
    assert "nothing was measured at 3" in capsys.readouterr().err
    assert not (cohort / "x").exists()
