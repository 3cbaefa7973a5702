"""Subcommands of the codec: encode, decode, truncate and info."""

import argparse
from pathlib import Path
from typing import Any

from wdr_mcpd.methods import DEFAULT, METHODS


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    encode = commands.add_parser("encode", help="compress a volume")
    encode.add_argument(
        "source", type=Path, metavar="SOURCE", help="DICOM folder, .npy, .nrrd, .nii(.gz), or .npz of an exam"
    )
    encode.add_argument("out", type=Path, metavar="OUT.wdr")
    encode.add_argument("--method", choices=METHODS, default=DEFAULT, help="default: %(default)s")
    much = encode.add_mutually_exclusive_group()
    much.add_argument("--rate", type=float, help="bits per voxel (default: 1, or everything with --lossless)")
    much.add_argument("--max-bytes", type=int, metavar="N", help="size of the file")
    much.add_argument("--psnr", type=float, metavar="DB", help="decibels to reach, peak 65535")
    encode.add_argument("--lossless", action="store_true", help="reversible transform, every voxel restored")
    encode.add_argument("--decomposition", choices=("packet", "dyadic"), default="packet")
    encode.add_argument("--in-plane-levels", type=int, default=5, metavar="N", help="default: %(default)s")
    encode.add_argument(
        "--axial-levels", type=levels, metavar="N", help="0, 1, ... or auto (default: the method's own)"
    )
    encode.add_argument(
        "--fast",
        action="store_true",
        help="3d-wdr-cc without the network that restores decoded slices, for decoding in less time",
    )
    encode.add_argument(
        "--profile",
        choices=("default", "reference"),
        default="default",
        help="reference: the choices of the reference codec, for comparison",
    )
    encode.add_argument("--threshold", type=float, default=0.5, help="of 3d-wdr-mcpd (default: %(default)s)")
    encode.add_argument("--mcpd-unit", default="std", choices=("std", "stored", "range", "dtype"))
    encode.add_argument("--mcpd-reference", default="following", choices=("following", "all", "adjacent"))
    encode.set_defaults(run=_encode)

    decode = commands.add_parser("decode", help="restore a volume from a stream or the first part of one")
    decode.add_argument("stream", type=Path, metavar="IN.wdr")
    decode.add_argument(
        "out", type=Path, metavar="OUT", help=".npy, .nrrd or .nii.gz; with --dicom-from a folder"
    )
    decode.add_argument("--rate", type=float, help="decode only so many bits per voxel")
    decode.add_argument(
        "--like", type=Path, metavar="SOURCE", help="volume whose spacing and position the output takes"
    )
    decode.add_argument(
        "--dicom-from",
        type=Path,
        metavar="SOURCE",
        help="write a DICOM series with the headers of this folder",
    )
    decode.add_argument("--max-voxels", type=int, metavar="N", help="refuse streams of larger volumes")
    decode.set_defaults(run=_decode)

    truncate = commands.add_parser("truncate", help="cut a stream to a lower rate without decoding it")
    truncate.add_argument("stream", type=Path, metavar="IN.wdr")
    truncate.add_argument("out", type=Path, metavar="OUT.wdr")
    much = truncate.add_mutually_exclusive_group(required=True)
    much.add_argument("--rate", type=float, help="bits per voxel")
    much.add_argument("--max-bytes", type=int, metavar="N", help="size of the file")
    truncate.set_defaults(run=_truncate)

    info = commands.add_parser("info", help="describe a stream as JSON")
    info.add_argument("stream", type=Path, metavar="IN.wdr")
    info.set_defaults(run=_info)


def levels(text: str) -> int | str:
    """Number of axial levels as it stands on the command line."""
    if text == "auto":
        return text
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a whole number nor auto") from None


def _encode(options: argparse.Namespace) -> None:
    from wdr_mcpd import methods
    from wdr_mcpd.data import read_volume
    from wdr_mcpd.progress import elapsed

    settings: dict[str, Any] = {"coder": "wdr-reference"} if options.profile == "reference" else {}
    if options.fast:
        settings["fast"] = True
    if options.axial_levels is not None:
        settings["axial_levels"] = options.axial_levels
    voxels = read_volume(options.source).voxels
    with elapsed("encoding") as tell:
        data = methods.encode(
            voxels,
            options.method,
            options.rate,
            threshold=options.threshold,
            mcpd_unit=options.mcpd_unit,
            mcpd_reference=options.mcpd_reference,
            max_bytes=options.max_bytes,
            psnr=options.psnr,
            lossless=options.lossless,
            decomposition=options.decomposition,
            in_plane_levels=options.in_plane_levels,
            progress=tell,
            **settings,
        )
    _write(options.out, data)


def _decode(options: argparse.Namespace) -> None:
    from dataclasses import replace

    from wdr_mcpd import codec
    from wdr_mcpd.data import Volume, read_volume, write_volume
    from wdr_mcpd.data.volume_files import check_writable_suffix
    from wdr_mcpd.errors import InputError
    from wdr_mcpd.files import read_bytes
    from wdr_mcpd.progress import elapsed

    if options.dicom_from is None:
        check_writable_suffix(options.out)
    elif options.like is not None:
        raise InputError("give either --like or --dicom-from")
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


def _truncate(options: argparse.Namespace) -> None:
    from wdr_mcpd import codec
    from wdr_mcpd.files import read_bytes

    _write(
        options.out,
        codec.truncate(read_bytes(options.stream), rate=options.rate, max_bytes=options.max_bytes),
    )


def _info(options: argparse.Namespace) -> None:
    import json

    from wdr_mcpd import codec
    from wdr_mcpd.files import read_bytes

    print(json.dumps(codec.info(read_bytes(options.stream)), indent=2))


def _write(path: Path, data: bytes) -> None:
    from wdr_mcpd.errors import InputError
    from wdr_mcpd.files import whole_file

    try:
        with whole_file(path) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
