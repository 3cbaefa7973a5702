"""Runs of the real Snakefile in folders of their own, and what their results are."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clone import ONE_PROCESS

ROOT = Path(__file__).parents[2]
FULL = os.environ.get("WDR_MCPD_FULL") == "1"
"""The default run, or its target WDR_MCPD_TARGET, instead of a table of two small phantoms in one process."""
SMALL = [
    *("results/tables/table1.csv", "results/mcpd/phantom001_1.csv", "--config", "source=synthetic"),
    *('synthetic={"subjects": 1, "slices": 6, "size": 48, "seed": 1}', "slices=6", "rates=[0.5, 1.0]"),
]
SNAKEMAKE = ["-m", "snakemake", "--cores", "2"] if FULL else [ONE_PROCESS]
ARGUMENTS = list(filter(None, [os.environ.get("WDR_MCPD_TARGET")])) if FULL else SMALL
NOT_COMPARED = ("logs", "benchmarks", "report.html", "report/configuration.json", "baselines/bench")
"""Times of the run: logs, speeds, and the page in which Snakemake lists when each job ran."""


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit status, and standard output and error together."""

    status: int
    text: str


@dataclass(frozen=True)
class Undisturbed:
    """The undisturbed run: its folder, what it printed, and its results by their place."""

    folder: Path
    text: str
    hashes: dict[str, str]


def start(
    folder: Path,
    *more: str,
    target: str = "",
    snakefile: Path = ROOT / "Snakefile",
    env: Mapping[str, str] = os.environ,
) -> "subprocess.Popen[str]":
    """Start the plain command in a folder, in a process group of its own that writes to one pipe."""
    where = ["--snakefile", str(snakefile), "--directory", str(folder), "--nocolor"]
    return subprocess.Popen(
        [sys.executable, *SNAKEMAKE, *where, *filter(None, [target]), *ARGUMENTS, *more],
        cwd=snakefile.parent,
        env={**env, "PYTHONPATH": str(snakefile.parent / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def finish(process: "subprocess.Popen[str]") -> Ended:
    """Wait until a run and all its jobs, which hold the other end of the pipe, are gone."""
    text, _ = process.communicate()
    return Ended(process.returncode, text)


def run(folder: Path, *more: str, **options: Any) -> Ended:
    """Run the plain command to its end."""
    return finish(start(folder, *more, **options))


def unlock(folder: Path) -> None:
    """Do what Snakemake tells whoever starts a run where one was killed."""
    ended = run(folder, "--unlock")
    assert ended.status == 0, ended.text


def kill(process: "subprocess.Popen[str]", line: int, seconds: float) -> bool:
    """Kill a run with all its jobs (SIGKILL), so long after a line of its output; False if it had ended."""
    assert process.stdout is not None
    for _ in range(line):
        process.stdout.readline()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    finish(process)
    return process.returncode == -signal.SIGKILL


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every result, by its place below `results`."""
    results = folder / "results"
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and not (name := path.relative_to(results).as_posix()).startswith(NOT_COMPARED)
    }
