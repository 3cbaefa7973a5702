"""The LaTeX of tables compiles, whatever stands in them, and fits the pages of the class article."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.paper import beside
from wdr_mcpd.render.notes import interval_note
from wdr_mcpd.render.tables import Column, Table, as_latex, columns_of, lay_out
from wdr_mcpd.report import audit, cross_validation, decomposition, rates, thresholds
from wdr_mcpd.study.frames import read_csv

DOCUMENT = (
    "\\documentclass{{article}}\\usepackage{{booktabs,adjustbox,pdflscape}}"
    "\\begin{{document}}\n{}\\end{{document}}\n"
)
OVERFULL = re.compile(r"Overfull \\hbox \(([\d.]+)pt too wide\)")
INVISIBLE_PT = 2.0
REFERENCE = Path(__file__).parents[3] / "results" / "reference" / "tables"
NOTE = interval_note("2 subjects, 1 exam each, sample data, not the paper's collection. Peak 65535", 2)
WORDS: dict[str, object] = {
    "threshold_mcpd": -170.1234,
    "scheme": "3D-WDR-MCPD, no axial transform, as 3D-WDR",
    "transform": "packet, 3 axial levels",
    "values": "scaled to int16",
    "quantity": "ssim_gain_selected",
    "ssim_window": "gaussian11",
    "unit": "slices",
    "psnr_peak": "65535",
    "ssim_range": "65535",
    "mcpd_unit": "stored",
}
STUDY = {
    **dict.fromkeys(("rates", "bjontegaard", "tumour"), rates),
    "thresholds": thresholds,
    "crossval": cross_validation,
    **dict.fromkeys(("whole_exam", "decomposition"), decomposition),
    **dict.fromkeys(("readings", "claims"), audit),
}
VALUES: dict[str, object] = {"note": NOTE, "claims": 29, "counted": "all", "enough": 5, "rule": "none"}
COMMITTED = ("claims", "whole_exam", "decomposition", "table1", "table2", "table3")
ROWS = {"rates": 25, "thresholds": 120, "whole_exam": 55, "readings": 130, "tumour": 25}
MARKS = r"50 % & 2^16 - 1_a #1 {x} ~ \n $5 <a> [b]"


@pytest.fixture(scope="session")
def pdflatex() -> str:
    found = shutil.which("pdflatex")
    if not found:
        message = "no pdflatex: apt-get install texlive-latex-base texlive-latex-extra"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


def compiled(pdflatex: str, folder: Path, text: str) -> str:
    """Log of a page with a text."""
    (folder / "page.tex").write_text(DOCUMENT.format(text))
    run = subprocess.run(
        [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert run.returncode == 0, run.stdout[-1500:]
    assert (folder / "page.pdf").stat().st_size > 1000
    return run.stdout


@pytest.mark.parametrize("exams", [["brain1_1", "brain2_1"], None], ids=["by exam", "one table"])
def test_it_compiles(pdflatex: str, exams: list[str] | None, tmp_path: Path) -> None:
    data = pd.DataFrame({"place": [f"[{MARKS}", None], "value": [1.25, float("nan")]})
    if exams:
        data.insert(0, "exam", exams)
    columns = {"place": Column(f"Place {MARKS}"), "value": Column("Value (dB)", ".2f")}
    compiled(
        pdflatex, tmp_path, as_latex(Table("a_table", f"Caption {MARKS}", f"Note {MARKS}", data, columns))
    )


def of_the_shape(name: str) -> Table:
    """A table of the study with as many rows as the sample gives, of usual words and wide numbers."""
    module = str(STUDY[name].__file__)
    values: dict[str, object] = {}
    for column, shown in columns_of(module, name, **VALUES).items():
        number = 1.0 if shown.form == ".0%" else -170.1234
        values[column] = WORDS.get(column, "3D-WDR, axial") if shown.text else number
        if shown.interval:
            values |= {f"{column}_low": -170.1234, f"{column}_high": 170.1234}
    return lay_out(module, name, pd.DataFrame([values] * ROWS.get(name, 5)), **VALUES)


def committed(name: str) -> Table:
    """A table of the committed results."""
    data = read_csv(REFERENCE / f"{name}.csv")
    if name in STUDY:
        return lay_out(str(STUDY[name].__file__), name, data, **VALUES)
    said = {"rate": "1 bit per voxel", "unit": "std", "threshold": "0.5", "paper_threshold": 0.5}
    return lay_out(str(beside.__file__), name, data, unrelated=beside.UNRELATED, note=NOTE, **said)


@pytest.mark.parametrize(
    "table",
    [
        *(pytest.param(of_the_shape(name), id=f"{name} in shape") for name in STUDY if name != "claims"),
        *(pytest.param(committed(name), id=f"{name} committed") for name in COMMITTED),
    ],
)
def test_it_fits_the_page(pdflatex: str, table: Table, tmp_path: Path) -> None:
    log = compiled(pdflatex, tmp_path, as_latex(table))
    assert "Float too large" not in log
    assert [points for points in OVERFULL.findall(log) if float(points) > INVISIBLE_PT] == []
    assert "Overfull \\vbox" not in log


def test_a_table_without_rows_is_laid_out() -> None:
    text = as_latex(Table("t", "Caption", "note", pd.DataFrame({"x": []}), {"x": Column("X", ".2f")}))
    assert "\\begin{tabular}{r}" in text


@pytest.mark.parametrize(("rows", "floats"), [(40, 1), (41, 2)])
def test_a_long_table_goes_over_pages_with_a_label_for_each(rows: int, floats: int) -> None:
    data = pd.DataFrame({"x": [1.0] * rows})
    text = as_latex(Table("t", "Caption", "note", data, {"x": Column("X", ".2f")}))
    assert text.count("\\begin{table}") == text.count("max width=\\linewidth") == floats
    assert len(set(re.findall(r"\\label{(.*?)}", text))) == floats
    assert text.count("1.00") == rows


@pytest.mark.parametrize(("columns", "around"), [(7, "center"), (8, "landscape")])
def test_a_wide_table_lies_on_its_side(columns: int, around: str) -> None:
    data = pd.DataFrame({f"x{i}": [1.0] for i in range(columns)})
    shown = {name: Column(name, ".2f") for name in data}
    assert f"\\begin{{{around}}}" in as_latex(Table("t", "Caption", "note", data, shown))


def test_marks_are_printed_and_long_words_broken() -> None:
    data = pd.DataFrame({"words": ["a & b_c [d] ~ 5 %", "long " * 10]})
    text = as_latex(Table("t", "Caption", "note", data, {"words": Column("Words", text=True)}))
    assert "a \\& b\\_c {[}d] \\textasciitilde{} 5 \\%" in text
    assert "\\begin{tabular}{p{4cm}}" in text
