"""Commands that measure any volume as the study does: `mcpd`, `sweep`, `compare` and `view`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wdr_mcpd.cli.codec import SOURCE
from wdr_mcpd.cli.keys import CODING, MEASURES, SELECTION, add_keys
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import SIGNIFICANT_DIGITS, read_bytes, whole_file

if TYPE_CHECKING:
    import pandas as pd


def mcpd_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `mcpd`."""
    parser.add_argument("source", type=Path, metavar="SOURCE", help=SOURCE)
    add_keys(parser, *SELECTION)
    _add_out(parser)


def mcpd(options: argparse.Namespace) -> None:
    """Write one row for each slice: its number from 1, its average MCPD, whether it is selected."""
    import pandas as pd

    from wdr_mcpd.coherence import average_mcpd, select
    from wdr_mcpd.data import read_volume

    average = average_mcpd(read_volume(options.source).voxels, options.mcpd_unit, options.mcpd_reference)
    selected = ["yes" if chosen else "no" for chosen in select(average, options.threshold)]
    exact = [repr(float(value)) for value in average]
    columns = {"slice": range(1, len(average) + 1), f"mcpd_{options.mcpd_unit}": exact, "selected": selected}
    _write(options, pd.DataFrame(columns))


def sweep_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `sweep`."""
    parser.add_argument("source", type=Path, metavar="SOURCE", help=SOURCE)
    add_keys(parser, "thresholds", "rates", *SELECTION, *CODING, "psnr_peak")
    _add_out(parser)


def sweep(options: argparse.Namespace) -> None:
    """Write one row for each rate and threshold: what is selected, and what it gains at equal bits."""
    from wdr_mcpd.codec import Settings
    from wdr_mcpd.coherence import average_mcpd
    from wdr_mcpd.data import read_volume
    from wdr_mcpd.study.sweep import sweep as swept
    from wdr_mcpd.study.sweep import thresholds_of

    voxels = read_volume(options.source).voxels
    average = average_mcpd(voxels, options.mcpd_unit, options.mcpd_reference)
    thresholds = thresholds_of(options.thresholds, options.threshold)
    settings = Settings(**{key: getattr(options, key) for key in CODING})
    how = options.mcpd_unit, thresholds, options.rates, settings, options.psnr_peak
    _write(options, swept(options.source.name, voxels, average, *how))


def compare_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `compare`."""
    parser.add_argument("original", type=Path, metavar="ORIGINAL", help=SOURCE)
    parser.add_argument(
        "other", type=Path, metavar="STREAM_OR_VOLUME", help="a stream (.wdr), or a volume likewise"
    )
    parser.add_argument("--rate", type=float, help="decode only so many bits per voxel of a stream")
    add_keys(parser, *MEASURES)
    _add_out(parser)


def compare(options: argparse.Namespace) -> None:
    """Write PSNR and SSIM of each slice, and of the tumour in it where the original has a mask."""
    from wdr_mcpd import codec
    from wdr_mcpd.data import read_volume
    from wdr_mcpd.study.quality import measure_volume

    original = read_volume(options.original)
    if options.other.suffix == ".wdr":
        restored = codec.decode(read_bytes(options.other), rate=options.rate)
    elif options.rate is not None:
        raise InputError(f"{options.other}: --rate cuts streams; this is a volume")
    else:
        restored = read_volume(options.other).voxels
    if restored.shape != original.voxels.shape:
        raise InputError(
            f"{options.other}: has the shape {restored.shape}, the original {original.voxels.shape}"
        )
    measured = measure_volume(original.voxels, restored, _reading(options), original.mask)
    _write(options, measured.dropna(axis="columns", how="all"))


def view_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `view`."""
    parser.add_argument("original", type=Path, metavar="ORIGINAL", help=SOURCE)
    parser.add_argument("streams", type=Path, nargs="+", metavar="STREAM", help=".wdr files of that volume")
    parser.add_argument("--out", type=Path, required=True, metavar="HTML", help="page to write")
    add_keys(parser, "rates", *MEASURES)


def view(options: argparse.Namespace) -> None:
    """Write a page with the original, the reconstructions and their differences at each rate."""
    from dataclasses import replace

    import pandas as pd

    from wdr_mcpd.data import read_volume
    from wdr_mcpd.methods import DEFAULT, METHODS
    from wdr_mcpd.report.viewer import CodedExam, viewer_html
    from wdr_mcpd.study.quality import measure_stream

    volume = read_volume(options.original)
    streams = {path.stem: read_bytes(path) for path in options.streams}
    rates = options.rates
    measured = [
        measure_stream(
            options.original.name, name, volume.voxels, data, rates, _reading(options), volume.mask
        )
        for name, data in streams.items()
    ]
    shown = CodedExam(options.original.name, volume, streams, pd.concat(measured, ignore_index=True))
    unnamed = {name: replace(METHODS[DEFAULT], name=name, label=name) for name in streams}
    with whole_file(options.out) as draft:
        draft.write_text(viewer_html(shown, methods=unnamed | METHODS), encoding="utf-8", newline="\n")


def _reading(options: argparse.Namespace) -> Any:
    from wdr_mcpd.study.metrics import Reading

    return Reading(*(getattr(options, key) for key in MEASURES))


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="CSV", help="file to write instead of standard output")


def _write(options: argparse.Namespace, frame: "pd.DataFrame") -> None:
    from wdr_mcpd.study.frames import write_csv

    if options.out is not None:
        write_csv(frame, options.out)
        return
    frame.to_csv(sys.stdout, index=False, float_format=SIGNIFICANT_DIGITS, lineterminator="\n")
