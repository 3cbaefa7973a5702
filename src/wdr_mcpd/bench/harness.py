"""Measuring time and memory so that two codecs can be compared: one process, one core, runs in turn."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

RUNS = 7
WARM_UPS = 1


@dataclass(frozen=True)
class Times:
    """Seconds of every run of one action, in the order in which they were taken."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median of the runs."""
        return float(np.median(self.seconds))

    @property
    def quartiles(self) -> tuple[float, float]:
        """Lower and upper quartile of the runs: the spread."""
        low, high = np.percentile(self.seconds, (25, 75))
        return float(low), float(high)

    def ratio_to(self, other: "Times") -> "Times":
        """Divide run by run: what slows the machine for a while slows both sides of a pair."""
        return Times(tuple(mine / its for mine, its in zip(self.seconds, other.seconds, strict=True)))


def alternate(actions: Mapping[str, Callable[[], object]], runs: int = RUNS) -> dict[str, Times]:
    """Time all actions in turn, round after round, in this process and on one core.

    Parameters
    ----------
    actions : name -> what is timed; each runs once before the rounds, so that its code is loaded and compiled
    runs : number of rounds

    Returns
    -------
    dict of name -> Times
    """
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    with one_core():
        for _ in range(WARM_UPS):
            for action in actions.values():
                action()
        for _ in range(runs):
            for name, action in actions.items():
                gc.collect()
                start = time.perf_counter()
                action()
                seconds[name].append(time.perf_counter() - start)
    return {name: Times(tuple(values)) for name, values in seconds.items()}


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process on one core, where the system allows it, so that no library gains by threads."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def peak_memory(action: Callable[[], object], warm_up: Callable[[], object]) -> float:
    """Bytes by which an action raises the memory of a fresh process above what it held before.

    Both must be picklable. The warm-up, on a small volume, loads and compiles what the action needs, which is
    not counted. NaN where the system does not tell (it needs Linux's /proc).
    """
    if not Path("/proc/self/clear_refs").exists():
        return float("nan")
    with get_context("spawn").Pool(1) as pool:
        return float(pool.apply(_rise, (action, warm_up)))


def _rise(action: Callable[[], Any], warm_up: Callable[[], Any]) -> int:
    warm_up()
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark starts anew from here
    before = _status("VmRSS")
    kept = action()
    peak = _status("VmHWM")
    del kept
    return peak - before


def _status(key: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(key)
