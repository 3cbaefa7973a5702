"""Measuring so that two codecs can be compared: processor time, one process, one core, runs in turn."""

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
    """Processor seconds of every run of one action, in the order in which they were taken."""

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

    def columns(self, name: str) -> dict[str, float]:
        """Give median and quartiles under a name."""
        low, high = self.quartiles
        return {name: self.median, f"{name}_q1": low, f"{name}_q3": high}

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
                start = time.process_time()
                action()
                seconds[name].append(time.process_time() - start)
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


def in_fresh_process(
    action: Callable[[], object], warm_up: Callable[[], object], runs: int = 0
) -> tuple[float, Times]:
    """Measure memory and time of an action in a process of its own, on one core.

    Parameters
    ----------
    action, warm_up : both picklable; the warm-up, on a small volume, loads and compiles what the action
        needs, which is not counted
    runs : how often the action is timed, after one run that is not

    Returns
    -------
    float
        Bytes by which the first run raises the memory of the process above what it held before; NaN where the
        system does not tell (it needs Linux's /proc).
    Times
        Seconds of the runs after the first: its time would also be that of the system, which finds and clears
        pages of memory that nobody had before (on a virtual machine twice), and of large volumes only.
    """
    with get_context("spawn").Pool(1) as pool:
        peak, seconds = pool.apply(_measure, (action, warm_up, runs))
    return peak, Times(seconds)


def _measure(
    action: Callable[[], Any], warm_up: Callable[[], Any], runs: int
) -> tuple[float, tuple[float, ...]]:
    warm_up()
    gc.collect()
    marks = Path("/proc/self/clear_refs")
    if marks.exists():
        marks.write_text("5")  # the high-water mark starts anew from here
    before = _status("VmRSS")
    seconds: list[float] = []
    with one_core():
        action()
        peak = _status("VmHWM")
        for _ in range(runs):
            start = time.process_time()
            action()
            seconds.append(time.process_time() - start)
    return peak - before, tuple(seconds)


def _status(key: str) -> float:
    """Bytes that Linux reports of this process; NaN elsewhere."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith(key + ":")), float("nan"))
