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
    command.add_argument("--note", default="", help="how PSNR and SSIM were measured")
    command.add_argument("--out", type=Path, required=True, metavar="HTML")
    command.set_defaults(run=_viewer)

    command = commands.add_parser("results-section", help='the section "Results" of the paper, as Markdown')
    command.add_argument("--tables", type=Path, required=True, metavar="FOLDER", help="holds table1, 2 and 3")
    command.add_argument("--figure", type=Path, nargs="*", default=[], help="pictures, in their order")
    command.add_argument("--out", type=Path, required=True, metavar="MD")
    command.set_defaults(run=_results_section)

    command = commands.add_parser("config-reference", help="write the configuration reference of the docs")
    command.add_argument("schema", type=Path)
    command.add_argument("--out", type=Path, required=True, metavar="MD")
    command.set_defaults(run=_config_reference)


def _viewer(options: Any) -> None:
    import pandas as pd

    from wdr_mcpd.data import read_exam
    from wdr_mcpd.paper.viewer import COLUMNS, CodedExam, viewer_html
    from wdr_mcpd.study.frames import read_csv

    quality = pd.concat([read_csv(path, COLUMNS) for path in options.quality], ignore_index=True)
    streams = {path.stem: _bytes(path) for path in options.stream}
    exam = CodedExam(options.exam, read_exam(options.volume).volume, streams, quality)
    _write(options.out, viewer_html(exam, options.note))


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


def _config_reference(options: Any) -> None:
    from wdr_mcpd.config import read_schema
    from wdr_mcpd.paper.reference import configuration_reference

    _write(options.out, configuration_reference(read_schema(options.schema)))


def _bytes(path: Path) -> bytes:
    from wdr_mcpd.errors import InputError

    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _write(path: Path, text: str) -> None:
    from wdr_mcpd.files import whole_file

    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
