"""Subcommands of the paper room: `table1`, `table2`, `table3`, `figures`, `check-reference`, `readme`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from wdr_mcpd.paper.render import Table
    from wdr_mcpd.paper.tables import Selection


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    first = _table(commands, 1, "PSNR and SSIM of every slice with 3D-WDR")
    second = _table(commands, 2, "average MCPD of every slice, and which are selected")
    third = _table(commands, 3, "PSNR, SSIM and improvement of the selected slices with 3D-WDR-MCPD")
    for command in (first, third):
        command.add_argument("--quality", type=Path, required=True, help="folder of EXAM/METHOD.csv")
        command.add_argument("--rate", type=float, default=1.0, help="bits per voxel (default 1)")
    for command in (second, third):
        command.add_argument("--mcpd", type=Path, required=True, help="folder of EXAM.csv")
        command.add_argument("--unit", default="std", help="unit of the MCPD (default std)")
        command.add_argument("--threshold", type=float, default=0.5, help="T (default 0.5)")
    first.set_defaults(run=_table1)
    second.set_defaults(run=_table2)
    third.set_defaults(run=_table3)

    figures = commands.add_parser(
        "figures", help="Figures 1 and 2: two slices, their reconstruction, difference"
    )
    figures.add_argument("exam", help="exam of the series table, e.g. brain1_1")
    figures.add_argument("volume", type=Path, help="the exam's slices (.npz)")
    figures.add_argument("stream", type=Path, help="their 3d-wdr-mcpd stream")
    figures.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table of the run")
    figures.add_argument("--mcpd", type=Path, required=True, help="the exam's average MCPD (CSV)")
    figures.add_argument("--quality", type=Path, required=True, help="measurements of the stream (CSV)")
    figures.add_argument("--unit", default="std", help="unit of the MCPD (default std)")
    figures.add_argument("--threshold", type=float, default=0.5, help="T (default 0.5)")
    figures.add_argument("--rate", type=float, default=1.0, help="bits per voxel (default 1)")
    figures.add_argument(
        "--slices", type=int, nargs="*", default=[], help="two slices; else the first selected"
    )
    figures.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="gets figure1, figure2")
    figures.set_defaults(run=_figures)

    check = commands.add_parser(
        "check-reference", help="compare the results of a run with the committed ones"
    )
    check.add_argument("reference", type=Path, help="folder of the committed results")
    check.add_argument("results", type=Path, help="folder of the run's results")
    check.set_defaults(run=_check)

    readme = commands.add_parser("readme", help="write the committed results into the README")
    readme.add_argument("page", type=Path)
    readme.add_argument("reference", type=Path, help="folder of the committed results")
    readme.set_defaults(run=_readme)


def _table(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", number: int, shows: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(f"table{number}", help=f"Table {number}: {shows}")
    command.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table of the run")
    command.add_argument("--paper", type=Path, required=True, metavar="CSV", help="the paper's own table")
    command.add_argument("--readings", default="", help="how it was measured, for the note under the caption")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="gets .csv, .md and .tex")
    return command


def _table1(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper.tables import REFERENCE_METHOD, read_paper, table1

    quality = _quality(options, REFERENCE_METHOD)
    _write(options, table1(quality, read_paper(options.paper), options.rate, _note(options)))


def _table2(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper.tables import read_paper, table2

    _write(options, table2(_selection(options), read_paper(options.paper), _note(options)))


def _table3(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper.tables import PROPOSED_METHOD, REFERENCE_METHOD, read_paper, table3

    measured = _quality(options, PROPOSED_METHOD)
    reference = _quality(options, REFERENCE_METHOD)
    paper = read_paper(options.paper)
    _write(options, table3(measured, reference, _selection(options), paper, options.rate, _note(options)))


def _figures(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.exam import read_exam
    from wdr_mcpd.files import read_bytes
    from wdr_mcpd.methods import decode
    from wdr_mcpd.paper.figures import SlicePair, slice_figure, slices_to_show
    from wdr_mcpd.paper.style import paper_style, save_figure
    from wdr_mcpd.paper.tables import at_rate
    from wdr_mcpd.study.frames import read_csv

    volume = read_exam(options.volume).volume
    decoded = decode(read_bytes(options.stream), rate=options.rate)
    quality = at_rate(read_csv(options.quality, ["rate_bpv", "slice", "psnr_db", "ssim"]), options.rate)
    average = read_csv(options.mcpd, [f"mcpd_{options.unit}"])[f"mcpd_{options.unit}"].to_numpy()
    with paper_style():
        for figure, number in enumerate(slices_to_show(average, options.threshold, options.slices), 1):
            measured = quality.loc[quality["slice"] == number].iloc[0]
            pair = SlicePair(
                volume.voxels[number - 1],
                decoded[number - 1],
                float(measured["psnr_db"]),
                float(measured["ssim"]),
                volume.spacing[1:],
            )
            part = "selected" if average[number - 1] <= options.threshold else "not selected, coded alone"
            title = f"{options.exam}, slice {number} ({part}): 3D-WDR-MCPD at {options.rate:g} bpv"
            save_figure(slice_figure(pair, title, _note(options)), options.out / f"figure{figure}")


def _check(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper.check import check_results

    print(f"{check_results(options.reference, options.results)} files as committed")


def _readme(options: argparse.Namespace) -> None:
    from wdr_mcpd.files import whole_file
    from wdr_mcpd.paper.readme import with_results

    page = with_results(options.page.read_text("utf-8"), options.reference)
    with whole_file(options.page) as draft:
        draft.write_text(page, encoding="utf-8")


def _exams(options: argparse.Namespace) -> list[str]:
    from wdr_mcpd.data.series import read_series_table

    return [series.exam_id for series in read_series_table(options.series)]


def _quality(options: argparse.Namespace, method: str) -> "pd.DataFrame":
    from wdr_mcpd.study.frames import read_exams

    paths = [options.quality / exam / f"{method}.csv" for exam in _exams(options)]
    return read_exams(paths, ["rate_bpv", "slice", "psnr_db", "ssim"])


def _selection(options: argparse.Namespace) -> "Selection":
    import pandas as pd

    from wdr_mcpd.paper.tables import Selection
    from wdr_mcpd.study.frames import read_csv

    columns = ["slice", f"mcpd_{options.unit}"]
    frames = [
        read_csv(options.mcpd / f"{exam}.csv", columns).assign(exam=exam) for exam in sorted(_exams(options))
    ]
    return Selection(pd.concat(frames, ignore_index=True), options.unit, options.threshold)


def _note(options: argparse.Namespace) -> str:
    from wdr_mcpd.data.series import read_series_table
    from wdr_mcpd.study.cohort import cohort_note

    note = cohort_note(read_series_table(options.series))
    readings = getattr(options, "readings", "")
    return f"{note}. {readings}" if readings else note


def _write(options: argparse.Namespace, table: "Table") -> None:
    from wdr_mcpd.paper.render import write_table

    write_table(table, options.out)
