"""The last lines of a run, and runs side by side."""

import json
import os
from pathlib import Path

import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.places import Results
from wdr_mcpd.report.closing import MARK, closing, side_by_side, stale

HALF = {"threshold": 0.5, "thresholds": (0.2, 0.4), "download_rate": 50}


def paper_of(root: Path, threshold: float = 0.5) -> Path:
    tables = root / "tables"
    tables.mkdir(parents=True)
    rows = [("a_1", 1, "yes"), ("a_1", 2, "no"), ("b_1", 1, "no"), ("b_1", 2, "yes"), ("b_1", 3, "")]
    text = "".join(f"{exam},{number},{chosen}\n" for exam, number, chosen in rows)
    (tables / "table2.csv").write_text("exam,slice,selected\n" + text)
    record(tables / "table2", threshold)
    (tables / "table3.csv").write_text("exam,slice,improvement_db\na_1,1,1\nb_1,2,2\n")
    return root


def record(stem: Path, threshold: float, streams: tuple[str, ...] = ()) -> None:
    known = {"configuration": HALF | {"threshold": threshold}, "streams": dict.fromkeys(streams, "0" * 64)}
    stem.with_name(f"{stem.name}.provenance.json").write_text(json.dumps(known))


def whole(root: Path, gain: float, threshold: float = 0.5) -> Path:
    paper_of(root, threshold)
    rows = [("3D-WDR-MCPD", gain), ("2D-WDR", 1.0), ("3D-WDR, no axial transform", 1.5)]
    text = "".join(f'"{control}",2,{value}\n' for control, value in rows)
    (root / "tables" / "controls.csv").write_text("control,subjects,exam_gain_db\n" + text)
    record(root / "tables" / "controls", threshold)
    (root / "report.html").write_text(f"<main>{MARK}\n<h1>page</h1>")
    return root


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    assert closing(tmp_path, HALF) == []


def test_the_paper_ends_with_threshold_tables_and_what_is_next(tmp_path: Path) -> None:
    threshold, tables, following = closing(paper_of(tmp_path), HALF)
    assert threshold == "Threshold: T = 0.5 selects 1 of 2 slices of a_1, 1 of 2 slices of b_1."
    assert str(tmp_path) in tables
    assert "make everything" in following


@pytest.mark.parametrize(
    ("gain", "said"), [(0.4, "it does not pay"), (2.0, "it pays here"), (0.0, "it makes no difference")]
)
def test_a_whole_run_ends_in_five_lines_with_its_verdict(tmp_path: Path, gain: float, said: str) -> None:
    lines = closing(whole(tmp_path, gain), HALF)
    assert len("\n".join(lines).splitlines()) == 5
    assert said in lines[0]
    assert f"{gain:+.2f} dB, every slice alone by +1.00 dB, no axial transform by +1.50 dB" in lines[0]
    assert str(Results(tmp_path).root / "report.html") in lines[2]


def test_what_a_partial_run_left_as_it_was_is_named_at_its_end_and_in_the_report(tmp_path: Path) -> None:
    report = whole(tmp_path, 0.4) / "report.html"
    os.utime(report, (1, 1))
    paper = tmp_path / "tables" / "table2"
    record(paper, 0.6)
    for _ in range(2):
        lines = closing(tmp_path, HALF | {"threshold": 0.6})
        assert len(lines) <= 5
        assert "Older than the last run: controls, report.html. " in lines[-1]
        assert not any(line.startswith(("Verdict", "Report")) for line in lines)
        assert report.read_text().count("Older than the last run: controls, report.html") == 1
        assert report.stat().st_mtime == 1


def test_what_changes_no_number_makes_nothing_older(tmp_path: Path) -> None:
    whole(tmp_path, 0.4)
    assert stale(tmp_path, HALF | {"download_rate": 1, "new_key": 2}) == []
    assert stale(tmp_path, HALF | {"thresholds": (0.2, 0.5)}) == ["controls", "table2", "report.html"]


@pytest.mark.parametrize("text", ["{", "{}"])
def test_a_broken_record_counts_as_older(tmp_path: Path, text: str) -> None:
    whole(tmp_path, 0.4)
    (tmp_path / "tables" / "controls.provenance.json").write_text(text)
    assert stale(tmp_path, HALF)[0] == "controls"


def test_a_new_stream_makes_its_tables_older_and_a_new_table_the_report(tmp_path: Path) -> None:
    whole(tmp_path, 0.4)
    stream = tmp_path / "streams" / "a_1" / "3d-wdr.wdr"
    stream.parent.mkdir(parents=True)
    stream.write_bytes(b"stream")
    record(tmp_path / "tables" / "controls", 0.5, ("streams/a_1/3d-wdr.wdr", "streams/a_1/gone.wdr"))
    sidecar = tmp_path / "tables" / "controls.provenance.json"
    for path in tmp_path.rglob("*.*"):
        os.utime(path, (100, 100))
    assert stale(tmp_path, HALF) == []
    os.utime(stream, (101, 101))
    assert stale(tmp_path, HALF) == ["controls", "report.html"]
    os.utime(sidecar, (102, 102))
    assert stale(tmp_path, HALF) == ["report.html"]


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
