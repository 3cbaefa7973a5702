"""Subcommands of the data room: where series come from, and the exams cut out of them."""

import argparse
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sample`, `fetch` and `volume`."""
    sample = commands.add_parser("sample", help="download the archive of the sample data with pip")
    sample.add_argument("archive", type=Path, help="file to write")
    sample.set_defaults(run=_sample)

    fetch = commands.add_parser("fetch", help="fetch the series of one exam, whole and verified")
    fetch.add_argument("exam", help="exam of the series table, e.g. brain1_1")
    fetch.add_argument("folder", type=Path, help="folder to write: DICOM files, licence, manifest.json")
    fetch.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table")
    fetch.add_argument("--archive", type=Path, help="archive of the sample data (source sample)")
    fetch.set_defaults(run=_fetch)

    volume = commands.add_parser("volume", help="cut the slices of the study out of a series")
    volume.add_argument("series", type=Path, metavar="SOURCE", help="DICOM folder, .npy, .nrrd, .nii(.gz)")
    volume.add_argument("out", type=Path, metavar="OUT.npz", help="voxels, mask, spacing and first slice")
    volume.add_argument("--slices", type=int, default=20, help="consecutive slices to keep (default 20)")
    volume.add_argument("--first", type=_first, default="central", help="index from 0, or central")
    volume.set_defaults(run=_volume)


def _first(text: str) -> int | str:
    if text == "central":
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor central") from None


def _sample(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.sample import download_archive

    download_archive(options.archive)


def _fetch(options: argparse.Namespace) -> None:
    from wdr_mcpd.data.fetch import fetch_series
    from wdr_mcpd.data.series import find_exam, read_series_table

    series = find_exam(read_series_table(options.series), options.exam)
    fetched = fetch_series(series, options.folder, archive=options.archive)
    print(f"{series.exam_id}: {'fetched' if fetched else 'already whole'}")


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
