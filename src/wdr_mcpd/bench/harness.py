"""Measuring so that two codecs can be compared: processor time, one process, one core, runs in turn."""

import gc
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

RUNS = 7
Action = Callable[[], object]


@dataclass(frozen=True)
class Times:
    """Processor seconds of every run of one action, in the order in which they were taken."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median of the runs."""
        return float(np.median(self.seconds))

    def columns(self, name: str) -> dict[str, float]:
        """Give median and quartiles, the spread, under a name."""
        low, high = (float(end) for end in np.percentile(self.seconds, (25, 75)))
        return {name: self.median, f"{name}_q1": low, f"{name}_q3": high}

    def ratio_to(self, other: "Times") -> "Times":
        """Divide run by run: what slows the machine for a while slows both sides of a pair."""
        return Times(tuple(mine / its for mine, its in zip(self.seconds, other.seconds, strict=True)))


def alternate(actions: Mapping[str, Action], runs: int = RUNS) -> dict[str, Times]:
    """Time all actions in turn, round after round, in this process and on one core.

    Each runs once before the rounds, so that its code is loaded and compiled.
    """
    seconds: dict[str, list[float]] = {name: [] for name in actions}
    with one_core():
        for action in actions.values():
            action()
        for _ in range(runs):
            for name, action in actions.items():
                gc.collect()
                seconds[name].append(_seconds(action))
    return {name: Times(tuple(values)) for name, values in seconds.items()}


def _seconds(action: Action) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


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


def in_fresh_process(action: Action, warm_up: Action, runs: int = 0) -> tuple[float, Times]:
    """Measure memory and time of an action in a process of its own, on one core.

    The warm-up, on a small volume, loads and compiles what the action needs, which is not counted; both are
    picklable. Given are the bytes by which the first run raises the memory of the process (NaN without
    Linux's /proc), and the seconds of the runs after it: its time would also be that of the system, which
    finds and clears pages of memory that nobody had before (on a virtual machine twice), and of large volumes
    only.
    """
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (action, warm_up, runs))


def _measure(action: Action, warm_up: Action, runs: int) -> tuple[float, Times]:
    warm_up()
    gc.collect()
    marks = Path("/proc/self/clear_refs")
    if marks.exists():
        marks.write_text("5")  # the high-water mark starts anew from here
    before = _status("VmRSS")
    with one_core():
        action()
        peak = _status("VmHWM")
        times = Times(tuple(_seconds(action) for _ in range(runs)))
    return peak - before, times


def _status(key: str) -> float:
    """Bytes that Linux reports of this process; NaN elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith(key + ":")), float("nan"))
