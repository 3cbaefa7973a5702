"""Commands about results: `provenance`, `runs` and `check`."""

import argparse
import json
from pathlib import Path


def _provenance_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="a table or figure of the results")


def provenance(options: argparse.Namespace) -> None:
    """Print where a table or figure comes from."""
    from wdr_mcpd.checks.provenance import read

    print(json.dumps(read(options.file), indent=1, sort_keys=True, ensure_ascii=False))


def _runs_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=Path, nargs="+", help="folders, as results and results/runs/NAME")


def runs(options: argparse.Namespace) -> None:
    """Print the main numbers of runs side by side."""
    from wdr_mcpd.report.closing import side_by_side

    print(side_by_side(options.results).to_string(float_format="{:.2f}".format))


def _check_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=Path, nargs="?", default=Path("results"), help="default: results")


def check(options: argparse.Namespace) -> None:
    """Check every table and figure, and say how much was checked."""
    from wdr_mcpd.checks.results import check_all

    print(check_all(options.results))
