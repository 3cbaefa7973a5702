"""The results that the README shows, made from the committed ones."""

from pathlib import Path

from wdr_mcpd.errors import InputError
from wdr_mcpd.study.claims import counted
from wdr_mcpd.study.frames import read_csv

PICTURE = "results/reference/figures/decomposition.png"
CLAIMS = "results/reference/tables/claims.md"
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
    """Say in words what the sample run gives, show what the gain is made of, and Table 3."""
    tables = reference / "tables"
    title, note, *exams = (tables / "table3.md").read_text("utf-8").strip().split("\n\n")
    parts = [
        " ".join([_gains(tables), _whole_exam(tables), _claims(tables)]),
        f"![What the gain is made of, on the selected slices and on the whole exam]({PICTURE})",
        f"**{title.removeprefix('# ')}** ({note})",
        *(exam.replace("## ", "Exam ") for exam in exams),
    ]
    return "\n\n".join(parts) + "\n"


def _gains(tables: Path) -> str:
    rows = read_csv(tables / "table3.csv", ["improvement_db", "paper_improvement_db"])
    ours, paper = rows["improvement_db"].dropna(), rows["paper_improvement_db"].dropna()
    return (
        "On the sample, at 1 bit per voxel, the slices that 3D-WDR-MCPD selects gain"
        f" {ours.min():.2f} to {ours.max():.2f} dB over 3D-WDR (mean {ours.mean():.2f} dB);"
        f" the paper reports {paper.min():.1f} to {paper.max():.1f} dB."
    )


def _whole_exam(tables: Path) -> str:
    rows = read_csv(tables / "whole_exam.csv", ["rate_bpv", "scheme", "exam_gain_db"])
    gain = rows[rows["rate_bpv"] == 1].set_index("scheme")["exam_gain_db"]
    proposed, flat = gain["3D-WDR-MCPD, equal rate"], gain["3D-WDR, no axial transform"]
    return (
        f"Over the whole exam, at equal total bits, 3D-WDR-MCPD gains {proposed:+.2f} dB;"
        f" 3D-WDR without its axial transform gains {flat:+.2f} dB."
    )


def _claims(tables: Path) -> str:
    verdicts = read_csv(tables / "claims.csv", ["verdict"])["verdict"]
    return f"Of {len(verdicts)} claims of the paper: {counted(verdicts)} ([all of them]({CLAIMS}))."
