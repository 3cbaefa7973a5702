"""Commands of the data: `series`, `fetch` and `verify`."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from wdr_mcpd.cli.keys import add_keys
from wdr_mcpd.config import Synthetic, configuration
from wdr_mcpd.data.choose import Record, Rule, choose
from wdr_mcpd.data.cohort import fetch_cohort, verify_cohort
from wdr_mcpd.data.fetch import Sources
from wdr_mcpd.data.file_source import bids_patterns, file_records
from wdr_mcpd.data.http_client import Limits
from wdr_mcpd.data.idc import idc_records
from wdr_mcpd.data.local import local_records
from wdr_mcpd.data.nbia import nbia_records
from wdr_mcpd.data.series import find_exam, read_series_table, write_series_table
from wdr_mcpd.data.source_archives import fetch_archives
from wdr_mcpd.data.synthetic import synthetic_table
from wdr_mcpd.defaults import NBIA
from wdr_mcpd.errors import InputError

SERVER_KEYS = (
    "base_url",
    "idc_endpoint",
    "download_seconds",
    "download_rate",
    "download_header_seconds",
    "download_idle_seconds",
)


def _series_options(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="KIND", required=True)
    listed = kinds.add_parser("list", help="choose exams from what an archive or a folder holds")
    listed.add_argument("--source", choices=("nbia", "idc", "local", "files", "bids"), required=True)
    listed.add_argument("--collection", help="as TCIA writes it, e.g. UPENN-GBM")
    listed.add_argument("--base-url", help="source nbia: address of the server")
    listed.add_argument("--data-folder", type=Path, help="sources local, files, bids: the folder; only read")
    pattern = "source files: paths below the folder, as {subject}/study{exam}_{sequence}.nii.gz"
    listed.add_argument("--pattern", action="append", help=pattern)
    listed.add_argument("--suffix", help="source bids: kind of image, as T1w")
    listed.add_argument("--no-checksums", action="store_true", help="sources files, bids: any copy will do")
    listed.add_argument("--licence", default="", help="sources files and bids: what the table says")
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
    if options.kind == "check":
        table = read_series_table(options.table)
    elif options.kind == "synthetic":
        table = synthetic_table(options.subjects, options.slices, options.size, options.seed)
    else:
        images = (options.min_images, options.max_images)
        rule = Rule(options.description, images, options.exams, options.patients)
        source = "files" if options.source == "bids" else options.source
        table = choose(_records(options), rule, source, say=_say)
    write_series_table(options.out, table)
    masks = sum(row.mask_series_uid != "" for row in table)
    drawn = f", {masks} with a tumour mask" if masks else ""
    print(f"{len(table)} exams of {len({row.patient_id for row in table})} patients{drawn}")


def _say(line: str) -> None:
    print(f"wdr-mcpd series: {line}", file=sys.stderr)


def _records(options: argparse.Namespace) -> list[Record]:
    source, folder, collection = options.source, options.data_folder, options.collection
    if source in ("nbia", "idc") and collection is None:
        raise InputError(f"source {source} needs --collection, its name at TCIA, e.g. UPENN-GBM")
    if source == "nbia":
        return nbia_records(collection, options.base_url or NBIA)
    if source == "idc":
        return idc_records(collection)
    if folder is None:
        raise InputError(f"source {source} needs --data-folder, the folder with the files")
    if source == "local":
        return local_records(folder, collection or source, say=_say)
    if source == "bids" and options.suffix is None:
        raise InputError("source bids needs --suffix, the kind of image, as T1w")
    patterns = bids_patterns(options.suffix) if source == "bids" else options.pattern
    if not patterns:
        raise InputError("source files needs --pattern, as '{subject}/study{exam}_{sequence}.nii.gz'")
    checksums = not options.no_checksums
    return file_records(folder, patterns, collection or source, options.licence, checksums, _say)


def _fetch_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="folder to write below: EXAM/ with files, manifest.json")
    parser.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table")
    parser.add_argument("--exam", action="append", help="only this exam of the table (can be repeated)")
    add_keys(parser, "parallel_downloads")
    parser.add_argument("--exclude", action="store_true", help="what cannot be had is recorded, and no error")
    _add_sources(parser)


def _add_sources(parser: argparse.ArgumentParser) -> None:
    sample = "source sample: its folder (default: `sample` beside or in it)"
    parser.add_argument("--sample", type=Path, help=sample)
    add_keys(parser, *SERVER_KEYS)
    parser.add_argument("--data-folder", type=Path, help="sources local and files: the folder with the files")


def _sources(options: argparse.Namespace) -> Sources:
    asked = configuration({key: getattr(options, key) for key in SERVER_KEYS})
    of_workflow = options.folder.parent / "sample"
    return Sources(
        sample=options.sample or (of_workflow if of_workflow.is_dir() else None),
        base_url=asked.base_url,
        idc_endpoint=asked.idc_endpoint,
        limits=Limits(**asked.download_limits),
        data_folder=options.data_folder,
    )


def fetch(options: argparse.Namespace) -> None:
    """Fetch every series of a table that is not there and whole."""
    table = read_series_table(options.series)
    if options.exam:
        table = [find_exam(table, exam) for exam in options.exam]
    sources = _sources(options)
    if any(row.source == "sample" for row in table):
        sample = sources.sample or options.folder / "sample"
        fetch_archives(sample, limits=sources.limits)
        sources = replace(sources, sample=sample)
    fetch_cohort(table, options.folder, sources, options.parallel_downloads, options.exclude)


def _verify_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="folder that holds one folder for each exam")
    parser.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table")
    parser.add_argument("--discard", action="store_true", help="remove what is broken, to be fetched again")
    _add_sources(parser)


def verify(options: argparse.Namespace) -> None:
    """Compare the series of a table with their manifests."""
    count = verify_cohort(options.series, options.folder, _sources(options), options.discard)
    print(f"{count} series are whole")
