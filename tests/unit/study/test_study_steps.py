"""The study's steps from exams to tables and figures: complete, repeatable, at home with few subjects."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from steps import encode_step, run_step
from wdr_mcpd.codec import Settings
from wdr_mcpd.data import Volume, read_exam, window, write_exam
from wdr_mcpd.data.exam import Exam
from wdr_mcpd.data.series import COLUMNS
from wdr_mcpd.errors import InputError
from wdr_mcpd.methods import ALONE
from wdr_mcpd.places import Results
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.laws import How, alternatives, gains_at, spacing_law

PAPER = Path(__file__).parents[3] / "resources" / "paper"
DICTIONARY = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
GIVEN = {"rates": [0.5, 1, 1.5, 2], "draws": 3, "orders": 1}
METHODS = ("3d-wdr", "3d-wdr-mcpd", "2d-wdr", "3d-wdr-auto")
TABLES = {
    *("rates", "bjontegaard", "tumour", "thresholds", "crossval", "whole_exam"),
    *("decomposition", "claims", "readings", "controls", "fidelity", "recommendations"),
}
EVIDENCE = {
    *("standing", "groupings", "spacing", "rate_law", "alternatives"),
    *("bounds", "orders", "units", "joint_readings"),
}


def series_table(path: Path, exams: list[str]) -> None:
    rows = ["\t".join(COLUMNS)]
    for number, exam in enumerate(exams):
        subject, _, visit = exam.rpartition("_")
        rows.append("\t".join(["made", subject, visit, f"1.2.{number}", "T1", "6", "0", "none", "synthetic"]))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(rows) + "\n")


def measure(folder: Path, exams: dict[str, Volume], given: Mapping[str, Any] = GIVEN) -> None:
    """Run the steps of each exam, as the rules do."""
    run = Results(folder)
    for exam, volume in exams.items():
        write_exam(run.volume(exam), Exam(volume, 0, 6))
        files = {"volume": run.volume(exam), "exam": exam}
        run_step("coherence.table.mcpd_of_exam", given, **files, out=run.mcpd(exam))
        for method in METHODS:
            stream = run.stream(exam, method)
            encode_step(run.volume(exam), run.mcpd(exam), stream, method, given)
            quality = {"streams": [stream], "out": [run.quality(exam, method)]}
            run_step("study.quality.quality", given, **files, **quality)
        files["mcpd"] = run.mcpd(exam)
        run_step("study.sweep.sweep_of_exam", given, **files, out=run.of_exam("sweep", exam))
        run_step("study.whole_exam.ways_of_exam", given, **files, out=run.of_exam("whole_exam", exam))
        run_step("study.controls.controls_of_exam", given, **files, out=run.of_exam("controls", exam))
        streams = {"streams": [run.stream(exam, method) for method in METHODS]}
        tumour = {"volume": run.volume(exam), "exam": exam, "out": run.of_exam("fidelity", exam)}
        run_step("study.fidelity.fidelity_of_exam", given, **tumour, **streams)
        claims = {"claims": PAPER / "claims.csv", "out": run.of_exam("readings", exam)}
        run_step("study.readings.readings_of_exam", given, **files, **claims)
    series_table(run.series_table(), list(exams))


def join(folder: Path, out: Path, given: Mapping[str, Any] = GIVEN) -> None:
    """Run the steps over all exams."""
    run, made = Results(folder), Results(out)
    exams = [path.stem for path in sorted((folder / "volumes").iterdir())]
    series = {"series": run.series_table()}
    quality = {"quality": [run.quality(exam, method) for exam in exams for method in METHODS]}
    swept = {"sweep": [run.of_exam("sweep", exam) for exam in exams]}
    files = shown(made, ["rates", "bjontegaard", "tumour"], ["rates", "tumour"])
    run_step("report.rates.rates", given, **series, **quality, **files)
    files = {"table": made.table("thresholds"), "figure": made.figure("thresholds")}
    run_step("report.thresholds.thresholds", given, **series, **swept, **files)
    folds = {name: out / "crossval" / f"{file}.csv" for name, file in FOLDS.items()}
    run_step(
        "report.cross_validation.cross_validation",
        given,
        **series,
        **swept,
        table=made.table("crossval"),
        **folds,
    )
    files = shown(made, ["whole_exam", "decomposition"], ["whole_exam", "decomposition"])
    whole = {"exams": [run.of_exam("whole_exam", exam) for exam in exams]}
    run_step("report.decomposition.decomposition", given, **series, **whole, **files)
    controls = {"exams": [run.of_exam("controls", exam) for exam in exams], "joined": out / "controls.csv"}
    files = {"table": made.table("controls"), "figure": made.figure("controls")}
    run_step("report.controls.controls", given, **series, **controls, **files)
    tumours = {"exams": [run.of_exam("fidelity", exam) for exam in exams]}
    run_step(
        "report.fidelity.fidelity", given, **series, **tumours, **shown(made, ["fidelity", "recommendations"])
    )
    audited = {
        "mcpd": [run.mcpd(exam) for exam in exams],
        "grid": [run.of_exam("readings", exam) for exam in exams],
        "chosen": folds["chosen"],
        "claims": PAPER / "claims.csv",
        "paper": [PAPER / f"table{number}.csv" for number in (1, 2, 3)],
    }
    run_step(
        "report.audit.audit", given, **series, **quality, **audited, **shown(made, ["claims", "readings"])
    )


def shown(made: Results, tables: Sequence[str], figures: Sequence[str] = ()) -> dict[str, list[Path]]:
    """Give the outputs of a step that makes several tables and figures."""
    files = {"tables": [path for name in tables for path in made.table(name)]}
    return files | ({"figures": [path for name in figures for path in made.figure(name)]} if figures else {})


def evidence(folder: Path, out: Path, given: Mapping[str, Any] = GIVEN) -> None:
    """Run the steps of the target evidence."""
    run, made = Results(folder), Results(out)
    exams = [path.stem for path in sorted((folder / "volumes").iterdir())]
    for exam in exams:
        files = {"volume": run.volume(exam), "exam": exam}
        drawn = {"controls": run.of_exam("controls", exam), "out": run.of_exam("draws", exam)}
        run_step("study.controls.draws_of_exam", given, **files, **drawn)
        run_step("study.grouping.groupings_of_exam", given, **files, out=run.of_exam("groupings", exam))
        orders = {"out": run.of_exam("orders", exam), "units": run.of_exam("units", exam)}
        run_step("study.forensics.orders_of_exam", given, **files, **orders)
        joint = {"out": run.of_exam("joint_readings", exam)}
        run_step("study.joint_readings.joint_readings_of_exam", given, **files, **joint)
        voxels = read_exam(run.volume(exam)).volume.voxels
        how = How(0.5, "std", Settings(axial_levels=1), 65535)
        law = spacing_law(exam, Volume(voxels, (1.5, 1, 1)), 2, 1.0, how, spacings=[1, 2, 3])
        write_csv(law, run.of_exam("spacing", exam))
        write_csv(gains_at(voxels, [0.5, 1.0], how).assign(exam=exam), run.of_exam("rate_law", exam))
        others = alternatives(exam, partial(window, Volume(voxels)), len(voxels) - 1, 1, 1.0, how)
        write_csv(others, run.of_exam("alternatives", exam))

    def of(kind: str) -> list[Path]:
        return [run.of_exam(kind, exam) for exam in exams]

    series = {"series": run.series_table()}
    measured = {kind: of(kind) for kind in ("controls", "draws", "groupings")}
    files = shown(made, ["standing", "groupings"])
    alone = {"mcpd": [run.mcpd(exam) for exam in exams]}
    alone["alone"] = [run.quality(exam, ALONE) for exam in exams]
    drawn = {"figure": made.figure("standing"), "joined": out / "groupings.csv"}
    run_step("report.evidence.evidence", given, **series, **measured, **alone, **files, **drawn)
    measured = {kind: of(kind) for kind in ("spacing", "rate_law")}
    files = shown(made, ["spacing", "rate_law"])
    run_step("report.laws.laws", given, **series, **measured, **files, figure=made.figure("laws"))
    others = {"exams": of("alternatives"), "table": made.table("alternatives")}
    run_step("report.laws.alternatives", given, **series, **others)
    measured = {"orders": of("orders"), "units": of("units"), "joint": of("joint_readings")}
    measured["paper"] = [PAPER / f"table{number}.csv" for number in (1, 2, 3)]
    files = shown(made, ["bounds", "orders", "units", "joint_readings"])
    run_step("report.forensics.forensics", given, **series, **measured, **files)


FOLDS = {"assigned": "folds", "chosen": "thresholds", "held_out": "held_out"}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory, head: Callable[..., np.ndarray]) -> Path:
    folder = tmp_path_factory.mktemp("two subjects")
    mask = np.zeros((6, 32, 32), dtype=bool)
    mask[2:4, 12:20, 16:25] = True
    exams = {f"{s}_1": Volume(head(seed=i), mask=mask) for i, s in enumerate(("001", "NA"))}
    measure(folder, exams)
    join(folder, folder / "first")
    evidence(folder, folder / "first")
    return folder


def written(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_table_and_figure_is_written(cohort: Path) -> None:
    names = set(written(cohort / "first"))
    assert {
        f"tables/{name}.{suffix}" for name in TABLES | EVIDENCE for suffix in ("csv", "md", "tex")
    } <= names
    figures = ("rates", "tumour", "thresholds", "whole_exam", "decomposition", "controls", "standing", "laws")
    assert {f"figures/{name}.{suffix}" for name in figures for suffix in ("png", "svg")} <= names
    assert {f"crossval/{name}.csv" for name in ("folds", "thresholds", "held_out")} <= names


def test_the_same_seed_gives_the_same_bytes(cohort: Path) -> None:
    join(cohort, cohort / "again")
    evidence(cohort, cohort / "again")
    assert written(cohort / "again") == written(cohort / "first")


def test_every_readers_page_says_what_the_data_is(cohort: Path) -> None:
    for name in (TABLES | EVIDENCE) - {"bounds"}:  # bounds are of the paper's table alone
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


def test_draws_of_a_given_size_need_no_controls(cohort: Path, tmp_path: Path) -> None:
    out, exam = tmp_path / "draws.csv", "001_1"
    files = {"volume": Results(cohort).volume(exam), "exam": exam, "out": out}
    run_step("study.controls.draws_of_exam", GIVEN, **files, sizes=[2])
    drawn = pd.read_csv(out)
    assert (drawn["in_volume"] == 2).all()
    assert (drawn["kind"] == "random").sum() == GIVEN["draws"]


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
    given = {**GIVEN, "threshold": 0.01, "mcpd_reference": "all"}
    measure(tmp_path, {f"{s}_1": Volume(head(seed=i)) for i, s in enumerate("ab")}, given)
    join(tmp_path, tmp_path, given)
    parts = pd.read_csv(tmp_path / "tables" / "decomposition.csv").set_index("region")
    assert parts.loc["selected slices", "gain_db"].isna().all()
    assert parts.loc["whole exam", "gain_db"].notna().all()
    claims = pd.read_csv(tmp_path / "tables" / "claims.csv").set_index("claim")
    assert claims.loc["improvement-largest", "reason"] == "nothing was measured for it"


def test_rates_at_which_everything_is_exact_are_measured(
    tmp_path: Path, head: Callable[..., np.ndarray]
) -> None:
    given = {**GIVEN, "rates": [1, 24]}
    measure(tmp_path, {f"{s}_1": Volume(head(seed=i)) for i, s in enumerate("ab")}, given)
    join(tmp_path, tmp_path, given)
    rates = pd.read_csv(tmp_path / "tables" / "rates.csv").set_index(["method", "rate_bpv"])
    assert rates.loc[("3d-wdr", 24), "exam_psnr_db"] == np.inf
    assert np.isnan(rates.loc[("3d-wdr", 24), "exam_psnr_db_low"])
    assert np.isfinite(rates.loc[("3d-wdr", 1), "exam_psnr_db"])


def test_missing_measurements_are_named(cohort: Path) -> None:
    run, made = Results(cohort), Results(cohort / "x")
    files = {
        "series": run.series_table(),
        "table": made.table("thresholds"),
        "figure": made.figure("thresholds"),
    }
    with pytest.raises(InputError, match=r"nowhere.*cannot be read"):
        run_step("report.thresholds.thresholds", sweep=[cohort / "nowhere" / "001_1.csv"], **files)
    swept = [run.of_exam("sweep", exam) for exam in ("001_1", "NA_1")]
    with pytest.raises(InputError, match="nothing was measured at 3"):
        run_step("report.thresholds.thresholds", {"table_rate": 3}, sweep=swept, **files)
    assert not (cohort / "x").exists()
