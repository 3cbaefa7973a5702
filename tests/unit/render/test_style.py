"""A changed look draws the figures anew from what was measured, and measures nothing anew."""

import re
from pathlib import Path

import pytest

from wdr_mcpd.render.style import STYLE
from wdr_mcpd.step import code_files

RULES = Path(__file__).parents[3] / "workflow" / "rules"
STEPS = {
    path.stem: set(re.findall(r'step(?:\(|=)\s*"([\w.]+)\.\w+"', path.read_text()))
    for path in RULES.glob("*.smk")
}
MEASURE = ("data.", "coherence.", "study.", "checks.")


def uses_style(module: str) -> bool:
    return STYLE in code_files(module)


@pytest.mark.parametrize(
    "module",
    sorted(
        {
            one
            for stage, of_stage in STEPS.items()
            for one in of_stage
            if stage == "measure" or one.startswith(MEASURE)
        }
    ),
)
def test_nothing_that_measures_asks_for_the_look(module: str) -> None:
    assert not uses_style(module)


@pytest.mark.parametrize("module", ["paper.figures", "report.rates", "report.thresholds", "report.controls"])
def test_what_draws_asks_for_the_look_and_measures_nothing(module: str) -> None:
    assert module in set().union(*STEPS.values())
    assert uses_style(module)
