"""Subcommand of the coherence room: `mcpd`."""

import argparse
import csv
import sys
from pathlib import Path
from typing import TextIO


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `mcpd`."""
    command = commands.add_parser(
        "mcpd", help="average MCPD of each slice (eq. 1) and, with --threshold, which slices it selects"
    )
    command.add_argument("source", type=Path, help="a DICOM folder, .npy, .nrrd, .nii, .nii.gz")
    command.add_argument("--unit", choices=("std", "stored", "range", "dtype"), default="std")
    command.add_argument("--reference", choices=("following", "all", "adjacent"), default="following")
    command.add_argument("--threshold", type=float, help="also say which slices are at most this")
    command.add_argument("--out", type=Path, help="CSV file to write instead of standard output")
    command.set_defaults(run=mcpd)


def mcpd(options: argparse.Namespace) -> None:
    """Write one row for each slice: its number from 1, its average MCPD, whether it is selected."""
    from wdr_mcpd.coherence import average_mcpd, select
    from wdr_mcpd.data import read_volume
    from wdr_mcpd.files import whole_file

    average = average_mcpd(read_volume(options.source).voxels, options.unit, options.reference)
    columns = ["slice", f"mcpd_{options.unit}"]
    rows = [[str(number), repr(float(value))] for number, value in enumerate(average, 1)]
    if options.threshold is not None:
        columns.append("selected")
        for row, selected in zip(rows, select(average, options.threshold), strict=True):
            row.append("yes" if selected else "no")
    if options.out is None:
        _write(sys.stdout, columns, rows)
        return
    with whole_file(options.out) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        _write(file, columns, rows)


def _write(file: TextIO, columns: list[str], rows: list[list[str]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
