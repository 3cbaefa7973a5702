"""Subcommand `series`: the table of the series of a study, made, chosen and checked."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wdr_mcpd.data.choose import Record
    from wdr_mcpd.data.series import Series


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `series`."""
    series = commands.add_parser("series", help="make or check the table of the series of a study")
    kinds = series.add_subparsers(dest="kind", metavar="KIND", required=True)

    check = kinds.add_parser("check", help="check a table and write it in its plain form")
    check.add_argument("table", type=Path, metavar="TSV")
    check.set_defaults(run=_series_check)

    synthetic = kinds.add_parser("synthetic", help="list a cohort of phantoms, two exams each")
    for name, default in (("subjects", 4), ("slices", 22), ("size", 256), ("seed", 1)):
        synthetic.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    synthetic.set_defaults(run=_series_synthetic)

    for kind in (check, synthetic):
        kind.add_argument("--without", type=Path, metavar="TSV", help="leave these out (series excluded)")

    listed = kinds.add_parser("list", help="choose exams from what an archive or a folder holds")
    listed.add_argument("--source", choices=("nbia", "idc", "local"), required=True)
    listed.add_argument("--collection", help="as TCIA writes it, e.g. UPENN-GBM")
    listed.add_argument("--base-url", help="source nbia: address of the server")
    listed.add_argument("--data-folder", type=Path, help="source local: tree of DICOM files, read only")
    listed.add_argument("--description", default="", help="pattern that SeriesDescription begins with")
    listed.add_argument("--min-images", type=int, default=20, help="fewest images of a series (default 20)")
    listed.add_argument("--max-images", type=int, default=1_000_000, help="most images of a series")
    listed.add_argument("--exams", type=int, default=2, help="first exams of a patient by date (default 2)")
    listed.add_argument("--patients", type=int, help="first patients by PatientID (default: all that fit)")
    listed.set_defaults(run=_series_list)

    excluded = kinds.add_parser("excluded", help="list the series that cannot give the slices of the study")
    excluded.add_argument("folder", type=Path, help="folder that holds one folder for each exam")
    which = excluded.add_mutually_exclusive_group(required=True)
    which.add_argument("--series", type=Path, metavar="TSV", help="series table")
    which.add_argument(
        "--synthetic",
        type=int,
        nargs=4,
        metavar=("SUBJECTS", "SLICES", "SIZE", "SEED"),
        help="cohort of phantoms",
    )
    add_window(excluded)
    excluded.set_defaults(run=_series_excluded)

    for kind in (check, synthetic, listed, excluded):
        kind.add_argument("--out", type=Path, required=True, metavar="TSV", help="table to write")


def add_window(command: argparse.ArgumentParser) -> None:
    """Add the options that say which slices of a series the study takes."""
    command.add_argument("--slices", type=int, default=20, help="consecutive slices to keep (default 20)")
    command.add_argument("--first", type=_first, default="central", help="number from 1, or central")


def _first(text: str) -> int | str:
    if text == "central":
        return text
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 1 nor central")
    return int(text) - 1


def _series_check(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.series import read_series_table

    _write_table(options, read_series_table(options.table))


def _series_synthetic(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.synthetic import synthetic_table

    _write_table(options, synthetic_table(options.subjects, options.slices, options.size, options.seed))


def _series_excluded(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.excluded import flaw, write_excluded
    from wdr_mcpd.data.series import read_series_table
    from wdr_mcpd.data.synthetic import synthetic_table

    table = read_series_table(options.series) if options.series else synthetic_table(*options.synthetic)
    flaws = {s.exam_id: flaw(options.folder / s.exam_id, options.slices, options.first) for s in table}
    write_excluded(options.out, table, flaws)
    for exam, reason in flaws.items():
        if reason:
            print(f"{exam}: excluded: {reason}")


def _series_list(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.choose import Rule, choose
    from wdr_mcpd.data.series import write_series_table

    images = (options.min_images, options.max_images)
    rule = Rule(options.description, images, options.exams, options.patients)
    table = choose(_records(options), rule, options.source, say=print)
    write_series_table(options.out, table)
    masks = sum(row.mask_series_uid != "" for row in table)
    drawn = f", {masks} with a tumour mask" if masks else ""
    print(f"{len(table)} exams of {len({row.patient_id for row in table})} patients{drawn}")


def _records(options: argparse.Namespace) -> "list[Record]":
    from wdr_mcpd.errors import InputError

    if options.source == "local":
        from wdr_mcpd.data.local import local_records

        if options.data_folder is None:
            raise InputError("source local needs --data-folder, the tree of DICOM files")
        return local_records(options.data_folder, options.collection or "local", say=print)
    if options.collection is None:
        raise InputError(f"source {options.source} needs --collection, its name at TCIA, e.g. UPENN-GBM")
    if options.source == "idc":
        from wdr_mcpd.data.idc import idc_records

        return idc_records(options.collection)
    from wdr_mcpd.data.nbia import BASE_URL
    from wdr_mcpd.data.nbia_query import nbia_records

    return nbia_records(options.collection, options.base_url or BASE_URL)


def _write_table(options: argparse.Namespace, table: "list[Series]") -> None:
    from wdr_mcpd.data.excluded import read_excluded, without_excluded
    from wdr_mcpd.data.series import write_series_table

    if options.without is not None:
        table = without_excluded(table, read_excluded(options.without))
    write_series_table(options.out, table)
