import io
import sys
import time

import pytest

from wdr_mcpd import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "delay", "seen"), [(Terminal(), 0, True), (Terminal(), 60, False), (io.StringIO(), 0, False)]
)
def test_a_bar_on_a_terminal_for_what_takes_long(
    stream: io.StringIO, delay: float, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "DELAY", delay)
    assert list(progress.steps(["a", "b"], "rate")) == ["a", "b"]
    assert ("0/2" in stream.getvalue()) == seen


@pytest.mark.parametrize(
    ("stream", "delay", "seen"), [(Terminal(), 0, True), (Terminal(), 60, False), (io.StringIO(), 0, False)]
)
def test_what_takes_long_says_on_a_terminal_what_it_found(
    stream: io.StringIO, delay: float, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "DELAY", delay)
    monkeypatch.setattr(progress, "PAUSE", 0.01)
    with progress.elapsed("encoding") as tell:
        tell("half of it")
        until = time.monotonic() + 5
        while "half of it" not in stream.getvalue() and seen and time.monotonic() < until:
            time.sleep(0.01)
    assert ("encoding: 0 s, half of it" in stream.getvalue()) == seen
    assert stream.getvalue().endswith("\r\x1b[K" if seen else "")
