"""Commands that measure any volume as the study does: `mcpd`, `sweep`, `compare` and `view`."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.cli.codec import check_place
from wdr_mcpd.cli.keys import CODING, MEASURES, SELECTION, add_keys
from wdr_mcpd.cli.volumes import add_source, read_source
from wdr_mcpd.coherence import average_mcpd, select
from wdr_mcpd.config import configuration
from wdr_mcpd.data import read_volume, window
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import SIGNIFICANT_DIGITS, read_bytes, write_text
from wdr_mcpd.methods import DEFAULT, METHODS

if TYPE_CHECKING:
    import pandas as pd

WINDOW = ("slices", "first_slice")
SWEPT = {
    "selected_slices": "selected",
    "selected_gain_db": "gain of the selected (dB)",
    "exam_psnr_db": "PSNR of the exam (dB)",
    "exam_gain_db": "gain of the exam (dB)",
}
"""Columns of a sweep that are printed, and their headings."""


def _mcpd_options(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    add_keys(parser, *SELECTION)
    add_keys(parser, *WINDOW, default="all slices")
    _add_files(parser)


def mcpd(options: argparse.Namespace) -> None:
    """Give one row for each slice: its number from 1, its average MCPD, whether it is selected."""
    import pandas as pd

    from wdr_mcpd.report.thresholds import UNITS

    voxels, first, available = _slices(options)
    average = average_mcpd(voxels, options.mcpd_unit, options.mcpd_reference)
    selected = ["yes" if chosen else "no" for chosen in select(average, options.threshold)]
    numbers, column = range(first + 1, first + len(average) + 1), f"mcpd_{options.mcpd_unit}"
    exact = [repr(float(value)) for value in average]
    frame = pd.DataFrame({"slice": numbers, column: exact, "selected": selected})
    _write(options, frame, frame.assign(**{column: average.round(4)}))
    if options.csv is None:
        taken = min(options.slices or configuration({}).slices, available)
        start = (available - taken) // 2 + 1
        unit = UNITS[options.mcpd_unit]
        print(f"T = {options.threshold:g} {unit} selects {selected.count('yes')} of {len(average)} slices.")
        print(f"A study of {taken} slices takes {start} to {start + taken - 1} of {available}.")


def _sweep_options(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    add_keys(parser, "thresholds", "rates", *SELECTION, *CODING, "psnr_peak")
    add_keys(parser, *WINDOW, default="all slices")
    _add_files(parser, "selected slices, PSNR and gains against the threshold")


def sweep(options: argparse.Namespace) -> None:
    """Give one row for each rate and threshold: what is selected, and what it gains at equal bits."""
    from wdr_mcpd.render.style import write_figure
    from wdr_mcpd.report.thresholds import plateaus, sweep_figure
    from wdr_mcpd.study.sweep import sweep_of_volume

    keys = {key: getattr(options, key) for key in ("thresholds", "rates", *SELECTION, *CODING, "psnr_peak")}
    swept = sweep_of_volume(_slices(options)[0], name=options.source.name, **keys)
    if options.plot is not None:
        write_figure(lambda: sweep_figure(swept, options.threshold, options.source.name), [options.plot])
    shown = plateaus(swept)[["rate_bpv", "threshold_mcpd", "to", *SWEPT]]
    _write(options, swept, shown.rename(columns={"threshold_mcpd": "T, from"} | SWEPT).round(3))


def _compare_options(parser: argparse.ArgumentParser) -> None:
    add_source(parser, "original")
    parser.add_argument(
        "other", type=Path, metavar="STREAM_OR_VOLUME", help="a stream (.wdr), or a volume likewise"
    )
    parser.add_argument("--rate", type=float, help="decode only so many bits per voxel of a stream")
    add_keys(parser, *MEASURES)
    _add_files(parser, "PSNR and SSIM of each slice")


def compare(options: argparse.Namespace) -> None:
    """Write PSNR and SSIM of each slice, and of the tumour in it where the original has a mask."""
    from wdr_mcpd.study.quality import measure_volume

    original = read_source(options.original, options)
    if options.other.suffix == ".wdr":
        restored = codec.decode(read_bytes(options.other), rate=options.rate)
    elif options.rate is not None:
        raise InputError(f"{options.other}: --rate cuts streams; this is a volume")
    else:
        restored = read_volume(options.other).voxels
    if restored.shape != original.voxels.shape:
        shapes = f"{restored.shape}, the original {original.voxels.shape}"
        raise InputError(f"{options.other}: has the shape {shapes}")
    measured = measure_volume(original.voxels, restored, _reading(options), original.mask)
    measured = measured.dropna(axis="columns", how="all")
    if options.plot is not None:
        from wdr_mcpd.render.style import write_figure
        from wdr_mcpd.report.thresholds import slices_figure

        title = f"{options.other.name} against {options.original.name}"
        write_figure(lambda: slices_figure(measured, title), [options.plot])
    _write(options, measured, measured.round(4))


def _view_options(parser: argparse.ArgumentParser) -> None:
    add_source(parser, "original")
    parser.add_argument("streams", type=Path, nargs="+", metavar="STREAM", help=".wdr files of that volume")
    parser.add_argument("--out", type=Path, required=True, metavar="HTML", help="page to write")
    add_keys(parser, "rates", *MEASURES)


def view(options: argparse.Namespace) -> None:
    """Write a page with the original, the reconstructions and their differences at each rate."""
    import pandas as pd

    from wdr_mcpd.report.viewer import CodedExam, viewer_html
    from wdr_mcpd.study.quality import measure_stream

    volume = read_source(options.original, options)
    streams = {path.stem: read_bytes(path) for path in options.streams}
    exam, how = options.original.name, (options.rates, _reading(options), volume.mask)
    measured = [measure_stream(exam, name, volume.voxels, data, *how) for name, data in streams.items()]
    shown = CodedExam(exam, volume, streams, pd.concat(measured, ignore_index=True))
    unnamed = {name: replace(METHODS[DEFAULT], name=name, label=name) for name in streams}
    write_text(options.out, viewer_html(shown, methods=unnamed | METHODS)[0])


def _reading(options: argparse.Namespace) -> Any:
    from wdr_mcpd.study.metrics import Reading

    return Reading(*(getattr(options, key) for key in MEASURES))


def _slices(options: argparse.Namespace) -> tuple[NDArray[Any], int, int]:
    """Voxels of the slices asked for, the first one's number from 0, and how many slices there are."""
    volume = read_source(options.source, options)
    if options.slices is None and options.first_slice is None:
        return volume.voxels, 0, len(volume.voxels)
    count = options.slices or configuration({}).slices
    cut = window(volume, count, options.first_slice or "central")
    return cut.volume.voxels, cut.first, cut.available


def _add_files(parser: argparse.ArgumentParser, drawn: str = "") -> None:
    parser.add_argument("--csv", type=Path, metavar="CSV", help="write the numbers; - prints them as CSV")
    if drawn:
        parser.add_argument("--plot", type=_drawing, metavar="PNG", help=f"draw {drawn} (.png or .svg)")


def _drawing(text: str) -> Path:
    path = Path(text)
    if path.suffix not in (".png", ".svg"):
        raise argparse.ArgumentTypeError(f"{text}: figures are .png or .svg")
    return path


def _write(options: argparse.Namespace, frame: "pd.DataFrame", shown: "pd.DataFrame") -> None:
    from wdr_mcpd.study.frames import write_csv

    if str(options.csv) == "-":
        frame.to_csv(sys.stdout, index=False, float_format=SIGNIFICANT_DIGITS, lineterminator="\n")
        return
    if options.csv is not None:
        check_place(options.csv)
        write_csv(frame, options.csv)
    print(shown.to_string(index=False, na_rep="-"))
