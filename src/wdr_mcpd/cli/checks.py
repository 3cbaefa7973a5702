"""Subcommands of the checks: provenance, result checks and the licences of the dependencies."""

import argparse
from pathlib import Path

from wdr_mcpd.files import as_written


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    provenance = commands.add_parser("provenance", help="say where a table or figure comes from, as JSON")
    provenance.add_argument("file", type=Path, help="a table or figure of the results")
    provenance.set_defaults(run=_provenance)

    record = commands.add_parser(
        "record-provenance", help="write beside tables and figures where they come from"
    )
    record.add_argument("files", type=Path, nargs="+", help="tables and figures")
    record.add_argument("--results", type=Path, required=True, metavar="FOLDER")
    exams = record.add_mutually_exclusive_group(required=True)
    exams.add_argument("--exams", nargs="+", help="exams that they are made from")
    exams.add_argument("--series", type=Path, metavar="TSV", help="made from all exams of this series table")
    record.add_argument("--methods", nargs="*", default=[], help="whose streams they are made from, if any")
    record.add_argument("--configuration", required=True, metavar="JSON", help="of the run")
    record.set_defaults(run=_record)

    streams = commands.add_parser(
        "check-streams", help="check streams of an exam against its volume and their measurements"
    )
    streams.add_argument("volume", type=Path, help="the exam's slices (.npz)")
    for name, shown, text in (
        ("--stream", "WDR", "METHOD.wdr files of the exam"),
        ("--quality", "CSV", "their measurements, in the same order"),
        ("--out", "CSV", "what the check of each found, in the same order"),
    ):
        streams.add_argument(name, type=Path, nargs="+", required=True, metavar=shown, help=text)
    streams.add_argument("--rates", type=as_written, nargs="+", required=True, help="bits per voxel")
    streams.add_argument("--peak", default="65535", help="peak of the PSNR: a number or max (default 65535)")
    streams.add_argument("--mcpd", type=Path, help="average MCPD (CSV) that selected slices for 3d-wdr-mcpd")
    streams.add_argument("--unit", default="std", help="unit of the MCPD (default std)")
    streams.add_argument("--threshold", type=float, default=0.5, help="T (default 0.5)")
    streams.set_defaults(run=_check_streams)

    verify = commands.add_parser("verify-results", help="check tables and figures against their provenance")
    verify.add_argument("results", type=Path, nargs="?", default=Path("results"), help="default: results")
    verify.add_argument(
        "--only",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="sidecars to check; default: all, and none missing",
    )
    verify.add_argument(
        "--figures-of", type=Path, metavar="TSV", help="with --only: also the figures of this table's exams"
    )
    verify.set_defaults(run=_verify)

    licences = commands.add_parser("licences", help="list the licence of every package of a lock file")
    licences.add_argument("lock", type=Path, help="requirements.lock")
    licences.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    licences.set_defaults(run=_licences)


def _provenance(options: argparse.Namespace) -> None:
    import json

    from wdr_mcpd.checks.provenance import read

    print(json.dumps(read(options.file), indent=1, sort_keys=True, ensure_ascii=False))


def _record(options: argparse.Namespace) -> None:
    import json

    from wdr_mcpd.checks.provenance import record
    from wdr_mcpd.errors import InputError

    try:
        configuration = json.loads(options.configuration)
    except ValueError as error:
        raise InputError(f"--configuration is no JSON ({error})") from error
    exams = options.exams or _exams(options.series)
    record(options.files, options.results, exams, options.methods, configuration)


def _check_streams(options: argparse.Namespace) -> None:
    from wdr_mcpd.checks.streams import Measured, check_selection, check_stream
    from wdr_mcpd.data import read_exam
    from wdr_mcpd.errors import InputError
    from wdr_mcpd.files import read_bytes
    from wdr_mcpd.study.frames import read_csv, write_csv

    if not len(options.stream) == len(options.quality) == len(options.out):
        raise InputError("--stream, --quality and --out need as many files as each other")
    original = read_exam(options.volume).volume.voxels
    for stream, measurements, out in zip(options.stream, options.quality, options.out, strict=True):
        quality = read_csv(measurements, ["rate_bpv", "slice", "psnr_db", "bytes"])
        measured = Measured(stream, measurements, read_bytes(stream), quality, options.peak)
        rows = check_stream(original, measured, options.rates)
        if options.mcpd is not None and stream.stem == "3d-wdr-mcpd":
            column = f"mcpd_{options.unit}"
            average = read_csv(options.mcpd, [column])[column].to_numpy("float64")
            check_selection(measured, average, options.threshold)
        write_csv(rows, out)


def _verify(options: argparse.Namespace) -> None:
    from wdr_mcpd.checks.results import sidecars, sidecars_of_figures, verify

    chosen = options.only or sidecars(options.results)
    if options.figures_of is not None:
        chosen = [*chosen, *sidecars_of_figures(options.results, _exams(options.figures_of))]
    counts = verify(options.results, chosen)
    print(", ".join(f"{number} {name}" for name, number in counts.items()) + ": as recorded")


def _exams(table: Path) -> list[str]:
    from wdr_mcpd.data.series import read_series_table

    return [row.exam_id for row in read_series_table(table)]


def _licences(options: argparse.Namespace) -> None:
    from wdr_mcpd.checks.licences import licences
    from wdr_mcpd.files import whole_file

    text = licences(options.lock)
    with whole_file(options.out) as draft:
        draft.write_text(text, encoding="utf-8")
