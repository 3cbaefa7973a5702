"""Compiled loops are cached for the next process, and the cache goes stale with any module of the codec."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wdr_mcpd

PACKAGE = Path(wdr_mcpd.__file__).parent

PROGRAM = """
import numpy as np
from wdr_mcpd.codec import transform
transform.apply(np.zeros((2, 4, 4), np.float32), 2, (0, 0, 0), (2, 4, 4), False, None)
statistics = transform._split.stats
print(sum(statistics.cache_hits.values()), sum(statistics.cache_misses.values()))
"""


def hits_and_misses(root: Path) -> tuple[int, int]:
    home = root / "home"
    environment = os.environ | {
        "PYTHONPATH": str(root),
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, cwd=root
    )
    hits, misses = run.stdout.split()
    return int(hits), int(misses)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of the package, as an installer would make it."""
    root = tmp_path / "site packages"
    shutil.copytree(PACKAGE, root / "wdr_mcpd", ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_later_processes_load_what_the_first_one_compiled(installed: Path) -> None:
    assert hits_and_misses(installed) == (0, 1)
    assert hits_and_misses(installed) == (1, 0)
    with (installed / "wdr_mcpd" / "codec" / "wdr" / "sorting_pass.py").open("a") as module:
        module.write("# changed\n")
    assert hits_and_misses(installed) == (0, 1)


def test_a_package_folder_that_cannot_be_written_caches_in_the_home_folder(installed: Path) -> None:
    (installed / "wdr_mcpd" / "codec" / "__pycache__").write_text("a file, where Numba wants a folder")
    assert hits_and_misses(installed) == (0, 1)
    assert hits_and_misses(installed) == (1, 0)


def test_without_any_place_for_a_cache_it_still_runs(installed: Path) -> None:
    (installed / "wdr_mcpd" / "codec" / "__pycache__").write_text("a file, where Numba wants a folder")
    (installed / "home").write_text("a file, where the home folder should be")
    assert hits_and_misses(installed) == (0, 1)
