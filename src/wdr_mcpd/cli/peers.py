"""Subcommands of the comparison with today's codecs."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wdr_mcpd.cli.study import add_readings, measurement, reading

if TYPE_CHECKING:
    import pandas as pd

PEER_FIGURES = {"rate_distortion": "", "speed": "-speed", "lossless": "-lossless"}
"""Figures of `save_figures`, and what follows `peers` in the names of the study's."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    quality = measurement(commands, "peer-quality", "PSNR and SSIM of one of today's codecs at every rate")
    quality.add_argument("--peer", required=True, help="name of the codec, e.g. x265-medium")
    add_readings(quality)
    quality.set_defaults(run=_peer_quality)

    peers = commands.add_parser("peers", help="table and figure of our methods beside today's codecs")
    peers.add_argument("--series", type=Path, required=True, metavar="TSV", help="series table of the run")
    peers.add_argument("--quality", type=Path, required=True, help="folder of EXAM/METHOD.csv")
    peers.add_argument("--methods", nargs="+", required=True, help="ours")
    peers.add_argument("--peer-quality", type=Path, required=True, help="folder of EXAM/PEER.csv")
    peers.add_argument("--peers", nargs="+", required=True, help="today's codecs")
    peers.add_argument("--volumes", type=Path, required=True, help="folder of EXAM.npz")
    peers.add_argument("--benchmarks", type=Path, required=True, help="folder of speeds and lossless rates")
    peers.add_argument("--rate", type=float, default=1.0, help="of SSIM and tumour PSNR (default 1)")
    peers.add_argument("--readings", default="", help="how it was measured, for the notes")
    peers.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="gets tables/, figures/")
    peers.set_defaults(run=_peers)

    report = commands.add_parser("bench-report", help="tables and figures of the benchmarks")
    report.add_argument("benchmarks", type=Path, metavar="FOLDER", help="what wdr-mcpd bench wrote")
    report.add_argument("--anchors", type=Path, required=True, metavar="FOLDER", help="measured elsewhere")
    report.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    report.set_defaults(run=_bench_report)

    readme = commands.add_parser("readme-comparison", help="write the comparison into the README")
    readme.add_argument("readme", type=Path, metavar="README.md")
    readme.add_argument("--benchmarks", type=Path, required=True, metavar="FOLDER")
    readme.add_argument("--anchors", type=Path, required=True, metavar="FOLDER", help="has the targets")
    readme.set_defaults(run=_readme)

    page = commands.add_parser("benchmarks-page", help="write the other benchmarks into their page")
    page.add_argument("page", type=Path, metavar="benchmarks.md")
    page.add_argument("--benchmarks", type=Path, required=True, metavar="FOLDER")
    page.add_argument("--anchors", type=Path, required=True, metavar="FOLDER", help="measured elsewhere")
    page.set_defaults(run=_page)


def _peer_quality(options: argparse.Namespace) -> None:
    import sys

    from wdr_mcpd.data import read_exam
    from wdr_mcpd.errors import InputError
    from wdr_mcpd.peers import PEERS
    from wdr_mcpd.study.frames import write_csv
    from wdr_mcpd.study.peers import measure_peer

    if options.peer not in PEERS:
        raise InputError(f"unknown codec {options.peer}; known: {', '.join(PEERS)}")
    volume = read_exam(options.volume).volume
    frame, note = measure_peer(
        options.exam, options.peer, volume.voxels, options.rates, reading(options), volume.mask
    )
    if note:
        print(f"{options.exam}: {note}", file=sys.stderr)
    write_csv(frame, options.out)


