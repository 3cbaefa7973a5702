"""The tutorial and the notebook run as they stand."""

import re
import runpy
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "tutorial.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_tutorial_runs_from_the_volume_to_the_plot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for language, block in BLOCKS:
        if language == "python":
            exec(
                compile(block.replace("64j", "32j").replace("64, 64", "32, 32"), "tutorial.md", "exec"), names
            )
        for words in map(shlex.split, block.splitlines() if not language else []):
            if words[0] == "wdr-mcpd" and words[1] != "runs":
                assert main(words[1:]) == 0, capsys.readouterr().err
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {"head.npy", "head.wdr", "half.nii.gz", "slices.png", "sweep.png", "sweep.csv", "mine.png"}


def test_the_notebook_runs_on_a_volume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(1)
    np.save("volume.npy", np.cumsum(rng.normal(0, 30, (5, 32, 32)), axis=2).astype(np.int16))
    monkeypatch.setattr(sys, "argv", ["sweep.py", "volume.npy"])
    names = runpy.run_path(str(DOCS / "sweep.py"))
    assert len(names["gains"]) == 2 * 23
    assert (tmp_path / "sweep_notebook.png").exists()
