"""What one encoding takes as a whole process, the first time and later."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from wdr_mcpd.bench.contestants import Array
from wdr_mcpd.bench.harness import RUNS, Times


def startup(volume: Array) -> pd.DataFrame:
    """Time `wdr-mcpd encode` as a process, with an empty cache of compiled code and then with a full one."""
    with tempfile.TemporaryDirectory() as scratch:
        source, out = Path(scratch) / "volume.npy", Path(scratch) / "volume.wdr"
        np.save(source, volume)
        command = [sys.executable, "-m", "wdr_mcpd", "encode", str(source), str(out), "--rate", "1"]
        environment = os.environ | {"NUMBA_CACHE_DIR": str(Path(scratch) / "cache")}
        used = [_of_children()]
        for _ in range(1 + RUNS):
            subprocess.run(command, env=environment, check=True)
            used.append(_of_children())
    first, *later = (float(seconds) for seconds in np.diff(used))
    times = {"first": Times((first,)), "later": Times(tuple(later))}
    return pd.DataFrame(
        {"run": run, "runs": len(taken.seconds), **taken.columns("seconds")} for run, taken in times.items()
    )


def _of_children() -> float:
    used = os.times()
    return used.children_user + used.children_system