def _peers(options: argparse.Namespace) -> None:
    from wdr_mcpd.data import read_exam
    from wdr_mcpd.data.series import read_series_table
    from wdr_mcpd.paper.comparison import comparison_table, speed_points
    from wdr_mcpd.paper.peer_figures import save_figures
    from wdr_mcpd.paper.render import write_table
    from wdr_mcpd.paper.speed_table import speed_table
    from wdr_mcpd.study.cohort import cohort_note
    from wdr_mcpd.study.frames import read_exams
    from wdr_mcpd.study.peers import absent_points, curves, mean_of_exams, refusal, with_mean
    from wdr_mcpd.study.quality import COLUMNS
    from wdr_mcpd.study.rates import exam_quality

    series = read_series_table(options.series)
    exams = [row.exam_id for row in series]
    voxels, reasons = {}, {}
    for exam in exams:
        volume = read_exam(options.volumes / f"{exam}.npz").volume.voxels
        voxels[exam] = volume.size
        for name in options.peers:
            if reason := refusal(name, volume):
                reasons[exam, name] = reason
    cohort = cohort_note(series)
    note = f"{cohort}. {options.readings}" if options.readings else cohort
    paths = [options.quality / exam / f"{name}.csv" for exam in exams for name in options.methods]
    paths += [options.peer_quality / exam / f"{name}.csv" for exam in exams for name in options.peers]
    points = curves(exam_quality(read_exams(paths, COLUMNS)), voxels)
    absent = absent_points(points, options.peers, reasons)
    told = ". ".join([note, f"Absent: {'; '.join(absent)}"] if absent else [note])
    write_table(comparison_table(with_mean(points), told, options.rate), options.out / "tables")
    speed, lossless = (_benchmark(options.benchmarks, name) for name in ("codec_speed", "lossless"))
    write_table(speed_table(speed), options.out / "tables")
    many = len(exams) > 2  # two fit a figure side by side; of more their mean is drawn
    save_figures(
        with_mean(points, alone=True) if many else points,
        speed_points(speed, points),
        mean_of_exams(lossless) if many else lossless,
        note,
        {name: options.out / "figures" / f"peers{suffix}" for name, suffix in PEER_FIGURES.items()},
        lossless_note=cohort,
    )


def _bench_report(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper.anchors import agreement, only_elsewhere, read_anchors
    from wdr_mcpd.paper.beside_reference import beside_reference
    from wdr_mcpd.paper.comparison import comparison_table, speed_points
    from wdr_mcpd.paper.peer_figures import save_figures
    from wdr_mcpd.paper.render import write_table
    from wdr_mcpd.paper.speed_table import speed_table
    from wdr_mcpd.study.frames import write_csv

    curves, speed, lossless = measured(options.benchmarks)
    rates, speeds = read_anchors(options.anchors)
    beside = beside_reference(_benchmark(options.benchmarks, "rate_distortion"), rates)
    write_csv(beside, options.out / "reference.csv")
    counted = "every byte that a decoder needs is counted"
    note = f"PSNR over the whole volume, peak 65535; {counted}"
    write_csv(agreement(curves, rates), options.out / "anchors.csv")
    write_table(comparison_table(curves, note), options.out)
    write_table(speed_table(speed), options.out)
    points = speed_points(speed, curves, speeds)
    names = {name: options.out / name for name in PEER_FIGURES}
    save_figures(curves, points, lossless, note, names, only_elsewhere(rates), counted.capitalize())


def _readme(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper.comparison import BEGIN, END, readme_section
    from wdr_mcpd.paper.targets import read_targets
    from wdr_mcpd.study.frames import read_csv

    machine = read_csv(options.benchmarks / "machine.csv")
    section = readme_section(*measured(options.benchmarks), machine, read_targets(options.anchors))
    _put_between(options.readme, BEGIN, END, section)


def _page(options: argparse.Namespace) -> None:
    from wdr_mcpd.paper.anchors import read_anchors
    from wdr_mcpd.paper.benchmarks_page import BEGIN, END, benchmarks_section
    from wdr_mcpd.study.frames import read_csv

    curves, speed = (_benchmark(options.benchmarks, name) for name in ("rate_distortion", "codec_speed"))
    names = ("growth", "startup", "study_growth")
    growth, startup, study = (read_csv(options.benchmarks / f"{name}.csv") for name in names)
    anchors, _ = read_anchors(options.anchors)
    section = benchmarks_section(curves, anchors, speed, growth, startup, study)
    _put_between(options.page, BEGIN, END, section)


def _put_between(path: Path, begin: str, end: str, section: str) -> None:
    from wdr_mcpd.files import read_bytes, whole_file
    from wdr_mcpd.paper.readme import replace_between

    page = replace_between(read_bytes(path).decode("utf-8"), begin, end, section)
    with whole_file(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")


def measured(folder: Path) -> "tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]":
    """Read rate curves, speeds and lossless rates of the methods and codecs that are compared."""
    from wdr_mcpd.study.peers import LABELS

    curves, speed, lossless = (
        _benchmark(folder, name) for name in ("rate_distortion", "codec_speed", "lossless")
    )
    return curves[curves["method"].isin(LABELS)], speed, lossless


def _benchmark(folder: Path, name: str) -> "pd.DataFrame":
    """Read one table of benchmarks, with volumes as exams."""
    from wdr_mcpd.study.frames import read_csv

    return read_csv(folder / f"{name}.csv", ["volume", "method"]).rename(columns={"volume": "exam"})
