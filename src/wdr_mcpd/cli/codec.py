"""Commands of the codec: `encode`, `decode`, `truncate` and `info`."""

import argparse
import sys
from pathlib import Path

from wdr_mcpd.cli.keys import CODING, SELECTION, add_keys
from wdr_mcpd.config import configuration
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, whole_file
from wdr_mcpd.methods import DEFAULT, METHODS, ignored_options, method_named

SOURCE = "DICOM folder, .npy, .nrrd, .nii(.gz), or .npz of an exam"


def encode_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `encode`."""
    parser.add_argument("source", type=Path, metavar="SOURCE", help=SOURCE)
    parser.add_argument("out", type=Path, metavar="OUT.wdr")
    parser.add_argument("--method", choices=METHODS, default=DEFAULT, help="default: %(default)s")
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--rate", type=float, help="bits per voxel (default: 1, or everything with --lossless)")
    much.add_argument("--max-bytes", type=int, metavar="N", help="size of the file")
    much.add_argument("--psnr", type=float, metavar="DB", help="decibels to reach, peak 65535")
    parser.add_argument("--lossless", action="store_true", help="reversible transform, every voxel restored")
    parser.add_argument(
        "--fast",
        action="store_true",
        help="3d-wdr-cc without the network that restores decoded slices, to be decoded in less time",
    )
    reference = "the choices of the reference codec, for comparison"
    parser.add_argument(
        "--profile", choices=("default", "reference"), default="default", help=f"reference: {reference}"
    )
    add_keys(parser, *CODING, default="the method's own")
    add_keys(parser, *SELECTION, unset=True)


def encode(options: argparse.Namespace) -> None:
    """Compress a volume."""
    from wdr_mcpd import methods
    from wdr_mcpd.data import read_volume
    from wdr_mcpd.progress import elapsed

    given = {key: value for key in (*CODING, *SELECTION) if (value := getattr(options, key)) is not None}
    for key in ignored_options(method_named(options.method)):
        if key in given:
            print(f"wdr-mcpd encode: {key} makes no difference to {options.method}", file=sys.stderr)
    coder: dict[str, object] = {"coder": "wdr-reference"} if options.profile == "reference" else {}
    if options.fast:
        coder["fast"] = True
    keys = {key: configuration({}).value(key) for key in SELECTION} | given | coder
    voxels = read_volume(options.source).voxels
    with elapsed("encoding") as tell:
        data = methods.encode(
            voxels,
            options.method,
            options.rate,
            max_bytes=options.max_bytes,
            psnr=options.psnr,
            lossless=options.lossless,
            progress=tell,
            **keys,
        )
    _write(options.out, data)


def decode_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `decode`."""
    parser.add_argument("stream", type=Path, metavar="IN.wdr")
    parser.add_argument(
        "out", type=Path, metavar="OUT", help=".npy, .nrrd or .nii.gz; with --dicom-from a folder"
    )
    parser.add_argument("--rate", type=float, help="decode only so many bits per voxel")
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--like", type=Path, metavar="SOURCE", help="volume whose spacing and position the output takes"
    )
    headers = "write a DICOM series with the headers of this folder"
    place.add_argument("--dicom-from", type=Path, metavar="SOURCE", help=headers)
    parser.add_argument("--max-voxels", type=int, metavar="N", help="refuse streams of larger volumes")


def decode(options: argparse.Namespace) -> None:
    """Restore a volume."""
    from dataclasses import replace

    from wdr_mcpd import codec
    from wdr_mcpd.data import Volume, read_volume, write_volume
    from wdr_mcpd.data.volume_files import check_writable_suffix
    from wdr_mcpd.progress import elapsed

    if options.dicom_from is None:
        check_writable_suffix(options.out)
    limit = codec.DEFAULT_LIMIT if options.max_voxels is None else options.max_voxels
    data = read_bytes(options.stream)
    with elapsed("decoding"):
        voxels = codec.decode(data, rate=options.rate, max_voxels=limit)
    if options.dicom_from is not None:
        from wdr_mcpd.data.dicom_out import write_reconstruction

        used = data if options.rate is None else codec.truncate(data, rate=options.rate)
        write_reconstruction(voxels, options.dicom_from, options.out, used)
        return
    volume = Volume(voxels)
    if options.like is not None:
        like = read_volume(options.like)
        if like.voxels.shape != voxels.shape:
            raise InputError(f"{options.like}: has the shape {like.voxels.shape}, the stream {voxels.shape}")
        volume = replace(like, voxels=voxels)
    write_volume(options.out, volume)


def truncate_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `truncate`."""
    parser.add_argument("stream", type=Path, metavar="IN.wdr")
    parser.add_argument("out", type=Path, metavar="OUT.wdr")
    much = parser.add_mutually_exclusive_group(required=True)
    much.add_argument("--rate", type=float, help="bits per voxel")
    much.add_argument("--max-bytes", type=int, metavar="N", help="size of the file")


def truncate(options: argparse.Namespace) -> None:
    """Cut a stream."""
    from wdr_mcpd import codec

    cut = codec.truncate(read_bytes(options.stream), rate=options.rate, max_bytes=options.max_bytes)
    _write(options.out, cut)


def info_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `info`."""
    parser.add_argument("stream", type=Path, metavar="IN.wdr")


def info(options: argparse.Namespace) -> None:
    """Describe a stream."""
    import json

    from wdr_mcpd import codec

    print(json.dumps(codec.info(read_bytes(options.stream)), indent=2))


def _write(path: Path, data: bytes) -> None:
    try:
        with whole_file(path) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
