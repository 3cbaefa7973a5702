"""Tables 1, 2 and 3: the paper's numbers, ours beside them, and the forms they are written in."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.paper.beside import UNRELATED, Selection, read_paper
from wdr_mcpd.paper.table1 import every_slice
from wdr_mcpd.paper.table2 import average_mcpd_of_slices
from wdr_mcpd.paper.table3 import selected_slices
from wdr_mcpd.render.tables import Table, as_latex, as_markdown, write_table

PAPER = {
    number: Path(__file__).parents[3] / "resources" / "paper" / f"table{number}.csv" for number in (1, 2, 3)
}
EXAMS = ["a_1", "b_1"]
NOTE = "2 subjects & 1 exam each"


def quality(method: str, gain: float) -> pd.DataFrame:
    """Made-up measurements: PSNR 50 + slice / 100 + gain at 1 bit per voxel, 10 dB less at a half."""
    rows = [
        (exam, method, rate, number, 50 + number / 100 + gain - (10 if rate < 1 else 0), 0.9)
        for exam in EXAMS
        for rate in (0.5, 1.0)
        for number in range(1, 21)
    ]
    return pd.DataFrame(rows, columns=["exam", "method", "rate_bpv", "slice", "psnr_db", "ssim"])


def selection(threshold: float = 0.5) -> Selection:
    """Exam a_1 has the paper's own MCPD, exam b_1 twice that."""
    paper = pd.read_csv(PAPER[2], comment="#")
    frames = [
        pd.DataFrame({"exam": exam, "slice": paper["slice"], "mcpd_std": paper["mcpd"] * factor})
        for exam, factor in zip(EXAMS, (1, 2), strict=True)
    ]
    return Selection(pd.concat(frames, ignore_index=True), "std", threshold)


def three_methods(gain: float) -> list[pd.DataFrame]:
    gains = {"3d-wdr-mcpd": gain, "3d-wdr": 0.0, "2d-wdr": 2.0}
    return [quality(method, db) for method, db in gains.items()]


def make_table(number: int) -> Table:
    paper = read_paper(PAPER[number])
    if number == 1:
        return every_slice(quality("3d-wdr", 0), paper, 1.0, NOTE)
    if number == 2:
        return average_mcpd_of_slices(selection(), paper, NOTE)
    return selected_slices(*three_methods(1.25), selection(), paper, 1.0, NOTE)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_files_of_the_papers_numbers_name_their_table(number: int) -> None:
    assert PAPER[number].read_text().startswith(f"# Zerva, Vrigkas, Kondi, Nikou, Table {number}: ")


def test_the_papers_tables_hold_together() -> None:
    """Table 3's slices are those that Table 2 selects, its improvements the differences to Table 1."""
    first, second, third = (pd.read_csv(PAPER[number], comment="#") for number in (1, 2, 3))
    assert len(first) == len(second) == 20
    assert list(third["slice"]) == list(second.loc[second["mcpd"] <= 0.5, "slice"])
    before = first.set_index("slice")["psnr_db"].loc[third["slice"]].to_numpy()
    gains = third["psnr_db"].to_numpy() - before
    np.testing.assert_allclose(gains, third["improvement_db"], atol=0.051)
    assert third["psnr_db"].max() == 52.2776
    assert first["psnr_db"].agg(["min", "max"]).tolist() == [46.9228, 51.3733]
    assert first["ssim"].agg(["min", "max"]).tolist() == [0.6403, 0.7841]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_every_number_of_the_paper_is_in_each_exam_of_the_table(number: int) -> None:
    paper = read_paper(PAPER[number])
    data = make_table(number).data
    for exam in EXAMS:
        rows = data[data["exam"] == exam].merge(paper[["slice"]], on="slice")
        pd.testing.assert_frame_equal(rows[paper.columns], paper, check_dtype=False)


def test_table1_takes_the_rows_of_its_rate() -> None:
    data = make_table(1).data
    assert len(data) == 40
    assert data.query("exam == 'a_1' and slice == 7")["psnr_db"].item() == pytest.approx(50.07)


def test_table2_selects_the_papers_slices_from_the_papers_values() -> None:
    data = make_table(2).data
    chosen = data.query("selected == 'yes'").groupby("exam")["slice"].agg(list).to_dict()
    assert chosen == {"a_1": [2, 4, 6, 15, 18, 19, 20], "b_1": [20]}
    assert set(data.query("paper_selected == 'yes'")["slice"]) == {2, 4, 6, 15, 18, 19, 20}


def test_table3_compares_the_selected_slices_with_table1() -> None:
    data = make_table(3).data
    ours = data.dropna(subset="psnr_db")
    assert ours.groupby("exam")["slice"].agg(list).to_dict() == {
        "a_1": [2, 4, 6, 15, 18, 19, 20],
        "b_1": [20],
    }
    np.testing.assert_allclose(ours["improvement_db"], 1.25)
    np.testing.assert_allclose(ours["over_alone_db"], -0.75)
    assert "T = 0.5" in make_table(3).caption
    assert len(data.query("exam == 'b_1'")) == 7


@pytest.mark.parametrize("threshold", [0.5, 0.46])
def test_table3_names_its_threshold_and_that_the_paper_shows_another_exam(threshold: float) -> None:
    table = selected_slices(*three_methods(1.25), selection(threshold), read_paper(PAPER[3]), 1.0, NOTE)
    assert f"T = {threshold:g}" in table.caption
    assert table.data.query("exam == 'a_1'")["psnr_db"].notna().sum() == (7 if threshold == 0.5 else 4)
    assert UNRELATED in table.note


def test_table3_without_a_selected_slice_still_holds_the_papers() -> None:
    nothing = Selection(selection().mcpd.assign(mcpd_std=9.0), "std", 0.5)
    data = selected_slices(*three_methods(1), nothing, read_paper(PAPER[3]), 1.0, NOTE).data
    assert data["psnr_db"].isna().all()
    assert len(data) == 14


def test_a_rate_that_was_not_measured_is_refused() -> None:
    with pytest.raises(InputError, match=r"nothing was measured at 0\.3 bits per voxel"):
        every_slice(quality("3d-wdr", 0), read_paper(PAPER[1]), 0.3, NOTE)


def test_markdown_has_a_section_for_each_exam_and_a_mean() -> None:
    text = as_markdown(make_table(3))
    assert re.findall("^## (.*)$", text, re.MULTILINE) == EXAMS
    assert NOTE in text
    assert re.search(
        r"\| +2 +\| +52\.2776 +\| +51\.2700 +\| +0\.7578 +\| +0\.9000 +\| +1\.5 +\| +1\.25 \|", text
    )
    assert re.search(r"\| +mean +\| +51\.3187 ", text)  # of the paper's seven
    assert re.search(r"\| +2 +\| +52\.2776 +\| +- +\|", text)  # in b_1 only the paper selects slice 2


def test_latex_is_a_booktabs_table_for_each_exam() -> None:
    text = as_latex(make_table(2))
    for mark in (
        r"\begin{table}",
        r"\toprule",
        r"\midrule",
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ):
        assert text.count(mark) == len(EXAMS)
    assert r"Exam a\_1. 2 subjects \& 1 exam each" in text
    assert r"\label{tab:table2-a_1}" in text


def test_files_are_the_same_each_time(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_table(
            make_table(1), [tmp_path / folder / f"table1{suffix}" for suffix in (".csv", ".md", ".tex")]
        )
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == ["table1.csv", "table1.md", "table1.tex"]
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
