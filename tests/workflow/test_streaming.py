"""A run that keeps no series ends with the same tables."""

from pathlib import Path

from clone import STUDY, Clone, make_clone

MADE = ("paper", "results/tables/rates.csv", "results/data/exams.tsv")


def test_a_run_that_keeps_no_series_has_the_same_tables(clone: Clone, tmp_path: Path) -> None:
    streamed = make_clone(tmp_path / "streamed", STUDY)
    run = streamed.snakemake(*MADE, "--config", "keep_series=false")
    assert run.returncode == 0, run.stdout
    results = streamed.folder / "results"
    assert list(results.glob("volumes/*")) == []
    left = {path.name for path in (results / "data" / "series").rglob("*") if path.is_file()}
    assert left == {"manifest.json"}
    for path in (clone.folder / "results" / "tables").glob("table*.csv"):
        assert (results / "tables" / path.name).read_bytes() == path.read_bytes()
    again = streamed.snakemake(*MADE, "--config", "keep_series=false")
    assert "Nothing to be done" in again.stdout
    fetched = streamed.would_run("results/tables/table1.csv", "--config", "keep_series=false", "rates=[0.5]")
    assert {path for path in fetched if path.endswith("manifest.json")}
