import os
import time
from dataclasses import dataclass

import numpy as np
import pytest

from wdr_mcpd.bench.harness import Times, alternate, in_fresh_process, one_core


def work(seconds: float) -> None:
    """Use the processor for so long, whatever else runs beside."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


@dataclass(frozen=True)
class Allocate:
    """Holds an array of some MB for a moment; picklable."""

    megabytes: int

    def __call__(self) -> int:
        return int(np.ones(self.megabytes * 10**6, dtype=np.uint8).sum())


def test_actions_run_in_turn_after_a_warm_up() -> None:
    order: list[str] = []
    times = alternate({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, runs=3)
    assert "".join(order) == "ab" * 4
    assert {name: len(t.seconds) for name, t in times.items()} == {"a": 3, "b": 3}


def test_times_measure_and_summarise() -> None:
    times = alternate({"work": lambda: work(0.02)}, runs=3)["work"]
    assert min(times.seconds) >= 0.02
    assert Times((3.0, 1.0, 2.0)).median == 2
    assert Times((1.0, 2.0, 3.0, 4.0, 5.0)).quartiles == (2, 4)
    assert Times((2.0, 8.0)).ratio_to(Times((1.0, 2.0))).seconds == (2, 4)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="the system cannot keep a process on one core"
)
def test_one_core_is_given_back() -> None:
    before = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


RUNS_BEFORE: list[float] = []


@dataclass(frozen=True)
class SlowAtFirst:
    """Takes long once in a process; picklable."""

    def __call__(self) -> None:
        if not RUNS_BEFORE:
            work(0.5)
        RUNS_BEFORE.append(time.process_time())


def test_the_first_run_of_a_process_is_not_timed() -> None:
    times = in_fresh_process(SlowAtFirst(), Allocate(1), runs=3)[1]
    assert len(times.seconds) == 3
    assert max(times.seconds) < 0.25


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="needs /proc")
def test_peak_memory_is_what_the_action_adds() -> None:
    peak, times = in_fresh_process(Allocate(80), Allocate(5), runs=3)
    assert peak == pytest.approx(80e6, rel=0.1)
    assert len(times.seconds) == 3
    assert in_fresh_process(Allocate(1), Allocate(90))[0] < 5e6
