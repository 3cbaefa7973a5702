"""The last lines of a run, and runs side by side."""

import json
from pathlib import Path

import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.places import Results
from wdr_mcpd.report.closing import closing, side_by_side


def paper_of(root: Path, threshold: float = 0.5) -> Path:
    tables = root / "tables"
    tables.mkdir(parents=True)
    rows = [("a_1", 1, "yes"), ("a_1", 2, "no"), ("b_1", 1, "no"), ("b_1", 2, "yes"), ("b_1", 3, "")]
    text = "".join(f"{exam},{number},{chosen}\n" for exam, number, chosen in rows)
    (tables / "table2.csv").write_text("exam,slice,selected\n" + text)
    (tables / "table2.provenance.json").write_text(json.dumps({"configuration": {"threshold": threshold}}))
    (tables / "table3.csv").write_text("exam,slice,improvement_db\na_1,1,1\nb_1,2,2\n")
    return root


def whole(root: Path, gain: float, threshold: float = 0.5) -> Path:
    paper_of(root, threshold)
    rows = [("3D-WDR-MCPD", gain), ("2D-WDR", 1.0), ("3D-WDR, no axial transform", 1.5)]
    text = "".join(f'"{control}",2,{value}\n' for control, value in rows)
    (root / "tables" / "controls.csv").write_text("control,subjects,exam_gain_db\n" + text)
    (root / "report.html").write_text("page")
    return root


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    assert closing(tmp_path) == []


def test_the_paper_ends_with_threshold_tables_and_what_is_next(tmp_path: Path) -> None:
    threshold, tables, following = closing(paper_of(tmp_path))
    assert threshold == "Threshold: T = 0.5 selects 1 of 2 slices of a_1, 1 of 2 slices of b_1."
    assert str(tmp_path) in tables
    assert "snakemake" in following


@pytest.mark.parametrize(
    ("gain", "said"), [(0.4, "it does not pay"), (2.0, "it pays here"), (0.0, "it makes no difference")]
)
def test_a_whole_run_ends_in_five_lines_with_its_verdict(tmp_path: Path, gain: float, said: str) -> None:
    lines = closing(whole(tmp_path, gain))
    assert len("\n".join(lines).splitlines()) == 5
    assert said in lines[0]
    assert f"{gain:+.2f} dB, every slice alone by +1.00 dB, no axial transform by +1.50 dB" in lines[0]
    assert str(Results(tmp_path).root / "report.html") in lines[2]


def test_runs_stand_side_by_side(tmp_path: Path) -> None:
    roots = [whole(tmp_path / "a", 0.4), whole(tmp_path / "b", 0.2, threshold=0.6)]
    shown = side_by_side(roots)
    assert list(shown.columns) == [str(root) for root in roots]
    assert list(shown.loc["T"]) == [0.5, 0.6]
    assert list(shown.loc["whole exam: 3D-WDR-MCPD over 3D-WDR (dB)"]) == [0.4, 0.2]
    assert list(shown.loc["slices selected, mean of the exams"]) == [1.0, 1.0]


def test_a_part_of_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"controls\.csv: is not there"):
        side_by_side([paper_of(tmp_path)])
