"""Subcommands of the data room: where series come from, and the exams cut out of them."""

import argparse
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sample`, `fetch`, `verify`, `series` and `volume`."""
    sample = commands.add_parser("sample", help="download the archive of the sample data with pip")
    sample.add_argument("archive", type=Path, help="file to write")
    sample.set_defaults(run=_sample)

    fetch = commands.add_parser("fetch", help="fetch series, whole and verified, one folder for each exam")
    fetch.add_argument(
        "folder", type=Path, help="folder to write below: EXAM/ with DICOM files, manifest.json"
    )
    fetch.add_argument("--series", type=Path, metavar="TSV", help="series table")
    fetch.add_argument("--exam", action="append", help="only this exam of the table (can be repeated)")
    fetch.add_argument("--row", help="instead of a table: its one row, values separated by tabs")
    fetch.add_argument("--archive", type=Path, help="source sample: the archive (wdr-mcpd sample)")
    fetch.add_argument("--base-url", help="source nbia: address of the server")
    fetch.add_argument("--data-folder", type=Path, help="source local: the tree of DICOM files")
    fetch.add_argument("--index", type=Path, help="source local: index of the tree (wdr-mcpd index)")
    fetch.add_argument("--copy", action="store_true", help="source local: copy the files instead of linking")
    fetch.set_defaults(run=_fetch)

    index = commands.add_parser("index", help="list which file of a folder tree is of which DICOM series")
    index.add_argument("data_folder", type=Path, help="tree of DICOM files, read only")
    index.add_argument("--out", type=Path, required=True, metavar="TSV", help="index to write")
    index.set_defaults(run=_index)

    verify = commands.add_parser("verify", help="compare fetched series with their manifests, byte for byte")
    verify.add_argument("folder", type=Path, help="folder that holds one folder for each exam")
    verify.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table")
    verify.add_argument("--discard", action="store_true", help="remove what is broken, to be fetched again")
    verify.set_defaults(run=_verify)

    _register_series(commands)

    volume = commands.add_parser("volume", help="cut the slices of the study out of a series")
    volume.add_argument("series", type=Path, metavar="SOURCE", help="DICOM folder, .npy, .nrrd, .nii(.gz)")
    volume.add_argument("out", type=Path, metavar="OUT.npz", help="voxels, mask, spacing and first slice")
    volume.add_argument("--slices", type=int, default=20, help="consecutive slices to keep (default 20)")
    volume.add_argument("--first", type=_first, default="central", help="number from 1, or central")
    volume.set_defaults(run=_volume)


def _first(text: str) -> int | str:
    if text == "central":
        return text
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a number from 1 nor central")
    return int(text) - 1


def _register_series(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    series = commands.add_parser("series", help="make or check the table of the series of a study")
    kinds = series.add_subparsers(dest="kind", metavar="KIND", required=True)

    check = kinds.add_parser("check", help="check a table and write it in its plain form")
    check.add_argument("table", type=Path, metavar="TSV")
    check.set_defaults(run=_series_check)

    synthetic = kinds.add_parser("synthetic", help="list a cohort of phantoms, two exams each")
    for name, default in (("subjects", 4), ("slices", 22), ("size", 256), ("seed", 1)):
        synthetic.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    synthetic.set_defaults(run=_series_synthetic)

    nbia = kinds.add_parser("nbia", help="choose exams of a collection of an NBIA server (TCIA)")
    nbia.add_argument("collection", help="as TCIA writes it, e.g. UPENN-GBM")
    nbia.add_argument("--base-url", help="address of the server")
    idc = kinds.add_parser("idc", help="choose exams of a collection of the Imaging Data Commons")
    idc.add_argument("collection", help="as TCIA writes it, e.g. UPENN-GBM")
    local = kinds.add_parser("local", help="choose exams from a folder tree of DICOM files")
    local.add_argument("data_folder", type=Path, help="tree of DICOM files, read only")
    local.add_argument("--collection", default="local", help="name of the collection in the table")
    for kind in (nbia, idc, local):
        kind.add_argument(
            "--description", default="", help="regular expression that SeriesDescription begins with"
        )
        kind.add_argument("--min-images", type=int, default=20, help="fewest images of a series (default 20)")
        kind.add_argument("--max-images", type=int, default=1_000_000, help="most images of a series")
        kind.add_argument(
            "--exams", type=int, default=2, help="first exams of each patient by date (default 2)"
        )
        kind.add_argument("--patients", type=int, help="first patients by PatientID (default: all that fit)")
        kind.set_defaults(run=_series_choose)

    for kind in (check, synthetic, nbia, idc, local):
        kind.add_argument("--out", type=Path, required=True, metavar="TSV", help="table to write")


def _sample(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.sample import download_archive

    download_archive(options.archive)


def _fetch(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.cohort import fetch_cohort
    from wdr_mcpd.data.fetch import Sources
    from wdr_mcpd.data.nbia import BASE_URL
    from wdr_mcpd.data.series import find_exam, read_row, read_series_table
    from wdr_mcpd.errors import InputError

    if (options.series is None) == (options.row is None):
        raise InputError("give either --series TSV or --row")
    if options.row is not None:
        table = [read_row(options.row)]
    else:
        table = read_series_table(options.series)
        if options.exam:
            table = [find_exam(table, exam) for exam in options.exam]
    sources = Sources(
        archive=options.archive,
        base_url=options.base_url or BASE_URL,
        data_folder=options.data_folder,
        index=options.index,
        copy=options.copy,
    )
    fetch_cohort(table, options.folder, sources)


def _index(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.local import write_index

    write_index(options.data_folder, options.out)


def _verify(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.cohort import verify_cohort
    from wdr_mcpd.data.series import read_series_table

    table = read_series_table(options.series)
    count = verify_cohort(table, options.folder, discard=options.discard)
    print(f"{count} series are whole")


def _series_check(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.series import read_series_table, write_series_table

    write_series_table(options.out, read_series_table(options.table))


def _series_synthetic(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.series import write_series_table
    from wdr_mcpd.data.synthetic import synthetic_table

    table = synthetic_table(options.subjects, options.slices, options.size, options.seed)
    write_series_table(options.out, table)


def _series_choose(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.choose import Rule, choose
    from wdr_mcpd.data.series import write_series_table

    rule = Rule(
        options.description, (options.min_images, options.max_images), options.exams, options.patients
    )
    if options.kind == "nbia":
        from wdr_mcpd.data.nbia import BASE_URL, Patience
        from wdr_mcpd.data.nbia_query import nbia_records

        records = nbia_records(options.collection, options.base_url or BASE_URL, Patience())
    elif options.kind == "idc":
        from wdr_mcpd.data.idc import idc_records

        records = idc_records(options.collection)
    else:
        from wdr_mcpd.data.local import local_records

        records = local_records(options.data_folder, options.collection)
    table = choose(records, rule, options.kind)
    write_series_table(options.out, table)
    print(f"{len(table)} exams of {len({row.patient_id for row in table})} patients")


def _volume(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.exam import window, write_exam
    from wdr_mcpd.data.manifest import MANIFEST, check_whole
    from wdr_mcpd.data.volume_files import read_volume
    from wdr_mcpd.errors import InputError

    if (options.series / MANIFEST).exists():
        check_whole(options.series)
    try:
        exam = window(read_volume(options.series), options.slices, options.first)
    except InputError as error:
        raise InputError(
            str(error) if str(options.series) in str(error) else f"{options.series}: {error}"
        ) from error
    write_exam(options.out, exam)
