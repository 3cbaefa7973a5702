"""Tables and texts of a run become pages of the report."""

from pathlib import Path

from wdr_mcpd.report.pages import report_pages


def test_each_file_becomes_a_page_of_its_own(tmp_path: Path) -> None:
    files = [tmp_path / "rates.md", tmp_path / "series.tsv", tmp_path / "claims.csv"]
    for path, text in zip(
        files, ("# Rates\n", "exam\tlicence\na_1\tNA\n", "claim,reason\n007,x\n"), strict=True
    ):
        path.write_text(text)
    out = [tmp_path / "report" / f"{path.stem}.html" for path in files]
    report_pages(files=files, out=out)
    rates, series, claims = (path.read_text() for path in out)
    assert "<h1>Rates</h1>" in rates
    assert "<td>NA</td>" in series
    assert "<td>007</td>" in claims
