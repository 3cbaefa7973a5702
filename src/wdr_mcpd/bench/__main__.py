"""What `make bench` and `make comparison` run: `python -m wdr_mcpd.bench measure|report|readme|page`."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from wdr_mcpd.baselines.beside_reference import beside_reference
from wdr_mcpd.baselines.comparison import BEGIN, END, comparison_section, comparison_table, readme_section
from wdr_mcpd.baselines.curves import labels
from wdr_mcpd.baselines.figures import write_figures
from wdr_mcpd.baselines.published import agreement, only_elsewhere, read_published
from wdr_mcpd.baselines.report import read_benchmark
from wdr_mcpd.baselines.speed import speed_points, speed_table
from wdr_mcpd.baselines.targets import read_targets
from wdr_mcpd.bench import cohort_page, page
from wdr_mcpd.bench.cohorts import SLICES, measure_cohorts
from wdr_mcpd.bench.contestants import Array
from wdr_mcpd.bench.run import run_benchmarks
from wdr_mcpd.data import read_exam, read_volume
from wdr_mcpd.data.sample import stored_volumes
from wdr_mcpd.data.source_archives import PYRADIOMICS, fetch_archives
from wdr_mcpd.errors import InputError, one_line
from wdr_mcpd.render.pages import replace_between
from wdr_mcpd.render.tables import write_table
from wdr_mcpd.study.frames import read_csv, write_csv


def measure(options: argparse.Namespace) -> None:
    """Measure, and write one table for each benchmark."""
    volumes = _sample(options.sample) if options.sample else {}
    for argument in options.volumes:
        name, separator, path = argument.partition("=")
        if not (name and separator and path):
            raise InputError(f"{argument}: give a volume as NAME=PATH")
        source = Path(path)
        volumes[name] = (read_exam(source).volume if source.suffix == ".npz" else read_volume(source)).voxels
    if not volumes:
        raise InputError("give a volume as NAME=PATH, or --sample")
    run_benchmarks(volumes, options.out, options.only, options.codecs)


def _sample(folder: Path) -> dict[str, Array]:
    fetch_archives(folder, (PYRADIOMICS,))
    return {name: volume.voxels for name, volume in stored_volumes(folder).items()}


def cohorts(options: argparse.Namespace) -> None:
    """Measure quality and lossless rate on open cohorts, what is there already left out."""
    measure_cohorts(options.runs, _sample(options.sample), options.out, options.only)


def report(options: argparse.Namespace) -> None:
    """Write tables and figures beside the benchmarks."""
    out = options.benchmarks
    measured, speed, lossless = _benchmarks(out)
    rates, speeds = read_published(options.published)
    curves = measured[measured["method"].isin(labels())]
    counted = "every byte that a decoder needs is counted"
    note = f"PSNR over the whole volume, peak 65535; {counted}"
    write_csv(beside_reference(measured, rates), out / "reference.csv")
    write_csv(agreement(curves, rates), out / "published.csv")
    for table in (comparison_table(curves, note), speed_table(speed)):
        write_table(table, [out / f"{table.name}{suffix}" for suffix in (".csv", ".md", ".tex")])
    files = [
        [out / f"{name}{suffix}" for suffix in (".png", ".svg")]
        for name in ("rate_distortion", "speed", "lossless")
    ]
    points = speed_points(speed, curves, speeds)
    write_figures(curves, points, lossless, note, files, only_elsewhere(rates), counted.capitalize())


def readme(options: argparse.Namespace) -> None:
    """Write the short comparison into the README."""
    replace_between(
        options.page, BEGIN, END, readme_section(*_compared(options), read_published(options.published)[0])
    )


def more(options: argparse.Namespace) -> None:
    """Write the comparison, the other benchmarks and those on cohorts into their page."""
    section = comparison_section(*_compared(options), read_targets(options.published))
    replace_between(options.page, BEGIN, END, section)
    curves, speed, _ = _benchmarks(options.benchmarks)
    names = ("growth", "startup", "study_growth")
    others = (read_csv(options.benchmarks / f"{name}.csv") for name in names)
    section = page.benchmarks_section(curves, read_published(options.published)[0], speed, *others)
    replace_between(options.page, page.BEGIN, page.END, section)
    tables = (read_csv(options.benchmarks / f"{part}.csv", ["kind"]) for part in SLICES)
    replace_between(options.page, cohort_page.BEGIN, cohort_page.END, cohort_page.cohorts_section(*tables))


def _compared(options: argparse.Namespace) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Curves of what is compared, speeds, lossless rates, machine."""
    curves, speed, lossless = _benchmarks(options.benchmarks)
    machine = read_csv(options.benchmarks / "machine.csv")
    return curves[curves["method"].isin(labels())], speed, lossless, machine


def _benchmarks(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    names = ("rate_distortion", "codec_speed", "lossless")
    curves, speed, lossless = (read_benchmark(folder / f"{name}.csv") for name in names)
    return curves, speed, lossless


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; a wrong input is one line and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m wdr_mcpd.bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser(
        "measure", help="speed, memory, quality and lossless rate beside other codecs"
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
        metavar="ARCHIVE",
        help="also the two volumes of the sample data as stored; downloads the archive if it is not there",
    )
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--only", nargs="+", default=[], metavar="BENCHMARK", help="default: all")
    command.add_argument("--codecs", nargs="+", default=[], metavar="CODEC", help="default: all")
    command.set_defaults(run=measure)
    command = commands.add_parser("cohorts", help="quality and lossless rate on open cohorts")
    command.add_argument("runs", type=Path, nargs="+", metavar="RUN", help="folder of a cohort's run")
    command.add_argument("--sample", type=Path, required=True, metavar="ARCHIVE")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--only", choices=SLICES, default="", help="default: both")
    command.set_defaults(run=cohorts)
    for name, run in (("report", report), ("readme", readme), ("page", more)):
        command = commands.add_parser(name, help=str(run.__doc__).rstrip("."))
        if run is not report:
            command.add_argument("page", type=Path, metavar="PAGE.md")
        command.add_argument("--benchmarks", type=Path, required=True, metavar="FOLDER")
        command.add_argument(
            "--published", type=Path, required=True, metavar="FOLDER", help="measured elsewhere"
        )
        command.set_defaults(run=run)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (InputError, OSError) as error:
        print(f"wdr-mcpd: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
