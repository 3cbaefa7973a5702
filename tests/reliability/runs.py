"""Runs of the real Snakefile in folders of their own, and what their results are."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FULL = os.environ.get("WDR_MCPD_FULL") == "1"
"""The default run, or its target WDR_MCPD_TARGET, instead of a table of two small phantoms."""
SMALL = [
    *("results/tables/table1.csv", "results/mcpd/phantom001_1.csv", "--config", "source=synthetic"),
    *('synthetic={"subjects": 1, "slices": 6, "size": 48, "seed": 1}', "slices=6", "rates=[0.5, 1.0]"),
]
ARGUMENTS = list(filter(None, [os.environ.get("WDR_MCPD_TARGET")])) if FULL else SMALL
NOT_COMPARED = ("logs", "benchmarks", "report.html", "report/configuration.json", "baselines/bench")
"""Times of the run: logs, speeds, and the page in which Snakemake lists when each job ran."""


@dataclass(frozen=True)
class Undisturbed:
    """Results of the undisturbed run by their place, and how long it took in seconds."""

    folder: Path
    hashes: dict[str, str]
    seconds: float


@dataclass(frozen=True)
class Ended:
    """How a run ended: exit status, and standard output and error together."""

    status: int
    text: str


def start(
    folder: Path,
    *more: str,
    target: str = "",
    log: Path | None = None,
    snakefile: Path = ROOT / "Snakefile",
    env: Mapping[str, str] = os.environ,
) -> "subprocess.Popen[str]":
    """Start the plain command in a folder, in a process group of its own; it writes to `run.log` in `log`."""
    place = log or folder
    place.mkdir(parents=True, exist_ok=True)
    source = str(snakefile.parent / "src")
    with (place / "run.log").open("w") as file:
        return subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "snakemake",
                    "--snakefile",
                    str(snakefile),
                    "--directory",
                    str(folder),
                ),
                *("--cores", "2", "--nocolor", *filter(None, [target]), *ARGUMENTS, *more),
            ],
            cwd=snakefile.parent,
            env={**env, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )


def finish(process: "subprocess.Popen[str]", log: Path) -> Ended:
    """Wait for a run that writes to `log`."""
    return Ended(process.wait(), (log / "run.log").read_text(errors="replace"))


def run(folder: Path, *more: str, log: Path | None = None, **options: Any) -> Ended:
    """Run the plain command to its end."""
    return finish(start(folder, *more, log=log, **options), log or folder)


def unlock(folder: Path) -> None:
    """Do what Snakemake tells whoever starts a run where one was killed."""
    ended = run(folder, "--unlock", log=folder / "unlock")
    assert ended.status == 0, ended.text


def kill_after(process: "subprocess.Popen[str]", seconds: float) -> bool:
    """Kill a run with all its jobs (SIGKILL) after so long; False if it had ended before."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.1)
        return True
    return False


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every result, by its place below `results`."""
    results = folder / "results"
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(results.rglob("*"))
        if path.is_file() and not (name := path.relative_to(results).as_posix()).startswith(NOT_COMPARED)
    }
