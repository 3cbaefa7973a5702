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
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise InputError(f"the page has no marks for the results: {BEGIN.strip()} and {END.strip()}")
    return "".join([before, BEGIN, "\n", results(reference), "\n", END, after])


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
