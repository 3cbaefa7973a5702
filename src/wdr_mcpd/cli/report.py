"""Subcommands of the viewer, the report, and the generated documentation."""

import argparse
from pathlib import Path
from typing import Any


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    command = commands.add_parser("viewer", help="one HTML page to look at an exam at each rate")
    command.add_argument("exam", help="name of the exam, e.g. brain1_1")
    command.add_argument("volume", type=Path, help="the exam's slices (.npz)")
    command.add_argument(
        "--stream", type=Path, nargs="+", required=True, help="METHOD.wdr files of that exam"
    )
    command.add_argument(
        "--quality", type=Path, nargs="+", required=True, help="their measurements (CSV), in any order"
    )
    command.add_argument("--series", type=Path, metavar="TSV", help="series table, to say what data it is")
    command.add_argument("--note", default="", help="how PSNR and SSIM were measured")
    command.add_argument("--out", type=Path, required=True, metavar="HTML")
    command.set_defaults(run=_viewer)

    command = commands.add_parser("transmission", help="time over a link until a quality is reached")
    command.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table of the run")
    command.add_argument("--quality", type=Path, required=True, help="folder of EXAM/METHOD.csv")
    command.add_argument("--volumes", type=Path, required=True, help="folder of EXAM.npz")
    command.add_argument("--method", nargs="+", required=True)
    command.add_argument("--readings", default="", help="how it was measured, for the notes")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="gets tables/, figures/")
    command.set_defaults(run=_transmission)

    command = commands.add_parser("results-section", help='the section "Results" of the paper, as Markdown')
    command.add_argument("--tables", type=Path, required=True, metavar="FOLDER", help="holds table1, 2 and 3")
    command.add_argument("--figure", type=Path, nargs="*", default=[], help="pictures, in their order")
    command.add_argument("--out", type=Path, required=True, metavar="MD")
    command.set_defaults(run=_results_section)

    command = commands.add_parser("pages", help="tables and texts as HTML pages of their own")
    command.add_argument(
        "file", type=Path, nargs="+", help=".md, .csv or .tsv; FILE becomes FOLDER/STEM.html"
    )
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    command.set_defaults(run=_pages)

    command = commands.add_parser("landing", help="the report's first page")
    command.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table of the run")
    command.add_argument("--tables", type=Path, required=True, metavar="FOLDER", help="holds the tables")
    command.add_argument("--rate", type=float, required=True, help="bits per voxel of Table 3")
    command.add_argument("--figure", type=Path, required=True, metavar="PNG", help="of the decomposition")
    command.add_argument("--out", type=Path, required=True, metavar="HTML")
    command.set_defaults(run=_landing)

    command = commands.add_parser("config-reference", help="write the configuration reference of the docs")
    command.add_argument("schema", type=Path)
    command.add_argument("--out", type=Path, required=True, metavar="MD")
    command.set_defaults(run=_config_reference)


def _viewer(options: Any) -> None:
    import pandas as pd

    from wdr_mcpd.data import read_exam
    from wdr_mcpd.data.series import read_series_table
    from wdr_mcpd.files import read_bytes
    from wdr_mcpd.paper.viewer import COLUMNS, CodedExam, viewer_html
    from wdr_mcpd.study.cohort import cohort_note
    from wdr_mcpd.study.frames import read_csv

    quality = pd.concat([read_csv(path, COLUMNS) for path in options.quality], ignore_index=True)
    streams = {path.stem: read_bytes(path) for path in options.stream}
    exam = CodedExam(options.exam, read_exam(options.volume).volume, streams, quality)
    cohort = cohort_note(read_series_table(options.series)) if options.series else ""
    _write(options.out, viewer_html(exam, ". ".join(filter(None, (cohort, options.note)))))


def _transmission(options: Any) -> None:
    from wdr_mcpd.data import read_exam
    from wdr_mcpd.data.series import read_series_table
    from wdr_mcpd.paper.render import write_table
    from wdr_mcpd.paper.style import paper_style, save_figure
    from wdr_mcpd.paper.transmission import transmission_figure, transmission_table
    from wdr_mcpd.study.cohort import cohort_note
    from wdr_mcpd.study.frames import read_exams

    series = read_series_table(options.series)
    exams = [row.exam_id for row in series]
    paths = [options.quality / exam / f"{method}.csv" for exam in exams for method in options.method]
    quality = read_exams(paths, ["method", "rate_bpv", "slice", "ssim", "bytes"])
    stored = {exam: read_exam(options.volumes / f"{exam}.npz").volume.voxels.nbytes for exam in exams}
    note = ". ".join(filter(None, (cohort_note(series), options.readings)))
    write_table(transmission_table(quality, stored, note), options.out / "tables")
    with paper_style():
        save_figure(transmission_figure(quality, note), options.out / "figures" / "transmission")


def _results_section(options: Any) -> None:
    import os

    from wdr_mcpd.paper.results_section import read_written, results_section

    tables = [read_written(options.tables, f"table{number}") for number in (1, 2, 3)]
    figures = [
        (_figure_title(path), Path(os.path.relpath(path, options.out.parent)).as_posix())
        for path in options.figure
    ]
    _write(options.out, results_section(tables, figures))


def _figure_title(path: Path) -> str:
    """Title of results/figures/EXAM/figureN.png."""
    return f"{path.stem.replace('figure', 'Figure ')}, exam {path.parent.name}"


def _landing(options: Any) -> None:
    from wdr_mcpd.data.series import read_series_table
    from wdr_mcpd.paper.landing import Findings, landing_html
    from wdr_mcpd.study.cohort import cohort_note
    from wdr_mcpd.study.frames import read_csv

    names = ("table3", "decomposition", "claims", "rates")
    tables = {name: read_csv(options.tables / f"{name}.csv") for name in names}
    findings = Findings(**tables, rate=options.rate, note=cohort_note(read_series_table(options.series)))
    _write(options.out, landing_html(findings, options.figure))


def _pages(options: Any) -> None:
    for path in options.file:
        _write(options.out / f"{path.stem}.html", _page(path))


def _page(path: Path) -> str:
    import pandas as pd

    from wdr_mcpd.files import read_bytes
    from wdr_mcpd.paper.pages import markdown_page, table_page

    if path.suffix == ".md":
        return markdown_page(read_bytes(path).decode("utf-8"), path.parent)
    separator = "\t" if path.suffix == ".tsv" else ","
    return table_page(pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False), path.stem)


def _config_reference(options: Any) -> None:
    from wdr_mcpd.config import read_schema
    from wdr_mcpd.paper.reference import configuration_reference

    _write(options.out, configuration_reference(read_schema(options.schema)))


def _write(path: Path, text: str) -> None:
    from wdr_mcpd.files import whole_file

    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
