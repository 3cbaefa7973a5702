"""The command `wdr-mcpd`: one module per room, each adding its subcommands."""

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import NoReturn

from wdr_mcpd.cli import (
    bench,
    checks,
    codec,
    coherence,
    data,
    failures,
    paper,
    peers,
    report,
    series,
    study,
    study_tables,
)
from wdr_mcpd.errors import InputError, StreamError

ROOMS: tuple[ModuleType, ...] = (
    data,
    failures,
    series,
    coherence,
    codec,
    study,
    study_tables,
    peers,
    paper,
    report,
    bench,
    checks,
)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments, as `main` does of everything else."""

    def error(self, message: str) -> NoReturn:
        """End with one line on standard error and status 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """Build the parser of all subcommands; each room's module imports its room only when it runs."""
    top = _Parser(prog="wdr-mcpd", description="3D-WDR and 3D-WDR-MCPD compression of MRI.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for room in ROOMS:
        room.register(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; bad input or a full disk ends as one line on standard error and status 2."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (InputError, StreamError, OSError, MemoryError) as error:
        print(f"wdr-mcpd {options.command}: {' '.join(_line(error).split())}", file=sys.stderr)
        return 2
    return 0


def _line(error: Exception) -> str:
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename is not None else ""
        return f"{place}{error.strerror or error}"
    return str(error) or "not enough memory"
