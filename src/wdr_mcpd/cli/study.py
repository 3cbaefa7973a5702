"""Subcommands that measure one exam for the study: `quality`, `sweep`, `whole-exam` and `readings`."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wdr_mcpd.cli.codec import levels
from wdr_mcpd.files import as_written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from wdr_mcpd.codec import Settings
    from wdr_mcpd.data import Volume
    from wdr_mcpd.study.metrics import Reading


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    quality = measurement(commands, "quality", "PSNR and SSIM of a stream at every rate, from its prefixes")
    quality.add_argument("stream", type=Path, help="the exam's stream (.wdr), at the highest rate or above")
    quality.add_argument("--method", required=True, help="name of the method in the table")
    add_readings(quality)
    quality.set_defaults(run=_quality)

    sweep = measurement(commands, "sweep", "gain of 3D-WDR-MCPD over 3D-WDR for many thresholds")
    grid = sweep.add_mutually_exclusive_group(required=True)
    grid.add_argument(
        "--grid", type=float, nargs=3, metavar=("START", "STOP", "NUM"), help="thresholds in equal steps"
    )
    grid.add_argument("--thresholds", type=float, nargs="+", metavar="T", help="thresholds one by one")
    _add_selection(sweep)
    _add_settings(sweep)
    sweep.add_argument("--peak", default="65535", help="peak of the PSNR: a number or max (default 65535)")
    sweep.set_defaults(run=_sweep)

    whole = measurement(commands, "whole-exam", "ways to spend the bits of an exam, at equal total bits")
    _add_selection(whole)
    _add_settings(whole)
    add_readings(whole)
    whole.set_defaults(run=_whole_exam)

    reading = commands.add_parser("readings", help="an exam under each reading of what the paper leaves open")
    _add_exam(reading)
    reading.add_argument("--rate", type=float, default=1.0, help="bits per voxel (default 1)")
    reading.add_argument("--claims", type=Path, required=True, metavar="CSV", help="the paper's claims")
    _add_selection(reading)
    reading.set_defaults(run=_readings)


def measurement(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, shows: str
) -> argparse.ArgumentParser:
    """Add a subcommand that measures one exam."""
    command = commands.add_parser(name, help=shows)
    _add_exam(command)
    command.add_argument("--rates", type=as_written, nargs="+", required=True, help="bits per voxel")
    return command


def _add_exam(command: argparse.ArgumentParser) -> None:
    command.add_argument("volume", type=Path, help="the exam's slices (.npz)")
    command.add_argument("--exam", required=True, help="name of the exam in the table, e.g. brain1_1")
    command.add_argument("--out", type=Path, required=True, metavar="CSV")


def add_readings(command: argparse.ArgumentParser) -> None:
    """Add the options that say how PSNR and SSIM are read."""
    command.add_argument("--peak", default="65535", help="peak of the PSNR: a number or max (default 65535)")
    command.add_argument(
        "--ssim-range", default="max", help="range of the SSIM: max, dtype or a number (default max)"
    )
    command.add_argument("--ssim-window", default="uniform7", choices=("uniform7", "gaussian11"))


def _add_selection(command: argparse.ArgumentParser) -> None:
    command.add_argument("--threshold", type=float, default=0.5, help="T (default 0.5)")
    command.add_argument("--mcpd-unit", default="std", choices=("std", "stored", "range", "dtype"))
    command.add_argument("--mcpd-reference", default="following", choices=("following", "all", "adjacent"))


def _add_settings(command: argparse.ArgumentParser) -> None:
    command.add_argument("--decomposition", default="packet", choices=("packet", "dyadic"))
    command.add_argument("--in-plane-levels", type=int, default=5, metavar="N", help="default 5")
    command.add_argument(
        "--axial-levels", type=levels, default=3, metavar="N", help="0, 1, ... or auto (default 3)"
    )


def _quality(options: argparse.Namespace) -> None:
    from wdr_mcpd.files import read_bytes
    from wdr_mcpd.study.frames import write_csv
    from wdr_mcpd.study.quality import measure_stream

    volume, stream = _volume(options), read_bytes(options.stream)
    read_as = reading(options)
    frame = measure_stream(
        options.exam, options.method, volume.voxels, stream, options.rates, read_as, volume.mask
    )
    write_csv(frame, options.out)


def _sweep(options: argparse.Namespace) -> None:
    from wdr_mcpd.study.frames import write_csv
    from wdr_mcpd.study.sweep import sweep, threshold_grid, with_threshold

    voxels = _volume(options).voxels
    if options.thresholds is not None:
        thresholds = with_threshold(options.thresholds, options.threshold)
    else:
        start, stop, num = options.grid
        thresholds = threshold_grid(start, stop, int(num), options.threshold)
    unit, settings = options.mcpd_unit, _settings(options)
    average = _average(options, voxels)
    frame = sweep(options.exam, voxels, average, unit, thresholds, options.rates, settings, options.peak)
    write_csv(frame, options.out)


def _whole_exam(options: argparse.Namespace) -> None:
    from wdr_mcpd.coherence import select
    from wdr_mcpd.study.frames import write_csv
    from wdr_mcpd.study.whole_exam import whole_exam

    voxels = _volume(options).voxels
    selected = select(_average(options, voxels), options.threshold)
    settings, read_as = _settings(options), reading(options)
    write_csv(whole_exam(options.exam, voxels, selected, options.rates, settings, read_as), options.out)


def _readings(options: argparse.Namespace) -> None:
    from wdr_mcpd.study.frames import write_csv
    from wdr_mcpd.study.paper_claims import printed_ranges, read_claims
    from wdr_mcpd.study.readings import readings

    selection = options.threshold, options.mcpd_unit, options.mcpd_reference
    ranges = printed_ranges(read_claims(options.claims))
    frame = readings(options.exam, _volume(options).voxels, *selection, options.rate, ranges)
    write_csv(frame, options.out)


def _volume(options: argparse.Namespace) -> "Volume":
    from wdr_mcpd.data import read_exam

    return read_exam(options.volume).volume


def _average(options: argparse.Namespace, voxels: "NDArray[np.generic]") -> "NDArray[np.float64]":
    from wdr_mcpd.coherence import average_mcpd

    return average_mcpd(voxels, options.mcpd_unit, options.mcpd_reference)


def reading(options: argparse.Namespace) -> "Reading":
    """Make the reading that the options say."""
    from wdr_mcpd.study.metrics import Reading

    return Reading(options.peak, options.ssim_range, options.ssim_window)


def _settings(options: argparse.Namespace) -> "Settings":
    from wdr_mcpd.codec import Settings

    return Settings(
        decomposition=options.decomposition,
        in_plane_levels=options.in_plane_levels,
        axial_levels=options.axial_levels,
    )
