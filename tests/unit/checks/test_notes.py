"""Pages, tables and figures say what data they show and how it was measured."""

from pathlib import Path

from wdr_mcpd.cli import main

READINGS = "PSNR with peak 65535, SSIM with range max and window uniform7"


def test_the_viewer_says_what_data_it_shows(finished: Path, tmp_path: Path) -> None:
    page = tmp_path / "one_1.html"
    files = (
        "--stream",
        finished / "streams/one_1/3d-wdr.wdr",
        "--quality",
        finished / "quality/one_1/3d-wdr.csv",
    )
    notes = ("--series", finished / "data/series.tsv", "--note", READINGS)
    command = ["viewer", "one_1", finished / "volumes/one_1.npz", *files, *notes, "--out", page]
    assert main([str(word) for word in command]) == 0
    assert f"1 subject, 1 exam each, synthetic head phantom, not patients. {READINGS}" in page.read_text()


def test_transmission_says_how_it_was_measured(finished: Path, tmp_path: Path) -> None:
    files = ("--quality", finished / "quality", "--volumes", finished / "volumes", "--method", "3d-wdr")
    notes = ("--series", finished / "data/series.tsv", "--readings", READINGS)
    assert main([str(word) for word in ("transmission", *notes, *files, "--out", tmp_path)]) == 0
    for suffix in ("md", "tex"):
        text = (tmp_path / "tables" / f"transmission.{suffix}").read_text()
        assert f"synthetic head phantom, not patients. {READINGS}" in text
