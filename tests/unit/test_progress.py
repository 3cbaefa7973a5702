import io
import sys

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
