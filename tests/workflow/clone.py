"""A copy of the checkout with a small configuration, and runs of the workflow in it."""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import forks
import numpy as np
import yaml

from wdr_mcpd.codec import decode, encode

ROOT = Path(__file__).parents[2]
ONE_PROCESS = str(Path(__file__).with_name("one_process.py"))
PARTS = (
    "Snakefile",
    "config",
    "environment.yml",
    "profiles",
    "pyproject.toml",
    "resources",
    "src",
    "workflow",
)
SMALL = {
    "source": "synthetic",
    "synthetic": {"subjects": 1, "slices": 8, "size": 48, "seed": 1},
    "slices": 6,
    "in_plane_levels": 3,
    "axial_levels": 2,
    "rates": [0.5, 2.0],
}
STUDY = {**SMALL, "methods": ["2d-wdr", "3d-wdr", "3d-wdr-mcpd"], "thresholds": [0.4, 0.8]}


@dataclass(frozen=True)
class Clone:
    """A checkout to run the workflow in; its package is the one that is installed, as far as a run can
    tell."""

    folder: Path

    def snakemake(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the real Snakefile on the small configuration; standard error and output come together."""
        return self._run("-m", "snakemake", "--cores", "2", *arguments)

    def in_one_process(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Do the same in less time, where it does not matter that each job is a process of its own."""
        return self._run(ONE_PROCESS, *arguments)

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        bytecode = {"PYTHONDONTWRITEBYTECODE": ""}  # as make does: else each job compiles the package anew
        environment = {**os.environ, **bytecode, "PYTHONPATH": str(self.folder / "src")}
        return forks.run([*arguments, "--nocolor"], self.folder, environment)

    def would_run(self, target: str, *arguments: str) -> set[str]:
        """Outputs that a run would make anew."""
        run = self.snakemake("--summary", target, *arguments)
        assert run.returncode == 0, run.stdout
        header, *rows = [line.split("\t") for line in run.stdout.splitlines() if "\t" in line]
        plans = [dict(zip(header, row, strict=True)) for row in rows]
        assert plans
        return {row["output_file"] for row in plans if row["plan"] != "no update"}


def make_clone(folder: Path, configuration: Mapping[str, object] = SMALL) -> Clone:
    """Copy the checkout with its compiled loops; time stamps are kept, since their cache goes by them."""
    decode(encode(np.arange(512, dtype=np.int16).reshape(2, 16, 16)))  # compiled once, not in each copy
    unfinished = shutil.ignore_patterns("*.tmp.*", "*.pyc.*")  # another worker may be compiling as well
    folder.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=unfinished)
        else:
            shutil.copy2(ROOT / part, folder / part)
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump({**configuration}))
    return Clone(folder)


def commands_for_parts(parts: int) -> list[list[str]]:
    """Arguments of Snakemake in docs/cluster.md for a cohort in so many parts, and for what follows."""
    page = (ROOT / "docs" / "cluster.md").read_text()
    block = re.search(
        r"```bash\nfor part in \$\(seq 100\); do snakemake (.*?); done\nsnakemake (.*?)```", page, re.DOTALL
    )
    assert block is not None
    each, then = (text.replace("\\", "").split() for text in block.groups())
    of_parts = [
        [word.replace("$part", str(part)).replace("100", str(parts)) for word in each]
        for part in range(1, parts + 1)
    ]
    return [*of_parts, then]


def finished_study(folder: Path) -> Clone:
    """The study of two exams: what `make` makes, the rest in parts, then the report; once for all workers."""
    clone = Clone(folder / "a clone" / "wdr mcpd")
    done = folder / "study is done"
    with (folder / "study.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists():
            return clone
        make_clone(clone.folder, STUDY)
        made = clone.in_one_process("paper", "--logger", "rich")
        assert made.returncode == 0, made.stdout
        assert len(made.stdout.splitlines()) <= 60, made.stdout  # what `make` prints once .venv is there
        for command in commands_for_parts(2):
            run = clone.in_one_process(*command)
            assert run.returncode == 0, run.stdout[-4000:]
        made = clone.in_one_process("results/report.html", "--logger", "rich")
        assert made.returncode == 0, made.stdout
        assert len(made.stdout.splitlines()) <= 100, made.stdout
        assert "Verdict: " in made.stdout
        done.touch()
    return clone
