"""Subcommands that join the exams: `rates`, `thresholds`, `crossval`, `decomposition` and `audit`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from wdr_mcpd.data.series import Series
    from wdr_mcpd.paper.render import Table
    from wdr_mcpd.study.statistics import Bootstrap


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    rates = _summary(commands, "rates", "quality against rate, Bjontegaard differences, tumour")
    rates.add_argument("--quality", type=Path, required=True, metavar="FOLDER", help="of EXAM/METHOD.csv")
    rates.add_argument("--methods", nargs="+", required=True, help="in the order of the tables")
    rates.set_defaults(run=_rates)

    thresholds = _summary(commands, "thresholds", "table and figure of the threshold sweep")
    thresholds.add_argument("--sweep", type=Path, required=True, metavar="FOLDER", help="of EXAM.csv")
    _add_rate_and_threshold(thresholds)
    thresholds.set_defaults(run=_thresholds)

    crossval = _summary(commands, "crossval", "cross-validate the threshold, by subject")
    crossval.add_argument("--sweep", type=Path, required=True, metavar="FOLDER", help="of EXAM.csv")
    crossval.add_argument("--folds", type=int, default=5, help="each subject alone where they are no more")
    crossval.add_argument("--min-selected", type=int, default=3, help="fewest slices of objective selected")
    crossval.add_argument("--objective", choices=("selected", "exam"), default="exam", help="listed first")
    crossval.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="gets the folds")
    _add_rate_and_threshold(crossval)
    crossval.set_defaults(run=_crossval)

    whole = _summary(commands, "decomposition", "the whole exam at equal bits, and what the gain is made of")
    whole.add_argument("--whole-exam", type=Path, required=True, metavar="FOLDER", help="of EXAM.csv")
    _add_rate_and_threshold(whole)
    whole.set_defaults(run=_decomposition)

    audit = _summary(commands, "audit", "the paper's claims beside our measurements, and the readings grid")
    audit.add_argument("--quality", type=Path, required=True, metavar="FOLDER", help="of EXAM/METHOD.csv")
    audit.add_argument("--mcpd", type=Path, required=True, metavar="FOLDER", help="of EXAM.csv")
    audit.add_argument("--mcpd-unit", default="std")
    audit.add_argument("--grid", type=Path, required=True, metavar="FOLDER", help="of readings EXAM.csv")
    audit.add_argument("--chosen", type=Path, required=True, metavar="CSV", help="thresholds of the folds")
    audit.add_argument("--paper", type=Path, required=True, metavar="FOLDER", help="claims.csv, table1 to 3")
    audit.add_argument("--methods", nargs="+", required=True, help="that were measured")
    _add_rate_and_threshold(audit)
    audit.set_defaults(run=_audit)


def _summary(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, shows: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=shows)
    command.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table of the run")
    command.add_argument("--readings", default="", help="how it was measured, for the notes")
    command.add_argument("--samples", type=int, default=2000, help="bootstrap resamples (default 2000)")
    command.add_argument("--seed", type=int, default=1, help="of the bootstrap and the folds (default 1)")
    command.add_argument("--tables", type=Path, required=True, metavar="FOLDER", help="gets the tables")
    command.add_argument("--figures", type=Path, metavar="FOLDER", help="gets the figures, if given")
    return command


def _add_rate_and_threshold(command: argparse.ArgumentParser) -> None:
    command.add_argument("--rate", type=float, default=1.0, help="bits per voxel (default 1)")
    command.add_argument("--threshold", type=float, default=0.5, help="T (default 0.5)")


def _rates(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper import study_figures, study_tables
    from wdr_mcpd.study.rates import bjontegaard_table, exam_quality, rates_table, tumour_table

    note, bootstrap = _note(options), _bootstrap(options)
    exams = exam_quality(_quality(options))
    rates, tumour = rates_table(exams, bootstrap), tumour_table(exams, bootstrap)
    _write(options, study_tables.rates(rates, note))
    _write(options, study_tables.bjontegaard(bjontegaard_table(exams, bootstrap), note))
    _write(options, study_tables.tumour(tumour, note))
    shown = _cohort(options)
    _draw(options, "rates", lambda: study_figures.rates_figure(rates, shown))
    _draw(options, "tumour", lambda: study_figures.tumour_figure(tumour, shown))


def _thresholds(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper import study_figures, study_tables
    from wdr_mcpd.study.sweep import thresholds_table

    sweep = _of_exams(options, options.sweep, ["rate_bpv", "threshold_mcpd", "mcpd_unit", "encodings"])
    table = thresholds_table(sweep, _bootstrap(options))
    drawn = _at_rate(sweep, options.rate), _at_rate(table, options.rate)
    encodings = int(sweep["encodings"].max())
    note = f"{_note(options)}. At most {encodings} encodings of an exam for all thresholds"
    _write(options, study_tables.thresholds(table, note))
    unit = str(sweep["mcpd_unit"].iloc[0])
    shown = f"{_cohort(options)}. {options.rate:g} bpv"
    _draw(
        options,
        "thresholds",
        lambda: study_figures.thresholds_figure(*drawn, options.threshold, unit, shown),
    )


def _crossval(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper import study_tables
    from wdr_mcpd.study.crossval import assign_folds, cross_validate, crossval_table
    from wdr_mcpd.study.frames import write_csv

    columns = ["rate_bpv", "threshold_mcpd", "selected_slices", "selected_gain_db", "exam_gain_db"]
    sweep = _at_rate(_of_exams(options, options.sweep, columns), options.rate)
    folds = assign_folds(sweep, options.folds, options.seed)
    chosen, held_out = cross_validate(sweep, folds, options.threshold, options.min_selected)
    table = crossval_table(chosen, held_out, _bootstrap(options))
    for name, frame in (("folds", folds), ("thresholds", chosen), ("held_out", held_out)):
        write_csv(frame, options.out / f"{name}.csv")
    asked = table.sort_values("objective", key=lambda names: names != options.objective, kind="stable")
    how = f"{options.rate:g} bpv; gains over 3D-WDR; {_scheme(folds)}"
    _write(options, study_tables.crossval(asked, f"{_note(options)}. {how}"))


def _scheme(folds: "pd.DataFrame") -> str:
    return str(folds["scheme"].iloc[0]) if len(folds) else "one subject alone cannot be cross-validated"


def _decomposition(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper import study_figures, study_tables
    from wdr_mcpd.study.whole_exam import COMPARED, decomposition_table, whole_exam_table

    exams = _of_exams(options, options.whole_exam, ["rate_bpv", "scheme", "exam_psnr_db"])
    note, bootstrap = _note(options), _bootstrap(options)
    whole, parts = whole_exam_table(exams, bootstrap), decomposition_table(exams, bootstrap)
    _write(options, study_tables.whole_exam(whole, note))
    _write(options, study_tables.decomposition(parts, note))
    shown = _cohort(options)
    _draw(
        options,
        "decomposition",
        lambda: study_figures.decomposition_figure(parts, options.rate, shown),
    )
    _draw(
        options,
        "whole_exam",
        lambda: study_figures.whole_exam_figure(whole, options.rate, COMPARED, shown),
    )


def _audit(options: argparse.Namespace) -> None:
    import pandas as pd

    from wdr_mcpd.coherence import select
    from wdr_mcpd.paper import study_tables
    from wdr_mcpd.study.claims import audit
    from wdr_mcpd.study.frames import read_csv, subject_of
    from wdr_mcpd.study.measured import Inputs, is_paper_collection, measure_claims
    from wdr_mcpd.study.paper_claims import read_claims, read_paper_tables
    from wdr_mcpd.study.readings import readings_table

    series = _series(options)
    column = f"mcpd_{options.mcpd_unit}"
    slices = pd.concat(
        read_csv(options.mcpd / f"{exam}.csv", ["slice", column]).assign(exam=exam, subject=subject_of(exam))
        for exam in _exams(series)
    ).rename(columns={column: "mcpd"})
    slices["selected"] = select(slices["mcpd"].to_numpy(), options.threshold)
    grid = _of_exams(options, options.grid, ["quantity", "share_in_paper_range"])
    inputs = Inputs(_quality(options), slices, grid, read_csv(options.chosen, ["objective"]), series)
    bootstrap = _bootstrap(options)
    table = readings_table(grid)
    judged = audit(
        read_claims(options.paper / "claims.csv"),
        read_paper_tables(options.paper),
        measure_claims(inputs, options.rate),
        table,
        is_paper_collection(series),
        _subjects(series),
        bootstrap,
    )
    _write(options, study_tables.readings(table, _note(options)))
    _write(options, study_tables.claims(judged, f"{_cohort(options)}. {options.rate:g} bpv"))


def _series(options: argparse.Namespace) -> "list[Series]":
    from wdr_mcpd.data.series import read_series_table

    return read_series_table(options.series)


def _subjects(series: "list[Series]") -> int:
    return len({one.patient_id for one in series})


def _exams(series: "list[Series]") -> list[str]:
    return sorted(one.exam_id for one in series)


def _of_exams(options: argparse.Namespace, folder: Path, columns: list[str]) -> "pd.DataFrame":
    from wdr_mcpd.study.frames import read_exams

    return read_exams([folder / f"{exam}.csv" for exam in _exams(_series(options))], columns)


def _quality(options: argparse.Namespace) -> "pd.DataFrame":
    from wdr_mcpd.study.frames import read_exams
    from wdr_mcpd.study.quality import COLUMNS

    exams = _exams(_series(options))
    paths = [options.quality / exam / f"{method}.csv" for method in options.methods for exam in exams]
    return read_exams(paths, COLUMNS)


def _at_rate(frame: "pd.DataFrame", rate: float) -> "pd.DataFrame":
    from wdr_mcpd.paper.tables import at_rate

    return at_rate(frame, rate)


def _bootstrap(options: argparse.Namespace) -> "Bootstrap":
    from wdr_mcpd.study.statistics import Bootstrap

    return Bootstrap(options.samples, options.seed)


def _cohort(options: argparse.Namespace) -> str:
    from wdr_mcpd.study.cohort import cohort_note

    return cohort_note(_series(options))


def _note(options: argparse.Namespace) -> str:
    from wdr_mcpd.paper.study_tables import interval_note

    subjects = _subjects(_series(options))
    readings = f". {options.readings}" if options.readings else ""
    return interval_note(f"{_cohort(options)}{readings}", subjects)


def _write(options: argparse.Namespace, table: "Table") -> None:
    from wdr_mcpd.paper.render import write_table

    write_table(table, options.tables)


def _draw(options: argparse.Namespace, name: str, draw: "Callable[[], Figure]") -> None:
    from wdr_mcpd.paper.style import paper_style, save_figure

    if options.figures is None:
        return
    with paper_style():
        save_figure(draw(), options.figures / name)
