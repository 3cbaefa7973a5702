"""Commands of the codec: `encode`, `decode`, `truncate` and `info`."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wdr_mcpd.cli.keys import CODING, SELECTION, add_keys
from wdr_mcpd.cli.volumes import SOURCE, add_pick, metadata_of, pick_of, read_source, say, with_metadata
from wdr_mcpd.config import configuration
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, whole_file
from wdr_mcpd.methods import DEFAULT, METHODS, ignored_options, method_named

if TYPE_CHECKING:
    from numpy.typing import NDArray


def encode_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `encode`."""
    parser.add_argument("source", type=Path, metavar="SOURCE", help=SOURCE)
    parser.add_argument("out", type=Path, metavar="OUT.wdr")
    parser.add_argument("--method", choices=METHODS, default=DEFAULT, help="default: %(default)s")
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--rate", type=float, help="bits per voxel (default: 1, or everything with --lossless)")
    much.add_argument("--max-bytes", type=int, metavar="N", help="size of the file")
    much.add_argument("--psnr", type=float, metavar="DB", help="decibels to reach, peak 65535")
    parser.add_argument("--lossless", action="store_true", help="every voxel restored")
    effort = "of 3d-wdr-cc --lossless: 1 (default), or 2, the shorter"
    parser.add_argument("--effort", type=int, metavar="N", help=effort)
    preview = (
        "of 3d-wdr-cc --lossless: begin with so many bits per voxel of an embedded stream (default: none)"
    )
    parser.add_argument("--preview", type=float, metavar="R", help=preview)
    parser.add_argument(
        "--progressive",
        action="store_true",
        help="3d-wdr-cc for a stream that will be cut: every beginning good, the whole less so",
    )
    parser.add_argument(
        "--fast",
        action="store_true",
        help="3d-wdr-cc without the network that restores decoded slices, to be decoded in less time",
    )
    reference = "the choices of the reference codec, for comparison"
    parser.add_argument(
        "--profile", choices=("default", "reference"), default="default", help=f"reference: {reference}"
    )
    add_pick(parser)
    parser.add_argument("--quantise", type=int, metavar="BITS", help="round what is no 16-bit integer")
    parser.add_argument("--no-geometry", action="store_true", help="leave out their place and scale")
    add_keys(parser, *CODING, default="the method's own")
    add_keys(parser, *SELECTION, unset=True)


def encode(options: argparse.Namespace) -> None:
    """Compress a volume."""
    from wdr_mcpd import codec, methods
    from wdr_mcpd.codec import Metadata
    from wdr_mcpd.progress import elapsed

    given = {
        key: value
        for key in (*CODING, *SELECTION, "effort", "preview", "progressive", "fast")
        if (value := getattr(options, key)) is not None
    }
    if ignored := [key for key in ignored_options(method_named(options.method)) if key in given]:
        option = f"--{ignored[0].replace('_', '-')}"
        raise InputError(
            f"{option} makes no difference to {options.method}: leave it out, or take another method"
        )
    check_place(options.out)
    coder = {"coder": "wdr-reference"} if options.profile == "reference" else {}
    keys = {key: configuration({}).value(key) for key in SELECTION} | given | coder
    volume = read_source(options.source, options)
    voxels = volume.voxels
    known = Metadata() if options.no_geometry else metadata_of(volume)
    start = time.monotonic()
    with elapsed("encoding") as tell:
        data = methods.encode(
            voxels,
            options.method,
            options.rate,
            max_bytes=options.max_bytes,
            psnr=options.psnr,
            lossless=options.lossless,
            progress=tell,
            geometry=known.geometry,
            scaling=known.scaling,
            **keys,
        )
    _write(options.out, data)
    together = max(len(group["slices"]) for group in codec.info(data)["groups"])
    print(
        f"{_said(options.out, data, volume.voxels)}; {together} of {len(volume.voxels)} slices in one volume;"
        f" {time.monotonic() - start:.1f} s"
    )


def decode_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `decode`."""
    parser.add_argument("stream", type=Path, metavar="IN.wdr")
    parser.add_argument(
        "out", type=Path, metavar="OUT", help=".nii, .nii.gz, .nrrd or .npy; with --dicom-from a folder"
    )
    parser.add_argument("--rate", type=float, help="decode only so many bits per voxel")
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--like", type=Path, metavar="SOURCE", help="volume whose header the output takes, as far as it holds"
    )
    headers = "write a DICOM series with the headers of this folder or file"
    place.add_argument("--dicom-from", type=Path, metavar="SOURCE", help=headers)
    add_pick(parser)
    parser.add_argument("--max-voxels", type=int, metavar="N", help="refuse streams of larger volumes")


def decode(options: argparse.Namespace) -> None:
    """Restore a volume."""
    from dataclasses import replace

    from wdr_mcpd import codec
    from wdr_mcpd.codec import Metadata
    from wdr_mcpd.data import Volume, read_volume, write_volume
    from wdr_mcpd.data.volume_files import check_writable_suffix
    from wdr_mcpd.progress import elapsed

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
        from wdr_mcpd.data.dicom_out import write_reconstruction

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


def check_place(path: Path) -> None:
    """Refuse a file in a folder that does not exist: none is made on the way."""
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder; make it first")


def _said(path: Path, data: bytes, voxels: "NDArray[Any]") -> str:
    rate = 8 * len(data) / voxels.size
    ratio = voxels.nbytes / len(data)
    bits = 8 * voxels.itemsize
    return f"{path}: {len(data)} bytes, {rate:.4g} bits per voxel, {ratio:.1f} : 1 of {bits}-bit voxels"


def _write(path: Path, data: bytes) -> None:
    try:
        with whole_file(path) as draft:
            draft.write_bytes(data)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from error
