"""The results of a tiny run, made by the commands of the workflow."""

import json
from pathlib import Path

import numpy as np
import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data import Exam, Volume, write_exam
from wdr_mcpd.data.manifest import write_manifest
from wdr_mcpd.data.series import Series, write_series_table

ROOT = Path(__file__).parents[3]
EXAM, UID = "one_1", "1.2.3"
CONFIGURATION = {
    "mcpd_unit": "std",
    "threshold": 1.05,
    "table_rate": 1.0,
    "data_folder": "/home/somebody/data",
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with series, volume, streams, measurements, Tables 1-3 and their checks, as the workflow's."""
    results = tmp_path_factory.mktemp("finished run") / "results"
    series = results / "data" / "series" / EXAM
    series.mkdir(parents=True)
    (series / "1-01.dcm").write_bytes(b"pixels")
    write_manifest(series, {"exam": EXAM, "series_instance_uid": UID, "source": "synthetic"})
    row = Series("tests", "one", 1, UID, "T1", 6, 0, "none", "synthetic")
    write_series_table(results / "data" / "series.tsv", [row])
    rng = np.random.default_rng(5)
    voxels = np.cumsum(rng.normal(0, 40, (6, 32, 32)), axis=2).astype(np.int16)
    write_exam(results / "volumes" / f"{EXAM}.npz", Exam(Volume(voxels), 0, 6))
    run_commands(results)
    return results


def run_commands(results: Path) -> None:
    volume, mcpd = str(results / "volumes" / f"{EXAM}.npz"), results / "mcpd" / f"{EXAM}.csv"
    run("mcpd", volume, "--out", mcpd)
    for method in ("3d-wdr", "3d-wdr-mcpd"):
        stream, quality = stream_of(results, method), results / "quality" / EXAM / f"{method}.csv"
        rates = ("--rates", "0.5", "1", "2")
        run("encode", volume, stream, "--method", method, "--rate", "2", "--threshold", "1.05")
        run("quality", volume, stream, "--exam", EXAM, "--method", method, *rates, "--out", quality)
        selection = ("--mcpd", mcpd, "--threshold", "1.05") if method == "3d-wdr-mcpd" else ()
        check_stream(results, method, *selection)
    table = ("--series", results / "data" / "series.tsv", "--out", results / "tables")
    quality, selected = ("--quality", results / "quality"), ("--mcpd", mcpd.parent, "--threshold", "1.05")
    for number, options in ((1, quality), (2, selected), (3, (*quality, *selected))):
        paper = ROOT / "resources" / "paper" / f"table{number}.csv"
        run(f"table{number}", *table, *options, "--paper", paper)
    tables = [path for path in (results / "tables").iterdir() if path.suffix != ".json"]
    run(
        *("record-provenance", *tables, "--results", results, "--exams", EXAM),
        *("--methods", "3d-wdr", "3d-wdr-mcpd", "--configuration", json.dumps(CONFIGURATION)),
    )


def stream_of(results: Path, method: str) -> Path:
    return results / "streams" / EXAM / f"{method}.wdr"


def check_stream(results: Path, method: str, *selection: object) -> None:
    run(
        *("check-streams", results / "volumes" / f"{EXAM}.npz", "--stream", stream_of(results, method)),
        *("--quality", results / "quality" / EXAM / f"{method}.csv"),
        *("--rates", "0.5", "1", "2", *selection),
        *("--out", results / "checks" / EXAM / f"{method}.csv"),
    )


def run(*command: object) -> None:
    assert main([str(word) for word in command]) == 0, command
