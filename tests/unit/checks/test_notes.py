"""Pages, tables and figures say what data they show and how it was measured."""

from pathlib import Path

from small_run import EXAM, GIVEN
from steps import run_step
from wdr_mcpd.data import read_exam
from wdr_mcpd.data.cut import facts_of
from wdr_mcpd.files import write_rows
from wdr_mcpd.places import Results

SAID = (
    "1 subject, 1 exam each, synthetic head phantom, not patients. PSNR with peak 65535, SSIM with range max"
)


def test_the_viewer_says_what_data_it_shows(finished: Path, tmp_path: Path) -> None:
    run, page = Results(finished), tmp_path / "one_1.html"
    files = {"series": run.series_table(), "volume": run.volume(EXAM)}
    files |= {"streams": [run.stream(EXAM, "3d-wdr")], "quality": [run.quality(EXAM, "3d-wdr")]}
    run_step("report.viewer.viewer", GIVEN, **files, exam=EXAM, out=page, few=tmp_path / "few.html")
    assert SAID in page.read_text()


def test_transmission_says_how_it_was_measured(finished: Path, tmp_path: Path) -> None:
    run, made = Results(finished), Results(tmp_path)
    files = {
        "series": run.series_table(),
        "quality": [run.quality(EXAM, "3d-wdr")],
        "exams": tmp_path / "exams.tsv",
    }
    row = {"exam": EXAM} | facts_of(read_exam(run.volume(EXAM)))
    write_rows(files["exams"], [row], list(row))
    out = {"table": made.table("transmission"), "figure": made.figure("transmission")}
    run_step("report.transmission.transmission", GIVEN, **files, **out)
    for path in made.table("transmission")[1:]:
        assert SAID in path.read_text()
