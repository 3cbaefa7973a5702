"""A copy of the checkout in a folder with a space in its name, and a small cohort run in it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "config", "environment.yml", "profiles", "pyproject.toml", "resources", "src", "workflow")
SMALL = {
    "source": "synthetic",
    "synthetic": {"subjects": 2, "slices": 8, "size": 48, "seed": 1},
    "slices": 6,
    "in_plane_levels": 3,
    "axial_levels": 2,
    "rates": [0.5, 2.0],
}


@dataclass(frozen=True)
class Clone:
    """A checkout to run the workflow in."""

    folder: Path

    def snakemake(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the real Snakefile on the small configuration; standard error and output come together."""
        command = [sys.executable, "-m", "snakemake", "--cores", "2", "--nocolor", *arguments]
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def would_run(self, *arguments: str) -> set[str]:
        """Outputs that a dry run would make anew."""
        run = self.snakemake("--dry-run", *arguments)
        assert run.returncode == 0, run.stdout
        lines = [line.strip() for line in run.stdout.splitlines()]
        outputs = [line.removeprefix("output: ") for line in lines if line.startswith("output: ")]
        return {name for names in outputs for name in names.split(", ")}


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """Copy the checkout (with the compiled loops, whose cache goes by time stamps) and make `paper` there."""
    folder = tmp_path_factory.mktemp("a clone") / "wdr mcpd"
    folder.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part)
        else:
            shutil.copy2(source, folder / part)
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(SMALL))
    copy = Clone(folder)
    run = copy.snakemake("paper")
    assert run.returncode == 0, run.stdout
    return copy
