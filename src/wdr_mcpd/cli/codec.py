"""Commands of the codec: `encode`, `decode`, `truncate` and `info`."""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from wdr_mcpd import codec, methods
from wdr_mcpd.cli.keys import CODING, SELECTION, add_keys
from wdr_mcpd.cli.volumes import add_pick, add_source, metadata_of, pick_of, read_source, say, with_metadata
from wdr_mcpd.codec import Metadata
from wdr_mcpd.data import Volume, read_volume, write_volume
from wdr_mcpd.data.volume_files import check_writable_suffix
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, whole_file
from wdr_mcpd.methods import DEFAULT, METHODS, ignored_options, method_named
from wdr_mcpd.progress import elapsed


def _encode_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add_source(parser)
    add("out", type=Path, metavar="OUT.wdr")
    add("--method", choices=METHODS, default=DEFAULT, help="default: %(default)s")
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--rate", type=float, help="bits per voxel (default: 1, or everything with --lossless)")
    much.add_argument("--max-bytes", type=int, metavar="N", help="size of the file")
    much.add_argument("--psnr", type=float, metavar="DB", help="decibels to reach, peak 65535")
    add("--lossless", action="store_true", help="every voxel restored")
    of_cc = "of 3d-wdr-cc --lossless:"
    add("--effort", type=int, metavar="N", help=f"{of_cc} 1 (default), or 2, the shorter")
    add("--preview", type=float, metavar="R", help=f"{of_cc} begin with R embedded bits per voxel")
    cuts = "3d-wdr-cc for a stream that will be cut: every beginning good, the whole less so"
    add("--progressive", action="store_true", help=cuts)
    add("--fast", action="store_true", help="3d-wdr-cc without its restoring network, to decode faster")
    choices = ("default", "reference")
    add("--profile", choices=choices, default="default", help="reference: the choices of the reference codec")
    add("--quantise", type=int, metavar="BITS", help="round what is no 16-bit integer")
    add("--no-geometry", action="store_true", help="leave out their place and scale")
    add_keys(parser, *CODING, default="the method's own")
    add_keys(parser, *SELECTION, unset=True)


def encode(options: argparse.Namespace) -> None:
    """Compress a volume."""
    settable = (*CODING, *SELECTION, "effort", "preview", "progressive", "fast")
    given = {key: value for key in settable if (value := getattr(options, key)) is not None}
    if ignored := [key for key in ignored_options(method_named(options.method)) if key in given]:
        option = f"--{ignored[0].replace('_', '-')}"
        advice = "leave it out, or take another method"
        raise InputError(f"{option} makes no difference to {options.method}: {advice}")
    check_place(options.out)
    if options.profile == "reference":
        given["coder"] = "wdr-reference"
    volume = read_source(options.source, options)
    known = Metadata() if options.no_geometry else metadata_of(volume)
    start = time.monotonic()
    with elapsed("encoding") as tell:
        data = methods.encode(
            volume.voxels,
            options.method,
            options.rate,
            max_bytes=options.max_bytes,
            psnr=options.psnr,
            lossless=options.lossless,
            progress=tell,
            geometry=known.geometry,
            scaling=known.scaling,
            **given,
        )
    with whole_file(options.out) as draft:
        draft.write_bytes(data)
    together = max(len(group["slices"]) for group in codec.info(data)["groups"])
    print(
        f"{_said(options.out, data, volume.voxels)}; {together} of {len(volume.voxels)} slices in one volume;"
        f" {time.monotonic() - start:.1f} s"
    )


def _decode_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stream", type=Path, metavar="IN.wdr")
    kinds = ".nii, .nii.gz, .nrrd or .npy; with --dicom-from a folder"
    parser.add_argument("out", type=Path, metavar="OUT", help=kinds)
    parser.add_argument("--rate", type=float, help="decode only so many bits per voxel")
    place = parser.add_mutually_exclusive_group()
    header = "volume whose header the output takes, as far as it holds"
    place.add_argument("--like", type=Path, metavar="SOURCE", help=header)
    headers = "write a DICOM series with the headers of this folder or file"
    place.add_argument("--dicom-from", type=Path, metavar="SOURCE", help=headers)
    add_pick(parser)
    parser.add_argument("--max-voxels", type=int, metavar="N", help="refuse streams of larger volumes")


def decode(options: argparse.Namespace) -> None:
    """Restore a volume."""
    if options.dicom_from is None:
        check_writable_suffix(options.out)
    check_place(options.out)
    limit = codec.DEFAULT_LIMIT if options.max_voxels is None else options.max_voxels
    data = read_bytes(options.stream)
    with elapsed("decoding"):
        voxels = codec.decode(data, rate=options.rate, max_voxels=limit)
    used = data if options.rate is None else codec.truncate(data, rate=options.rate)
    print(f"decoded {_said(options.stream, used, voxels)}")
    if options.dicom_from is not None:
        from wdr_mcpd.data.dicom_write import write_reconstruction

        write_reconstruction(voxels, options.dicom_from, options.out, used, pick_of(options))
        return
    known = codec.metadata(data)
    volume = with_metadata(Volume(voxels), known)
    if options.like is not None:
        like = read_volume(options.like, replace(pick_of(options), quantise=16))
        if like.voxels.shape != voxels.shape:
            raise InputError(f"{options.like}: has the shape {like.voxels.shape}, the stream {voxels.shape}")
        volume = replace(like, voxels=voxels, mask=None)
        if known.scaling is not None:
            volume = with_metadata(volume, Metadata(scaling=known.scaling))
    say(write_volume(options.out, volume, options.like))


def _truncate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stream", type=Path, metavar="IN.wdr")
    parser.add_argument("out", type=Path, metavar="OUT.wdr")
    much = parser.add_mutually_exclusive_group(required=True)
    much.add_argument("--rate", type=float, help="bits per voxel")
    much.add_argument("--max-bytes", type=int, metavar="N", help="size of the file")


def truncate(options: argparse.Namespace) -> None:
    """Cut a stream."""
    cut = codec.truncate(read_bytes(options.stream), rate=options.rate, max_bytes=options.max_bytes)
    with whole_file(options.out) as draft:
        draft.write_bytes(cut)


def _info_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stream", type=Path, metavar="IN.wdr")


def info(options: argparse.Namespace) -> None:
    """Describe a stream."""
    print(json.dumps(codec.info(read_bytes(options.stream)), indent=2))


def check_place(path: Path) -> None:
    """Refuse a file in a folder that does not exist: none is made on the way."""
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder; make it first")


def _said(path: Path, data: bytes, voxels: NDArray[Any]) -> str:
    rate = 8 * len(data) / voxels.size
    ratio = voxels.nbytes / len(data)
    bits = 8 * voxels.itemsize
    return f"{path}: {len(data)} bytes, {rate:.4g} bits per voxel, {ratio:.1f} : 1 of {bits}-bit voxels"
