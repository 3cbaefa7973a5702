"""Hostile streams and archives end in a result within its limits or in one of the package's own errors.

How many: environment WDR_MCPD_STREAMS and WDR_MCPD_ZIPS; their seed: WDR_MCPD_SEED.
"""

import os
import random
import subprocess
import sys
from pathlib import Path

import mutations
import pytest

from wdr_mcpd.codec import decode
from wdr_mcpd.errors import StreamError

HERE = Path(__file__).parent
SEED = os.environ.get("WDR_MCPD_SEED", "1")
COUNTS = {
    "streams": int(os.environ.get("WDR_MCPD_STREAMS", "3000")),
    "zips": int(os.environ.get("WDR_MCPD_ZIPS", "300")),
}


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("kind", COUNTS)
def test_hostile_input(kind: str) -> None:
    command = [sys.executable, str(HERE / "fuzz.py"), kind, "0", str(COUNTS[kind]), SEED]
    path = os.pathsep.join([str(HERE.parents[1] / "src"), str(HERE)])
    environment = {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{run.stdout[-200:]}\n{run.stderr[-3000:]}"
    outcomes = dict(part.rsplit(" ", 1) for part in run.stdout.splitlines()[-1].split(", "))
    print(f"\n{kind}, seed {SEED}: {outcomes}")
    assert sum(map(int, outcomes.values())) == COUNTS[kind]
    assert len(outcomes) >= 2  # some are sound enough to be taken, some are not


def test_changes_reach_what_lies_behind_the_checksum() -> None:
    sound, numbers = mutations.sound_streams(), random.Random(3)
    messages = set()
    for _ in range(600):
        try:
            decode(mutations.hostile_stream(sound, numbers), max_voxels=1 << 16)
        except StreamError as error:
            messages.add("".join(c for c in str(error) if not c.isdigit()))
    assert len(messages) >= 8, messages
