"""Parts of pages from the committed results: `python -m wdr_mcpd.report.readme README METHOD REFERENCE`.

They are the answer that the README begins with, and what docs/method.md says that other choices give.
"""

import sys
from pathlib import Path

import pandas as pd

from wdr_mcpd.render.pages import fill, replace_between
from wdr_mcpd.render.tables import markdown_table
from wdr_mcpd.report.findings import find
from wdr_mcpd.study.cohort_answers import QUESTIONS, in_cohorts
from wdr_mcpd.study.controls import ALONE, BASELINE, NO_AXIAL, PROPOSED
from wdr_mcpd.study.frames import at_rate, read_csv
from wdr_mcpd.study.pays import of_controls

BEGIN, END = "<!-- answer: written by make reference -->\n", "<!-- end of answer -->\n"
OTHERS = "<!-- alternatives: written by make reference -->\n", "<!-- end of alternatives -->\n"
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


def alternatives(reference: Path) -> str:
    """Give in Markdown what 3D-WDR-MCPD gains where another choice is made of what the paper leaves open."""
    names = ["chosen", "mcpd_db", "mcpd_over_alone_db"]
    evidence = read_csv(reference / "evidence" / "tables" / "alternatives.csv")[names]
    controls = read_csv(reference / "tables" / "controls.csv")
    alone = controls.loc[controls["control"] == ALONE, "exam_psnr_db"].item()
    proposed = controls["control"].str.startswith(f"{PROPOSED}, ")
    of_codec = controls[proposed & controls["kind"].isin(["depth", "wavelet"])]
    chosen = of_codec["control"].str.removeprefix(f"{PROPOSED}, ")
    gains = of_codec["exam_gain_db"], of_codec["exam_psnr_db"] - alone
    coded = pd.DataFrame(dict(zip(names, (chosen, *gains), strict=True)))
    schemes = at_rate(read_csv(reference / "tables" / "whole_exam.csv"), 1.0).set_index("scheme")
    mcpd, single = (schemes["exam_gain_db"][f"{name}, equal slope"] for name in (PROPOSED, ALONE))
    shared = pd.DataFrame([("bits shared at equal slope", mcpd, mcpd - single)], columns=names)
    shown = pd.concat([evidence, coded, shared])
    shown[names[1:]] = shown[names[1:]].map("{:+.2f}".format)
    shown.columns = ["Choice", f"{PROPOSED} over {BASELINE} (dB)", "over every slice alone (dB)"]
    return markdown_table(shown)


if __name__ == "__main__":
    readme, method, committed = map(Path, sys.argv[1:])
    replace_between(readme, BEGIN, END, answer(committed))
    replace_between(method, *OTHERS, alternatives(committed))
