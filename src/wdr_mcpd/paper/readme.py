"""The results that the README shows, made from the committed ones."""

from pathlib import Path

from wdr_mcpd.errors import InputError
from wdr_mcpd.study.frames import read_csv

BEGIN, END = "<!-- results: written by make reference -->\n", "<!-- end of results -->\n"


def with_results(readme: str, reference: Path) -> str:
    """Put the committed results between the two marks of the README.

    Parameters
    ----------
    readme : str
        The page.
    reference : Path
        Folder of the committed results.

    Raises
    ------
    InputError
        The page does not have both marks, or a result is missing.
    """
    return replace_between(readme, BEGIN, END, results(reference))


def replace_between(page: str, begin: str, end: str, text: str) -> str:
    """Put a text between two marks of a page.

    Raises
    ------
    InputError
        The page does not have both marks.
    """
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise InputError(f"the page does not have the marks {begin.strip()} and {end.strip()}")
    return "".join([before, begin, "\n", text, "\n", end, after])


def results(reference: Path) -> str:
    """Give the gains in words, and Table 3."""
    rows = read_csv(reference / "tables" / "table3.csv", ["exam", "improvement_db", "paper_improvement_db"])
    ours, paper = rows["improvement_db"].dropna(), rows["paper_improvement_db"].dropna()
    text = (
        f"The slices that 3D-WDR-MCPD selects gain {ours.min():.2f} to {ours.max():.2f} dB over 3D-WDR"
        f" (mean {ours.mean():.2f} dB); the paper reports {paper.min():.1f} to {paper.max():.1f} dB."
    )
    title, note, *sections = (reference / "tables" / "table3.md").read_text("utf-8").strip().split("\n\n")
    tables = [section.replace("## ", "Exam ") for section in sections]
    return "\n\n".join([text, f"**{title.removeprefix('# ')}** ({note})", *tables]) + "\n"
