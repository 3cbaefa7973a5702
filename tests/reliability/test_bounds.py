"""The compiled loops stay inside their arrays: compiled once more with bounds checks, in another process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import numpy as np
from wdr_mcpd.codec import CODERS, Settings, decode, encode

rng = np.random.default_rng(1)
for shape in ((5, 13, 16), (2, 9, 9), (8, 1, 9), (1, 8, 24)):
    volume = np.cumsum(rng.normal(0, 90, shape), axis=2).astype(np.int16)
    some = [tuple(range(1, shape[0], 2)), tuple(range(0, shape[0], 2))]
    for coder in CODERS:
        for decomposition in ("packet", "dyadic"):
            for levels in (0, 1, 3):
                for groups in (None, some):
                    settings = Settings(coder, decomposition, levels, 2, levels == 1)
                    data = encode(volume, groups, settings)
                    decode(data)
                    if not settings.predicts:
                        decode(data[: len(data) * 2 // 3])
                    encode(volume, groups, settings, max_bytes=len(data) // 2)
    for effort in (1, 2):
        for preview in (0.0, 1.0):
            settings = Settings("cc", "packet", 3, 1, True, effort=effort, preview=preview)
            data = encode(volume, None, settings)
            decode(data)
            if preview:
                decode(data[: len(data) * 2 // 3])
    for wavelet in ("haar", "bior3.3", "bior2.2", "sym8"):
        decode(encode(volume, None, Settings(wavelet=wavelet)))
wide = rng.integers(-30000, 30000, (1, 2, 3000)).astype(np.int16)
for coder in CODERS:
    for lossless in (False, True):
        for size in (60, 100, 500):
            decode(encode(wide, None, Settings(coder, "packet", 0, 0, lossless), max_bytes=size))
"""


@pytest.mark.skipif(os.environ.get("WDR_MCPD_BOUNDS") != "1", reason="make test-hostile runs it: a minute")
def test_no_loop_leaves_its_arrays(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "NUMBA_BOUNDSCHECK": "1",
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    run = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
