"""docs/licences.md lists every package of the locks, with the licence that it states."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
LOCKS = "".join(path.read_text() for path in ROOT.glob("requirements*.lock"))
PINS = re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCKS, re.MULTILINE)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def rows(table: str) -> set[str]:
    """Rows without the blanks that fill the columns; packages for other systems may be absent."""
    return {re.sub(r"\s+|-{2,}", " ", line) for line in table.splitlines() if line.startswith("|")}


def test_every_package_of_the_locks_is_named() -> None:
    named = {normal(name) for name in re.findall(r"^\| ([\w.-]+) +\|", PAGE, re.MULTILINE)}
    named |= {normal(name) for name in re.findall(r"`([\w.-]+)`", PAGE.partition("Not in the table")[2])}
    assert {normal(name) for name, _ in PINS} <= named


@pytest.mark.parametrize(("allowed", "status"), [((), 0), (("--allow-only", "MIT"), 1)])
def test_a_licence_that_is_not_allowed_fails(allowed: tuple[str, ...], status: int) -> None:
    command = [sys.executable, "-m", "piplicenses", *allowed, "--packages", *(name for name, _ in PINS)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == status, run.stderr
    assert ("not in allow-only" in run.stderr) == bool(status)
    if not status:
        assert rows(run.stdout) <= rows(PAGE)
