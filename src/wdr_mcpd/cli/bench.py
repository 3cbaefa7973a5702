"""The benchmarks' subcommand."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wdr_mcpd.bench.contestants import Array


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "bench", help="measure speed, memory, quality and lossless rate beside peers"
    )
    command.add_argument(
        "volumes",
        nargs="*",
        metavar="NAME=VOLUME",
        help="DICOM folder, .npy, .nrrd, .nii(.gz), or .npz of an exam; speeds are taken on the first",
    )
    command.add_argument(
        "--sample",
        type=Path,
        metavar="FOLDER",
        help="also two volumes of the sample data as stored; downloads them into it if they are not there",
    )
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--only", nargs="+", default=[], metavar="BENCHMARK", help="default: all")
    command.add_argument("--codecs", nargs="+", default=[], metavar="CODEC", help="default: all")
    command.add_argument("--rate", type=float, default=1.0, help="bits per voxel of the speeds (default 1)")
    command.set_defaults(run=_bench)


def _bench(options: argparse.Namespace) -> None:
    from wdr_mcpd.bench.run import run_benchmarks
    from wdr_mcpd.data import read_exam, read_volume
    from wdr_mcpd.errors import InputError

    volumes: dict[str, Array] = {}
    if options.sample:
        from wdr_mcpd.data.sample import stored_volumes
        from wdr_mcpd.data.source_archives import PYRADIOMICS, fetch_archives

        fetch_archives(options.sample, (PYRADIOMICS,))
        volumes |= {name: volume.voxels for name, volume in stored_volumes(options.sample).items()}
    for argument in options.volumes:
        name, separator, path = argument.partition("=")
        if not (name and separator and path):
            raise InputError(f"{argument}: give a volume as NAME=PATH")
        source = Path(path)
        volume = read_exam(source).volume if source.suffix == ".npz" else read_volume(source)
        volumes[name] = volume.voxels
    if not volumes:
        raise InputError("give a volume as NAME=PATH, or --sample")
    run_benchmarks(volumes, options.out, options.only, options.codecs, options.rate)
