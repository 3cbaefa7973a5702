"""What is installed from nothing: the codec alone, the study, what tests need (`make test-lock`)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORTS = "numpy, scipy, pandas, numba, pywt, skimage, sklearn, matplotlib, pydicom, nibabel, nrrd, snakemake"
pytestmark = [
    pytest.mark.skipif(os.environ.get("WDR_MCPD_LOCK") != "1", reason="make test-lock runs it"),
    pytest.mark.timeout(3600),
]


class Empty:
    """A new environment without any package."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "bin" / "python"
        self.run(sys.executable, "-m", "venv", "--without-pip", folder)

    def run(self, *command: str | Path) -> str:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        words = [str(word) for word in command]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def pip(self, *command: str | Path) -> str:
        return self.run(sys.executable, "-m", "pip", "--python", self.python, *command)

    def installed(self) -> dict[str, str]:
        """Names and versions, all of which must fit together."""
        assert "No broken requirements" in self.pip("check")
        listed = json.loads(self.pip("list", "--format=json"))
        return {package["name"].lower().replace("_", "-"): package["version"] for package in listed}


def test_the_locks_install_in_an_empty_environment(tmp_path: Path) -> None:
    empty, locked = Empty(tmp_path / "environment"), {}
    for name, imports in (("requirements", IMPORTS), ("requirements-test", "pytest, highdicom, moto")):
        lock = ROOT / f"{name}.lock"
        locked |= dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock.read_text(), re.MULTILINE))
        empty.pip("install", "--quiet", "--require-hashes", "--no-deps", "--no-compile", "-r", lock)
        installed = empty.installed()
        assert installed == {package: locked[package] for package in installed}
        assert len(installed) > len(locked) / 2
        empty.run(empty.python, "-c", f"import {imports}")


def test_the_codec_alone_brings_nothing_of_the_study(tmp_path: Path) -> None:
    empty = Empty(tmp_path / "environment")
    empty.pip("install", "--quiet", "--no-compile", ROOT)
    installed = empty.installed().keys()
    assert "numba" in installed
    assert installed.isdisjoint({"snakemake", "idc-index", "idc-index-data", "tcia-utils", "scikit-learn"})
    empty.run(empty.python, "-c", "import wdr_mcpd; wdr_mcpd.encode")
