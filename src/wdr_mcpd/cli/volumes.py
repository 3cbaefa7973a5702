"""Volumes that commands read: which one of a source, and what a stream says of it beyond its voxels."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from wdr_mcpd.codec import Geometry, Metadata, Scaling
from wdr_mcpd.data import Volume, read_volume
from wdr_mcpd.data import volume as data
from wdr_mcpd.data.volume import Pick

SOURCE = "DICOM folder or file, NIfTI, NRRD, .npy, .mgz or .mha, or .npz of an exam"
UNITS = {"unknown": "unknown", "meter": "m", "mm": "mm", "micron": "um"}
"""NIfTI's names of units and the stream's."""


def add_source(parser: argparse.ArgumentParser, name: str = "source") -> None:
    """Add a volume that is read, and the options that choose one of a source that holds several."""
    parser.add_argument(name, type=Path, metavar=name.upper(), help=SOURCE)
    add_pick(parser)


def add_pick(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose one volume of a source that holds several."""
    parser.add_argument("--series", metavar="ID", help="of several DICOM series: SeriesNumber or UID of one")
    what = "of several volumes (4D file, echoes, b values, times): number of one, from 1"
    parser.add_argument("--volume", type=int, metavar="N", help=what)


def pick_of(options: argparse.Namespace) -> Pick:
    """Give what `add_pick` and `--quantise` chose."""
    return Pick(options.series, options.volume, getattr(options, "quantise", None))


def read_source(source: Path, options: argparse.Namespace) -> Volume:
    """Read a volume, and say on standard error what was changed or left behind."""
    volume = read_volume(source, pick_of(options))
    say(volume.notes)
    return volume


def say(lines: Iterable[str]) -> None:
    """Write lines on standard error."""
    for line in lines:
        print(f"wdr-mcpd: {line}", file=sys.stderr)


def metadata_of(volume: Volume) -> Metadata:
    """Give what a stream can say of a volume: nothing where nothing is known."""
    geometry = scaling = None
    if any(volume.codes) or (volume.affine != Volume(volume.voxels).affine).any():
        affine = tuple(tuple(row) for row in volume.affine[:3].tolist())
        space = "RAS" if any(volume.codes) else "unknown"
        geometry = Geometry(affine, space, UNITS[volume.unit], *volume.codes)
    if volume.scaling != data.Scaling():
        scaling = Scaling(volume.scaling.slope, volume.scaling.intercept)
    return Metadata(geometry, scaling)


def with_metadata(volume: Volume, metadata: Metadata) -> Volume:
    """Give a volume the place and scaling that its stream says."""
    if metadata.scaling is not None:
        scaling = data.Scaling(metadata.scaling.slope, metadata.scaling.intercept)
        volume = replace(volume, scaling=scaling)
    given = metadata.geometry
    if given is None:
        return volume
    signs = [-1, -1, 1, 1] if given.space == "LPS" else [1, 1, 1, 1]
    affine = np.diag(signs) @ [*given.affine, (0, 0, 0, 1)]
    units = {short: name for name, short in UNITS.items()}
    codes = (given.sform_code, given.qform_code)
    return replace(volume, **data.place_of(affine, "the stream"), codes=codes, unit=units[given.unit])
