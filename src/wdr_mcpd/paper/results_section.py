"""The paper's section "Results" from our own measurements: its sentences, tables and figures in its order."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wdr_mcpd.files import read_bytes, write_text
from wdr_mcpd.paper.table3 import gains
from wdr_mcpd.render.pages import fill
from wdr_mcpd.study.cohort_answers import InCohorts, in_cohorts
from wdr_mcpd.study.frames import read_csv, read_exams
from wdr_mcpd.study.pays import Verdict, of_quality
from wdr_mcpd.study.quality import COLUMNS


@dataclass(frozen=True, eq=False)
class Written:
    """A table as written: its data, and the Markdown page that readers see."""

    data: pd.DataFrame
    text: str

    @property
    def exams(self) -> dict[str, pd.DataFrame]:
        """Rows of each exam."""
        return {str(exam): rows for exam, rows in self.data.groupby("exam", sort=False)}

    @property
    def inner(self) -> str:
        """The page with its headings two levels down, below the section's own."""
        lines = (f"##{line}" if line.startswith("#") else line for line in self.text.strip().splitlines())
        return "\n".join(lines)


def section(
    answer: Verdict,
    conditions: tuple[InCohorts, str] | None,
    tables: Sequence[Written],
    figures: Sequence[tuple[str, str]],
) -> str:
    """Lay the section out, with Tables 1 to 3 and figures: titles, and addresses relative to the page.

    `conditions` are what open cohorts say, and the address of their figure.
    """
    said = {"answer": answer, "conditions": conditions, "tables": tables, "figures": figures}
    return fill("results_section.md", **said, gains=gains)


def results_section(
    *,
    tables: list[Path],
    figures: list[Path],
    quality: list[Path],
    cohorts: list[Path],
    of_cohorts: list[Path],
    out: Path,
    table_rate: float,
) -> None:
    """Write the section; `tables` are Tables 1 to 3 as .csv and as .md, `figures` the pictures shown.

    `cohorts` are the committed tables of open cohorts and of their rates, `of_cohorts` their figure, if they
    are there.
    """
    answer = of_quality(read_exams(quality, COLUMNS), table_rate)
    pages = sorted(path for path in tables if path.suffix == ".md")
    written = [
        Written(read_csv(page.with_suffix(".csv"), ["exam", "slice"]), read_bytes(page).decode())
        for page in pages
    ]
    titles = [f"{path.stem.replace('figure', 'Figure ')}, exam {path.parent.name}" for path in figures]
    places = [Path(os.path.relpath(path, out.parent)).as_posix() for path in (*figures, *of_cohorts)]
    shown = list(zip(titles, places, strict=False))
    conditions = (in_cohorts(*map(read_csv, cohorts)), places[-1]) if of_cohorts else None
    write_text(out, section(answer, conditions, written, shown))
