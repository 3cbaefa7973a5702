"""The results that the README shows, made from the committed ones: `python -m wdr_mcpd.report.readme`."""

import sys
from pathlib import Path

from wdr_mcpd.render.pages import fill, replace_between
from wdr_mcpd.report.findings import find
from wdr_mcpd.study.frames import read_csv

BEGIN, END = "<!-- results: written by make reference -->\n", "<!-- end of results -->\n"


def results(reference: Path) -> str:
    """Say in words what the sample run gives, show what the gain is made of, and Table 3."""
    tables = reference / "tables"
    table3, whole_exam, claims = (
        read_csv(tables / f"{name}.csv") for name in ("table3", "whole_exam", "claims")
    )
    found = find(table3, whole_exam, claims, rate=1.0)
    title, note, *exams = (tables / "table3.md").read_text("utf-8").strip().split("\n\n")
    sections = [exam.replace("## ", "Exam ") for exam in exams]
    return fill("readme.md", found=found, title=title.removeprefix("# "), note=note, sections=sections)


if __name__ == "__main__":
    replace_between(Path(sys.argv[1]), BEGIN, END, results(Path(sys.argv[2])))
