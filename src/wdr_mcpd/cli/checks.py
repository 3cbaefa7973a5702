"""Subcommands of the checks: provenance, result checks and the licences of the dependencies."""

import argparse
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands."""
    licences = commands.add_parser("licences", help="list the licence of every package of a lock file")
    licences.add_argument("lock", type=Path, help="requirements.lock")
    licences.add_argument("--out", type=Path, required=True, help="Markdown file to write")
    licences.set_defaults(run=_licences)


def _licences(options: argparse.Namespace) -> None:
    from wdr_mcpd.checks.licences import licences
    from wdr_mcpd.files import whole_file

    text = licences(options.lock)
    with whole_file(options.out) as draft:
        draft.write_text(text, encoding="utf-8")
