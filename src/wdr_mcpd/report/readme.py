"""The answer that the README begins with, from the committed results: `python -m wdr_mcpd.report.readme`."""

import sys
from pathlib import Path

import pandas as pd

from wdr_mcpd.render.pages import fill, replace_between
from wdr_mcpd.render.tables import markdown_table
from wdr_mcpd.report.findings import find
from wdr_mcpd.study.cohort_answers import QUESTIONS, in_cohorts
from wdr_mcpd.study.controls import ALONE, NO_AXIAL, PROPOSED
from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.pays import of_controls

BEGIN, END = "<!-- answer: written by make reference -->\n", "<!-- end of answer -->\n"
SHOWN = {PROPOSED: PROPOSED, ALONE: "Every slice alone", NO_AXIAL: "One volume, no axial transform"}
"""Controls whose gains stand in the README's table of cohorts, and their headings."""


def answer(reference: Path) -> str:
    """Say whether coding the similar slices together pays, with the controls and the conditions."""
    tables = {
        name: read_csv(reference / "tables" / f"{name}.csv")
        for name in ("table3", "whole_exam", "claims", "controls")
    }
    cohorts, rates = (
        read_csv(reference / "cohorts" / f"{name}.csv") for name in ("cohorts", "cohorts-rates")
    )
    return fill(
        "readme_answer.md",
        answer=of_controls(tables["controls"]),
        found=find(tables["table3"], tables["whole_exam"], tables["claims"], rate=1.0),
        conditions=in_cohorts(cohorts, rates),
        cohorts=cohorts_table(cohorts),
    )


def cohorts_table(cohorts: pd.DataFrame) -> str:
    """Give the gains in each open cohort in Markdown, by rising spacing of the slices."""
    headings = {QUESTIONS[control]: heading for control, heading in SHOWN.items()}
    asked = cohorts[cohorts["question"].isin(headings)]
    gains = asked.assign(heading=asked["question"].map(headings)).pivot(
        index=["cohort", "spacing_mm", "selected"], columns="heading", values="exam_gain_db"
    )
    shown = gains[list(SHOWN.values())].map("{:+.2f}".format).reset_index().sort_values("spacing_mm")
    shown["spacing_mm"] = shown["spacing_mm"].map("{:.1f}".format)
    shown["selected"] = shown["selected"].map("{:.1f}".format)
    named = {"cohort": "Cohort", "spacing_mm": "Spacing (mm)", "selected": "Selected of 20"}
    return markdown_table(shown.rename(columns=named))


if __name__ == "__main__":
    replace_between(Path(sys.argv[1]), BEGIN, END, answer(Path(sys.argv[2])))
