"""The paper's section "Results" from our own measurements: its sentences, tables and figures in its order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from wdr_mcpd.study.frames import read_csv


@dataclass(frozen=True, eq=False)
class Written:
    """A table as written: its data, and the Markdown page that readers see."""

    data: pd.DataFrame
    text: str


def read_written(folder: Path, name: str) -> Written:
    """Read `folder`/NAME.csv and .md."""
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    return Written(read_csv(folder / f"{name}.csv", ["exam", "slice"]), text)


def results_section(tables: Sequence[Written], figures: Sequence[tuple[str, str]]) -> str:
    """Lay out the section.

    Parameters
    ----------
    tables : sequence of Written
        Tables 1, 2 and 3.
    figures : sequence of (title, address)
        Pictures with their titles, in the order in which they stand; addresses are relative to the page.

    Returns
    -------
    str
        Markdown.
    """
    first, second, third = tables
    parts = [
        "# Results",
        'The section "Results" of the paper, made anew by this run. Numbers in brackets are the paper\'s.',
        "## 3D-WDR on the slices of an exam as one volume (Table 1)",
        _sentences(first.data, _ranges),
        _inner(first.text),
        "## The slices that the average MCPD selects (Table 2)",
        _sentences(second.data, _selection),
        _inner(second.text),
        "## 3D-WDR-MCPD on the selected slices (Table 3)",
        _sentences(third.data, _gains),
        _inner(third.text),
        "## Originals and reconstructions (Figures 1 and 2)",
        *(f"![{title}]({address})\n\n{title}" for title, address in figures),
    ]
    return "\n\n".join(parts) + "\n"


def _sentences(data: pd.DataFrame, say: Callable[[pd.DataFrame], str]) -> str:
    exams = data.groupby("exam", sort=False)
    return "\n".join(f"- {exam}: {say(rows)}" for exam, rows in exams)


def _ranges(rows: pd.DataFrame) -> str:
    psnr = _range(rows, "psnr_db", ".4f")
    return f"PSNR varies {psnr} dB and SSIM {_range(rows, 'ssim', '.4f')}."


def _range(rows: pd.DataFrame, name: str, form: str) -> str:
    ours, paper = rows[name].dropna(), rows[f"paper_{name}"].dropna()
    if ours.empty:
        return "over no slice"
    return (
        f"from {ours.min():{form}} to {ours.max():{form}} [from {paper.min():{form}} to {paper.max():{form}}]"
    )


def _selection(rows: pd.DataFrame) -> str:
    ours, paper = (_listed(rows, name) for name in ("selected", "paper_selected"))
    return f"{ours} [{paper}]."


def _listed(rows: pd.DataFrame, name: str) -> str:
    chosen = rows.loc[rows[name] == "yes", "slice"]
    if chosen.empty:
        return "no slice is selected"
    return f"{len(chosen)} of {rows[name].count()} slices are selected: {', '.join(map(str, chosen))}"


def _gains(rows: pd.DataFrame) -> str:
    ours, paper = rows["improvement_db"].dropna(), rows["paper_improvement_db"].dropna()
    if ours.empty:
        return "no slice is selected."
    return (
        f"{_ranges(rows)} The gain over Table 1 is {ours.min():.2f} to {ours.max():.2f} dB, "
        f"{ours.mean():.2f} dB on average [{paper.min():.1f} to {paper.max():.1f} dB, {paper.mean():.2f} dB]."
    )


def _inner(page: str) -> str:
    """Move a page's headings two levels down, below the section's own."""
    lines = (f"##{line}" if line.startswith("#") else line for line in page.strip().splitlines())
    return "\n".join(lines)
