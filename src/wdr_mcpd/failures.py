"""One line for each failed job of a run, with its reason and its log."""

import re
from collections.abc import Iterator
from pathlib import Path

FAILED = re.compile(r"^Error in rule (?P<rule>\S+?):\n(?P<details>(?:[ \t]+.*\n?)*)", re.MULTILINE)
DETAIL = r"^\s+{}: (.+?)(?: \(check log.*\))?$"


def failures(*logs: str) -> Iterator[str]:
    """Say for each failed job of a run its rule, its outputs, the reason and the log.

    Parameters
    ----------
    *logs : str
        Files of the run's log; the jobs' own logs are read from where it says they are.
    """
    text = "".join(Path(log).read_text(encoding="utf-8", errors="replace") for log in logs)
    for failed in FAILED.finditer(text):
        outputs, log = (_detail(name, failed["details"]) for name in ("output", "log"))
        reason = _last_line(log).removeprefix("wdr-mcpd: ") if log else "it has no log"
        yield f"wdr-mcpd: {failed['rule']} failed for {outputs or 'no file'}: {reason} (log: {log or 'none'})"


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
