"""The lock installs from nothing, with its hashes, and is complete: `make test-lock` (two minutes)."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LOCK = Path(__file__).parents[2] / "requirements.lock"
IMPORTS = "numpy, scipy, pandas, numba, pywt, skimage, sklearn, matplotlib, pydicom, highdicom, nibabel, nrrd"


@pytest.mark.skipif(os.environ.get("WDR_MCPD_LOCK") != "1", reason="make test-lock runs it")
@pytest.mark.timeout(1800)
def test_the_lock_installs_in_an_empty_environment(tmp_path: Path) -> None:
    python = tmp_path / "environment" / "bin" / "python"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            [str(word) for word in command], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    run(sys.executable, "-m", "venv", "--without-pip", python.parents[1])
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--quiet", "--require-hashes", "--no-deps", "--no-compile", "-r", LOCK)
    assert "No broken requirements" in run(*pip, "check")
    listed = json.loads(run(*pip, "list", "--format=json"))
    installed = {package["name"].lower().replace("_", "-"): package["version"] for package in listed}
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", LOCK.read_text(), re.MULTILINE))
    assert installed == {name: locked[name] for name in installed}
    assert len(installed) > 100
    run(python, "-c", f"import {IMPORTS}, snakemake, idc_index, tcia_utils")
