"""Subcommands of the checks: provenance, result checks and the licences of the dependencies."""

import argparse
from pathlib import Path


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
    record.add_argument("--exams", nargs="+", required=True, help="exams that they are made from")
    record.add_argument("--methods", nargs="+", required=True, help="whose streams they are made from")
    record.add_argument("--configuration", required=True, metavar="JSON", help="of the run")
    record.set_defaults(run=_record)

    stream = commands.add_parser("check-stream", help="check a stream against its volume and measurements")
    stream.add_argument("volume", type=Path, help="the exam's slices (.npz)")
    stream.add_argument("stream", type=Path, help="the exam's stream (.wdr)")
    stream.add_argument("quality", type=Path, help="its measurements (CSV)")
    stream.add_argument("--rates", type=float, nargs="+", required=True, help="bits per voxel")
    stream.add_argument("--peak", default="65535", help="peak of the PSNR: a number or max (default 65535)")
    stream.add_argument("--mcpd", type=Path, help="average MCPD (CSV) that selected the slices")
    stream.add_argument("--unit", default="std", help="unit of the MCPD (default std)")
    stream.add_argument("--threshold", type=float, default=0.5, help="T (default 0.5)")
    stream.add_argument("--out", type=Path, required=True, metavar="CSV")
    stream.set_defaults(run=_check_stream)

    verify = commands.add_parser("verify-results", help="check tables and figures against their provenance")
    verify.add_argument("results", type=Path, nargs="?", default=Path("results"), help="default: results")
    verify.add_argument(
        "--only",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="sidecars to check; default: all, and none missing",
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
    record(options.files, options.results, options.exams, options.methods, configuration)


def _check_stream(options: argparse.Namespace) -> None:
    from wdr_mcpd.checks.streams import Measured, check_selection, check_stream
    from wdr_mcpd.data import read_exam
    from wdr_mcpd.files import read_bytes
    from wdr_mcpd.study.frames import read_csv, write_csv

    quality = read_csv(options.quality, ["rate_bpv", "slice", "psnr_db", "bytes"])
    measured = Measured(options.stream, options.quality, read_bytes(options.stream), quality, options.peak)
    rows = check_stream(read_exam(options.volume).volume.voxels, measured, options.rates)
    if options.mcpd is not None:
        column = f"mcpd_{options.unit}"
        check_selection(
            measured, read_csv(options.mcpd, [column])[column].to_numpy("float64"), options.threshold
        )
    write_csv(rows, options.out)


def _verify(options: argparse.Namespace) -> None:
    from wdr_mcpd.checks.results import sidecars, verify

    counts = verify(options.results, options.only or sidecars(options.results))
    print(", ".join(f"{number} {name}" for name, number in counts.items()) + ": as recorded")


def _licences(options: argparse.Namespace) -> None:
    from wdr_mcpd.checks.licences import licences
    from wdr_mcpd.files import whole_file

    text = licences(options.lock)
    with whole_file(options.out) as draft:
        draft.write_text(text, encoding="utf-8")
