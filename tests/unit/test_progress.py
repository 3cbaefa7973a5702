import io
import re
import sys
import threading

import pytest

from wdr_mcpd import progress


class Terminal(io.StringIO):
    """Tells when it has shown that half is done."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        size = super().write(text)
        if "half of it" in text:
            self.shown.set()
        return size


CASES = pytest.mark.parametrize(
    ("stream", "delay", "seen"),
    [(Terminal, 0, True), (Terminal, 1e6, False), (io.StringIO, 0, False)],
)


@CASES
def test_a_bar_on_a_terminal_for_what_takes_long(
    stream: type[io.StringIO], delay: float, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", screen := stream())
    monkeypatch.setattr(progress, "DELAY", delay)
    assert list(progress.steps(["a", "b"], "rate")) == ["a", "b"]
    assert ("0/2" in screen.getvalue()) == seen


@CASES
def test_what_takes_long_says_on_a_terminal_what_it_found(
    stream: type[io.StringIO], delay: float, seen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", screen := stream())
    monkeypatch.setattr(progress, "DELAY", delay)
    monkeypatch.setattr(progress, "PAUSE", 0)
    with progress.elapsed("encoding") as tell:
        tell("half of it")
        if seen:
            screen.shown.wait()
    assert bool(re.search(r"encoding: \d\d:\d\d, half of it", screen.getvalue())) == seen
    assert bool(re.search(r"\r +\r$", screen.getvalue())) == seen  # the line is cleared
