import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from wdr_mcpd.bench import harness
from wdr_mcpd.bench.harness import Times, alternate, in_fresh_process, one_core


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


class Clock:
    """Stands in for the module `time`; `spend` gives an action that takes the next of some seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def process_time(self) -> float:
        return self.now

    def spend(self, *seconds: float) -> Callable[[], None]:
        left = list(seconds)

        def action() -> None:
            self.now += left.pop(0)

        return action


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(harness, "time", clock)
    return clock


def test_each_run_is_timed_by_itself_after_a_warm_up(clock: Clock) -> None:
    times = alternate({"a": clock.spend(50, 3, 1, 2), "b": clock.spend(70, 8, 8, 8)}, runs=3)
    assert times == {"a": Times((3, 1, 2)), "b": Times((8, 8, 8))}


def test_times_are_summarised() -> None:
    assert Times((3.0, 1.0, 2.0)).median == 2
    assert Times((1.0, 2.0, 3.0, 4.0, 5.0)).columns("s") == {"s": 3, "s_q1": 2, "s_q3": 4}
    assert Times((2.0, 8.0)).ratio_to(Times((1.0, 2.0))).seconds == (2, 4)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="the system cannot keep a process on one core"
)
def test_one_core_is_given_back() -> None:
    before = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_neither_the_warm_up_nor_the_first_run_of_a_process_is_timed(clock: Clock) -> None:
    _, times = harness._measure(clock.spend(50, 1, 2, 3), clock.spend(70), 3)
    assert times.seconds == (1, 2, 3)


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="needs /proc")
def test_peak_memory_is_what_the_action_adds() -> None:
    peak, times = in_fresh_process(Allocate(80), Allocate(5), runs=3)
    assert peak == pytest.approx(80e6, rel=0.1)
    assert len(times.seconds) == 3
    assert in_fresh_process(Allocate(1), Allocate(90))[0] < 5e6
