"""Commands of the data: `series`, `fetch` and `verify`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wdr_mcpd.config import Synthetic
from wdr_mcpd.errors import InputError

if TYPE_CHECKING:
    from wdr_mcpd.data.choose import Record


def series_options(parser: argparse.ArgumentParser) -> None:
    """Add the kinds of `series` and their options."""
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
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
    check = kinds.add_parser("check", help="check a table and write it in its plain form")
    check.add_argument("table", type=Path, metavar="TSV")
    synthetic = kinds.add_parser("synthetic", help="list a cohort of phantoms, two exams each")
    for name, default in Synthetic().model_dump().items():
        synthetic.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    for kind in (listed, check, synthetic):
        kind.add_argument("--out", type=Path, required=True, metavar="TSV", help="table to write")


def series(options: argparse.Namespace) -> None:
    """Write a table of series, from an archive or folder, another table, or the phantoms."""
    from wdr_mcpd.data.choose import Rule, choose
    from wdr_mcpd.data.series import read_series_table, write_series_table
    from wdr_mcpd.data.synthetic import synthetic_table

    if options.kind == "check":
        table = read_series_table(options.table)
    elif options.kind == "synthetic":
        table = synthetic_table(options.subjects, options.slices, options.size, options.seed)
    else:
        images = (options.min_images, options.max_images)
        rule = Rule(options.description, images, options.exams, options.patients)
        table = choose(_records(options), rule, options.source)
    write_series_table(options.out, table)
    masks = sum(row.mask_series_uid != "" for row in table)
    drawn = f", {masks} with a tumour mask" if masks else ""
    print(f"{len(table)} exams of {len({row.patient_id for row in table})} patients{drawn}")


def _records(options: argparse.Namespace) -> "list[Record]":
    if options.source == "local":
        from wdr_mcpd.data.local import local_records

        if options.data_folder is None:
            raise InputError("source local needs --data-folder, the tree of DICOM files")
        return local_records(options.data_folder, options.collection or "local")
    if options.collection is None:
        raise InputError(f"source {options.source} needs --collection, its name at TCIA, e.g. UPENN-GBM")
    if options.source == "idc":
        from wdr_mcpd.data.idc import idc_records

        return idc_records(options.collection)
    from wdr_mcpd.data.nbia import BASE_URL, Patience
    from wdr_mcpd.data.nbia_query import nbia_records

    return nbia_records(options.collection, options.base_url or BASE_URL, Patience())


def fetch_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `fetch`."""
    parser.add_argument(
        "folder", type=Path, help="folder to write below: EXAM/ with DICOM files, manifest.json"
    )
    parser.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table")
    parser.add_argument("--exam", action="append", help="only this exam of the table (can be repeated)")
    parser.add_argument(
        "--archive", type=Path, help="source sample: its archive; downloaded if it is not there"
    )
    parser.add_argument("--base-url", help="source nbia: address of the server")
    parser.add_argument("--data-folder", type=Path, help="source local: the tree of DICOM files")
    parser.add_argument("--copy", action="store_true", help="source local: copy the files instead of linking")


def fetch(options: argparse.Namespace) -> None:
    """Fetch every series of a table that is not there and whole."""
    from wdr_mcpd.data.cohort import fetch_cohort
    from wdr_mcpd.data.fetch import Sources
    from wdr_mcpd.data.nbia import BASE_URL
    from wdr_mcpd.data.sample import ARCHIVE, download_archive
    from wdr_mcpd.data.series import find_exam, read_series_table

    table = read_series_table(options.series)
    if options.exam:
        table = [find_exam(table, exam) for exam in options.exam]
    archive = options.archive or options.folder / ARCHIVE
    if any(row.source == "sample" for row in table) and not archive.exists():
        download_archive(archive)
    sources = Sources(
        archive=archive,
        base_url=options.base_url or BASE_URL,
        data_folder=options.data_folder,
        copy=options.copy,
    )
    fetch_cohort(table, options.folder, sources)


def verify_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `verify`."""
    parser.add_argument("folder", type=Path, help="folder that holds one folder for each exam")
    parser.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table")
    parser.add_argument("--discard", action="store_true", help="remove what is broken, to be fetched again")


def verify(options: argparse.Namespace) -> None:
    """Compare the series of a table with their manifests."""
    from wdr_mcpd.data.cohort import verify_cohort
    from wdr_mcpd.data.series import read_series_table

    count = verify_cohort(read_series_table(options.series), options.folder, discard=options.discard)
    print(f"{count} series are whole")
