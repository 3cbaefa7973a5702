"""What `make bench` and `make comparison` run: `python -m wdr_mcpd.bench measure|report|readme|page`."""

import argparse
import sys
from pathlib import Path

import pandas as pd

from wdr_mcpd.baselines import comparison
from wdr_mcpd.baselines.beside_reference import beside_reference
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

FIGURES = ("rate_distortion", "speed", "lossless")


def measure(options: argparse.Namespace) -> None:
    """Speed, memory, quality and lossless rate beside other codecs, one table for each benchmark."""
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
    """Quality and lossless rate on open cohorts, without what is there already."""
    measure_cohorts(options.runs, _sample(options.sample), options.out, options.only)


def report(options: argparse.Namespace) -> None:
    """Write tables and figures beside the benchmarks."""
    out = options.benchmarks
    measured, speed, lossless, _ = _benchmarks(out)
    rates, speeds = read_published(options.published)
    curves = _compared(measured)
    counted = "every byte that a decoder needs is counted"
    note = f"PSNR over the whole volume, peak 65535; {counted}"
    write_csv(beside_reference(measured, rates), out / "reference.csv")
    write_csv(agreement(curves, rates), out / "published.csv")
    for table in (comparison.comparison_table(curves, note), speed_table(speed)):
        write_table(table, [out / f"{table.name}{suffix}" for suffix in (".csv", ".md", ".tex")])
    files = [[out / f"{name}{suffix}" for suffix in (".png", ".svg")] for name in FIGURES]
    points = speed_points(speed, curves, speeds)
    write_figures(curves, points, lossless, note, files, only_elsewhere(rates), counted.capitalize())


def readme(options: argparse.Namespace) -> None:
    """Write the short comparison into the README."""
    measured, speed, lossless, machine = _benchmarks(options.benchmarks)
    rates = read_published(options.published)[0]
    section = comparison.readme_section(_compared(measured), speed, lossless, machine, rates)
    replace_between(options.page, comparison.BEGIN, comparison.END, section)


def whole_page(options: argparse.Namespace) -> None:
    """Write the comparison, the other benchmarks and those on cohorts into their page."""
    folder = options.benchmarks
    measured, speed, lossless, machine = _benchmarks(folder)
    targets = read_targets(options.published)
    section = comparison.comparison_section(_compared(measured), speed, lossless, machine, targets)
    replace_between(options.page, comparison.BEGIN, comparison.END, section)
    rates, facts = read_published(options.published)[0], comparison.machine_facts(machine)
    others = (read_csv(folder / f"{name}.csv") for name in page.OTHERS)
    section = page.benchmarks_section(measured, rates, speed, facts, *others)
    replace_between(options.page, page.BEGIN, page.END, section)
    tables = (read_csv(folder / f"{part}.csv", ["kind"]) for part in SLICES)
    replace_between(options.page, cohort_page.BEGIN, cohort_page.END, cohort_page.cohorts_section(*tables))


def _benchmarks(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rate-distortion curves, speeds, lossless rates, machine."""
    names = ("rate_distortion", "codec_speed", "lossless")
    curves, speed, lossless = (read_benchmark(folder / f"{name}.csv") for name in names)
    return curves, speed, lossless, read_csv(folder / "machine.csv")


def _compared(curves: pd.DataFrame) -> pd.DataFrame:
    """Curves of what is compared with other codecs."""
    return curves[curves["method"].isin(labels())]


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; a wrong input is one line and exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m wdr_mcpd.bench", description=__doc__)
    commands = parser.add_subparsers(required=True)
    made = {}
    for name, run in {
        "measure": measure,
        "cohorts": cohorts,
        "report": report,
        "readme": readme,
        "page": whole_page,
    }.items():
        made[name] = commands.add_parser(name, help=str(run.__doc__).rstrip("."))
        made[name].set_defaults(run=run)
    sources = "DICOM folder, .npy, .nrrd, .nii(.gz), or .npz of an exam; speeds are taken on the first"
    made["measure"].add_argument("volumes", nargs="*", metavar="NAME=VOLUME", help=sources)
    made["measure"].add_argument("--only", nargs="+", default=[], metavar="BENCHMARK", help="default: all")
    made["measure"].add_argument("--codecs", nargs="+", default=[], metavar="CODEC", help="default: all")
    made["cohorts"].add_argument("runs", type=Path, nargs="+", metavar="RUN", help="folder of a cohort's run")
    made["cohorts"].add_argument("--only", choices=SLICES, default="", help="default: both")
    sample = "folder of the sample data, whose two stored volumes are measured; downloaded if not there"
    for name in ("measure", "cohorts"):
        made[name].add_argument("--sample", type=Path, required=name == "cohorts", help=sample)
        made[name].add_argument("--out", type=Path, required=True, metavar="FOLDER")
    for name in ("readme", "page"):
        made[name].add_argument("page", type=Path, metavar="PAGE.md")
    for name in ("report", "readme", "page"):
        made[name].add_argument("--benchmarks", type=Path, required=True, metavar="FOLDER")
        made[name].add_argument(
            "--published", type=Path, required=True, help="folder of what was measured elsewhere"
        )
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except (InputError, OSError) as error:
        print(f"wdr-mcpd: {one_line(error)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
