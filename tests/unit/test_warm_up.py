"""What is compiled after installation is all that the steps of an exam need."""

import gc
from pathlib import Path

import numpy as np
from numba.core.dispatcher import Dispatcher

from steps import encode_step, run_step
from wdr_mcpd.data import Volume, write_exam
from wdr_mcpd.data.exam import Exam
from wdr_mcpd.methods import METHODS
from wdr_mcpd.warm_up import compile_loops, import_libraries

CLAIMS = Path(__file__).parents[2] / "resources" / "paper" / "claims.csv"
GIVEN = {"rates": [0.5, 2], "thresholds": [0.5, 1.0]}


def loops() -> set[tuple[str, str, str]]:
    """Each loop of the package and what it is compiled for in this process."""
    known = [one for one in gc.get_objects() if type(one).__name__ == "CPUDispatcher"]
    assert all(isinstance(one, Dispatcher) for one in known)
    ours = [one.py_func for one in known if one.py_func.__module__.startswith("wdr_mcpd")]
    assert len(ours) > 50
    return {
        (one.py_func.__module__, one.py_func.__name__, str(signature))
        for one in known
        for signature in one.signatures
        if one.py_func.__module__.startswith("wdr_mcpd")
    }


def test_the_steps_of_an_exam_compile_nothing_more(tmp_path: Path) -> None:
    compile_loops()
    import_libraries()
    compiled = loops()
    mask = np.zeros((6, 48, 48), bool)
    mask[2:4, 20:30, 20:30] = True
    voxels = np.cumsum(np.random.default_rng(2).normal(0, 40, mask.shape), axis=2).astype(np.int16)
    write_exam(tmp_path / "volume.npz", Exam(Volume(voxels, mask=mask), 0, 6))
    files = {"volume": tmp_path / "volume.npz", "exam": "a_1"}
    mcpd = tmp_path / "mcpd.csv"
    run_step("coherence.table.mcpd_of_exam", GIVEN, **files, out=mcpd)
    streams = [tmp_path / f"{name}.wdr" for name in METHODS]
    for stream in streams:
        encode_step(files["volume"], mcpd, stream, stream.stem, GIVEN)
    out = [stream.with_suffix(".csv") for stream in streams]
    run_step("study.quality.quality", GIVEN, **files, streams=streams, out=out)
    for name in ("sweep.sweep_of_exam", "whole_exam.ways_of_exam", "controls.controls_of_exam"):
        run_step(f"study.{name}", GIVEN, **files, mcpd=mcpd, out=tmp_path / "out.csv")
    named = {"mcpd": mcpd, "claims": CLAIMS, "out": tmp_path / "out.csv"}
    run_step("study.readings.readings_of_exam", GIVEN, **files, **named)
    assert loops() - compiled == set()
