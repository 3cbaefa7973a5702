"""A copy of the checkout with a small configuration, and runs of the workflow in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from wdr_mcpd.codec import decode, encode

ROOT = Path(__file__).parents[2]
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
        return self._run(str(Path(__file__).with_name("one_process.py")), *arguments)

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        bytecode = {"PYTHONDONTWRITEBYTECODE": ""}  # as make does: else each job compiles the package anew
        return subprocess.run(
            [sys.executable, *arguments, "--nocolor"],
            cwd=self.folder,
            env={**os.environ, **bytecode, "PYTHONPATH": str(self.folder / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def would_run(self, target: str, *arguments: str) -> set[str]:
        """Outputs that a run would make anew."""
        run = self.snakemake("--summary", target, *arguments)
        assert run.returncode == 0, run.stdout
        header, *rows = [line.split("\t") for line in run.stdout.splitlines() if "\t" in line]
        plans = [dict(zip(header, row, strict=True)) for row in rows]
        assert plans
        return {row["output_file"] for row in plans if row["plan"] != "no update"}


def make_clone(folder: Path) -> Clone:
    """Copy the checkout with its compiled loops; time stamps are kept, since their cache goes by them."""
    decode(encode(np.arange(512, dtype=np.int16).reshape(2, 16, 16)))  # compiled once, not in each copy
    unfinished = shutil.ignore_patterns("*.tmp.*", "*.pyc.*")  # another worker may be compiling as well
    folder.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part, ignore=unfinished)
        else:
            shutil.copy2(ROOT / part, folder / part)
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(SMALL))
    return Clone(folder)
