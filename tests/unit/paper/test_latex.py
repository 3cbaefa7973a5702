"""The LaTeX of a table compiles with the package booktabs alone, whatever stands in it."""

import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.paper.render import Column, Table, as_latex

DOCUMENT = "\\documentclass{{article}}\\usepackage{{booktabs}}\\begin{{document}}\n{}\\end{{document}}\n"
MARKS = r"50 % & 2^16 - 1_a #1 {x} ~ \n $5 <a> [b]"


@pytest.fixture(scope="session")
def pdflatex() -> str:
    found = shutil.which("pdflatex")
    if not found:
        message = "no pdflatex: apt-get install texlive-latex-base texlive-latex-recommended"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.mark.parametrize("exams", [["brain1_1", "brain2_1"], None], ids=["by exam", "one table"])
def test_it_compiles(pdflatex: str, exams: list[str] | None, tmp_path: Path) -> None:
    data = pd.DataFrame({"place": [MARKS, None], "value": [1.25, float("nan")]})
    if exams:
        data.insert(0, "exam", exams)
    columns = {"place": Column(f"Place {MARKS}"), "value": Column("Value (dB)", ".2f")}
    text = as_latex(Table("a_table", f"Caption {MARKS}", f"Note {MARKS}", data, columns))
    (tmp_path / "page.tex").write_text(DOCUMENT.format(text))
    run = subprocess.run(
        [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert run.returncode == 0, run.stdout[-1500:]
    assert (tmp_path / "page.pdf").stat().st_size > 1000
