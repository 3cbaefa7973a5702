"""The subcommand `failures`: one line for each failed job of a run, with its reason and its log."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

FAILED = re.compile(r"^Error in rule (?P<rule>\S+?):\n(?P<details>(?:[ \t]+.*\n?)*)", re.MULTILINE)
DETAIL = r"^\s+{}: (.+?)(?: \(check log.*\))?$"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    command = commands.add_parser("failures", help="what failed in a run, and where its log is")
    command.add_argument("log", type=Path, help="the run's log, in .snakemake/log")
    command.set_defaults(run=_failures)


def failures(text: str) -> Iterator[str]:
    """Say for each failed job of a Snakemake log its rule, its outputs, the reason and the log.

    Parameters
    ----------
    text : str
        The log of the run; the jobs' own logs are read from where it says they are.
    """
    for failed in FAILED.finditer(text):
        outputs, log = (_detail(name, failed["details"]) for name in ("output", "log"))
        reason = _last_line(log) if log else "it has no log"
        yield f"rule {failed['rule']} failed for {outputs or 'no file'}: {reason} (log: {log or 'none'})"


def _detail(name: str, details: str) -> str:
    found = re.search(DETAIL.format(name), details, re.MULTILINE)
    return found[1] if found else ""


def _last_line(log: str) -> str:
    """Last line that says something; a command's reason stands there."""
    try:
        lines = Path(log).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        return f"its log cannot be read ({error.strerror})"
    return next((line.strip() for line in reversed(lines) if line.strip()), "it was killed, or said nothing")


def _failures(options: argparse.Namespace) -> None:
    from wdr_mcpd.files import read_bytes

    for line in failures(read_bytes(options.log).decode("utf-8", errors="replace")):
        print(f"wdr-mcpd: {line}")
