"""Subcommands of the data room: where series come from, and the exams cut out of them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wdr_mcpd.cli.series import add_window

if TYPE_CHECKING:
    from wdr_mcpd.data.fetch import Sources


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sample`, `fetch`, `index`, `verify` and `volume`."""
    sample = commands.add_parser("sample", help="download the sample data from the index that pip uses")
    sample.add_argument("folder", type=Path, help="folder to write: PROJECT/FILE")
    sample.set_defaults(run=_sample)

    fetch = commands.add_parser("fetch", help="fetch series, whole and verified, one folder for each exam")
    fetch.add_argument(
        "folder", type=Path, help="folder to write below: EXAM/ with DICOM files, manifest.json"
    )
    fetch.add_argument("--series", type=Path, metavar="TSV", help="series table")
    fetch.add_argument("--exam", action="append", help="only this exam of the table (can be repeated)")
    fetch.add_argument("--row", help="instead of a table: its one row, values separated by tabs")
    fetch.add_argument("--at-once", type=int, default=4, help="series at a time (default 4)")
    fetch.add_argument("--exclude", action="store_true", help="what cannot be had is recorded, and no error")
    _add_sources(fetch)
    fetch.set_defaults(run=_fetch)

    index = commands.add_parser("index", help="list which file of a folder tree is of which DICOM series")
    index.add_argument("data_folder", type=Path, help="tree of DICOM files, read only")
    index.add_argument("--out", type=Path, required=True, metavar="TSV", help="index to write")
    index.set_defaults(run=_index)

    verify = commands.add_parser("verify", help="compare fetched series with their manifests, byte for byte")
    verify.add_argument("folder", type=Path, help="folder that holds one folder for each exam")
    verify.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table")
    _add_sources(verify)
    verify.add_argument("--discard", action="store_true", help="remove what is broken, to be fetched again")
    verify.set_defaults(run=_verify)

    volume = commands.add_parser("volume", help="cut the slices of the study out of a series")
    volume.add_argument("series", type=Path, metavar="SOURCE", help="DICOM folder, .npy, .nrrd, .nii(.gz)")
    volume.add_argument("out", type=Path, metavar="OUT.npz", help="voxels, mask, spacing and first slice")
    add_window(volume)
    volume.set_defaults(run=_volume)


def _add_sources(command: argparse.ArgumentParser) -> None:
    command.add_argument("--sample", type=Path, help="source sample: its folder (wdr-mcpd sample)")
    command.add_argument("--base-url", help="source nbia: address of the server")
    command.add_argument("--idc-endpoint", help="source idc: address of the server")
    for name, default, what in (
        ("download-seconds", 600, "seconds that a download may take, beside its size at --download-rate"),
        ("download-rate", 50, "kB/s that a download has at least"),
        ("header-seconds", 60, "seconds to the header of an answer"),
        ("idle-seconds", 60, "seconds between two pieces of a body"),
    ):
        command.add_argument(f"--{name}", type=float, default=default, help=f"{what} (default {default})")
    command.add_argument("--data-folder", type=Path, help="source local: the tree of DICOM files")
    command.add_argument("--index", type=Path, help="source local: index of the tree (wdr-mcpd index)")
    command.add_argument(
        "--copy", action="store_true", help="source local: copy the files instead of linking"
    )


def _sources(options: argparse.Namespace) -> "Sources":
    from wdr_mcpd.data.fetch import Sources
    from wdr_mcpd.data.http_limits import Limits
    from wdr_mcpd.data.idc import ENDPOINT
    from wdr_mcpd.data.nbia import BASE_URL

    return Sources(
        sample=options.sample,
        base_url=options.base_url or BASE_URL,
        idc_endpoint=options.idc_endpoint or ENDPOINT,
        limits=Limits(
            seconds=options.download_seconds,
            rate=1000 * options.download_rate,
            headers=options.header_seconds,
            idle=options.idle_seconds,
        ),
        data_folder=options.data_folder,
        index=options.index,
        copy=options.copy,
    )


def _sample(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.source_archives import fetch_archives

    fetch_archives(options.folder)


def _fetch(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.cohort import fetch_cohort
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
    fetch_cohort(table, options.folder, _sources(options), options.at_once, options.exclude)


def _index(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.local import write_index

    write_index(options.data_folder, options.out)


def _verify(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.cohort import verify_cohort

    count = verify_cohort(options.series, options.folder, _sources(options), options.discard)
    print(f"{count} series are whole")


def _volume(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.exam import window, write_exam
    from wdr_mcpd.data.manifest import MANIFEST, check_whole
    from wdr_mcpd.data.reading import read_volume
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
