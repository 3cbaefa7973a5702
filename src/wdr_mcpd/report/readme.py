"""The results that the README shows, made from the committed ones: `python -m wdr_mcpd.report.readme`."""

import sys
from pathlib import Path

from wdr_mcpd.render.pages import fill, replace_between
from wdr_mcpd.report.findings import find, in_cohorts
from wdr_mcpd.study.frames import read_csv
from wdr_mcpd.study.verdict import of_controls

BEGIN, END = "<!-- results: written by make reference -->\n", "<!-- end of results -->\n"
BEGIN_ANSWER, END_ANSWER = "<!-- answer: written by make reference -->\n", "<!-- end of answer -->\n"


def answer(reference: Path) -> str:
    """Say whether coding the similar slices together pays, with the controls and the conditions."""
    verdict = of_controls(read_csv(reference / "tables" / "controls.csv"))
    cohorts = in_cohorts(read_csv(reference / "cohorts" / "cohorts.csv"))
    return fill("readme_answer.md", answer=verdict, in_cohorts=cohorts)


def results(reference: Path) -> str:
    """Say in words what the sample run gives, show what the gain is made of, and Table 3."""
    tables = reference / "tables"
    table3, whole_exam, claims = (
        read_csv(tables / f"{name}.csv") for name in ("table3", "whole_exam", "claims")
    )
    found = find(table3, whole_exam, claims, rate=1.0)
    title, note, *exams = (tables / "table3.md").read_text("utf-8").strip().split("\n\n")
    sections = [exam.replace("## ", "Exam ") for exam in exams]
    return fill(
        "readme.md",
        found=found,
        title=title.removeprefix("# "),
        note=note,
        sections=sections,
    )


if __name__ == "__main__":
    readme, committed = Path(sys.argv[1]), Path(sys.argv[2])
    replace_between(readme, BEGIN_ANSWER, END_ANSWER, answer(committed))
    replace_between(readme, BEGIN, END, results(committed))
