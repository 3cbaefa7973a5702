"""One line for each failed job of a run, with its reason and its log, and how much of the run is missing."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

FAILED = re.compile(
    r"^(?P<group> *)Error in rule (?P<rule>\S+?):\n(?P<details>(?:(?! *Error in rule )[ \t]+.*\n?)*)",
    re.MULTILINE,
)
DETAIL = r"^\s+{}: (.+?)(?: \(check log.*\))?$"
PROGRESS = re.compile(r"^(\d+) of (\d+) steps \(", re.MULTILINE)


def failures(*logs: str) -> Iterator[str]:
    """Say for each failed job in a run's logs its rule, outputs, reason and log; then what is missing.

    Of a group of jobs that was submitted as one, Snakemake names all: those whose outputs are there did not
    fail, and those without a log of this run wait for one that did.
    """
    text = "".join(Path(log).read_text(encoding="utf-8", errors="replace") for log in logs)
    begun = min((_begun(log) for log in logs), default=0.0)
    told = []
    for failed in FAILED.finditer(text):
        outputs, log = (_detail(name, failed["details"]) for name in ("output", "log"))
        if failed["group"] and (_are_there(outputs) or not _written_since(log, begun)):
            continue
        reason = _last_line(log).removeprefix("wdr-mcpd: ") if log else "it has no log"
        told.append(
            f"wdr-mcpd: {failed['rule']} failed for {outputs or 'no file'}: {reason} (log: {log or 'none'})"
        )
    yield from dict.fromkeys(told)
    if told and (progress := PROGRESS.findall(text)):
        done, of = progress[-1]
        yield f"wdr-mcpd: {done} of {of} jobs are done; the same command goes on with the rest"


def _are_there(outputs: str) -> bool:
    return all(Path(re.sub(r" \(\w+\)$", "", path)).exists() for path in outputs.split(", "))


def _begun(log: str) -> float:
    """Give when a run began (seconds of the epoch), which Snakemake names its log after; 0 if it did not."""
    try:
        return datetime.strptime(Path(log).name.split(".")[0], "%Y-%m-%dT%H%M%S").timestamp()
    except ValueError:
        return 0.0


def _written_since(log: str, begun: float) -> bool:
    try:
        return Path(log).stat().st_mtime >= begun
    except OSError:
        return False


def _detail(name: str, details: str) -> str:
    found = re.search(DETAIL.format(name), details, re.MULTILINE)
    return found[1] if found else ""


def _last_line(log: str) -> str:
    """Last line that says something; a step's reason stands there."""
    try:
        lines = Path(log).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        return f"its log cannot be read ({error.strerror})"
    return next((line.strip() for line in reversed(lines) if line.strip()), "it was killed, or said nothing")
