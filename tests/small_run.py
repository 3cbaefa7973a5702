"""The results of a tiny run, made by the steps of the workflow."""

from pathlib import Path

import numpy as np

from steps import encode_step, run_step
from wdr_mcpd.config import configuration
from wdr_mcpd.data import Exam, Volume, write_exam
from wdr_mcpd.data.manifest import write_manifest
from wdr_mcpd.data.series import Series, write_series_table
from wdr_mcpd.places import Results, sidecar_of

ROOT = Path(__file__).parents[1]
EXAM, UID = "one_1", "1.2.3"
GIVEN = {"threshold": 1.05, "rates": [0.5, 1, 2], "data_folder": "/home/somebody/data"}
METHODS = ("3d-wdr", "3d-wdr-mcpd", "2d-wdr")


def make_run(folder: Path) -> None:
    """Fill a folder with series, volume, streams, measurements, Tables 1-3 and their checks."""
    results = Results(folder)
    series = results.series(EXAM)
    series.mkdir(parents=True)
    (series / "1-01.dcm").write_bytes(b"pixels")
    write_manifest(series, {"exam": EXAM, "series_instance_uid": UID, "source": "synthetic"})
    write_series_table(
        results.series_table(), [Series("tests", "one", 1, UID, "T1", 6, 0, "none", "synthetic")]
    )
    rng = np.random.default_rng(5)
    voxels = np.cumsum(rng.normal(0, 40, (6, 32, 32)), axis=2).astype(np.int16)
    write_exam(results.volume(EXAM), Exam(Volume(voxels), 0, 6))
    run_steps(results)


def run_steps(results: Results) -> None:
    of_exam = {"volume": results.volume(EXAM), "exam": EXAM}
    run_step("coherence.table.mcpd_of_exam", GIVEN, **of_exam, out=results.mcpd(EXAM))
    for method in METHODS:
        encode_step(results.volume(EXAM), results.mcpd(EXAM), results.stream(EXAM, method), method, GIVEN)
        measure(results, method)
        check_stream(results, method)
    quality = {method: results.quality(EXAM, method) for method in METHODS}
    table, mcpd = {"series": results.series_table()}, {"mcpd": [results.mcpd(EXAM)]}
    for number, files in (
        (1, {"quality": [quality["3d-wdr"]]}),
        (2, mcpd),
        (3, {"quality": list(quality.values()), **mcpd}),
    ):
        paper = ROOT / "resources" / "paper" / f"table{number}.csv"
        out = results.table(f"table{number}")
        run_step(f"paper.table{number}.table{number}", GIVEN, **table, **files, paper=paper, out=out)
        record(results, out)


def measure(results: Results, method: str, rates: tuple[float, ...] = (0.5, 1, 2)) -> None:
    files = {"volume": results.volume(EXAM), "streams": [results.stream(EXAM, method)]}
    named = {"exam": EXAM, "rates": rates}
    run_step("study.quality.quality", GIVEN, **files, **named, out=[results.quality(EXAM, method)])


def check_stream(results: Results, method: str, **keys: object) -> None:
    files = {
        "volume": results.volume(EXAM),
        "coded": [results.stream(EXAM, method)],
        "measured": [results.quality(EXAM, method)],
        "mcpd": results.mcpd(EXAM),
        "out": [results.checked_stream(EXAM, method)],
    }
    run_step("checks.streams.check", GIVEN, **files, exam=EXAM, selecting=["3d-wdr-mcpd"], **keys)


def record(results: Results, files: list[Path], methods: tuple[str, ...] = METHODS) -> None:
    run_step(
        "checks.provenance.provenance",
        files=files,
        series=results.series_table(),
        manifests=[results.manifest(EXAM)],
        streams=[results.stream(EXAM, method) for method in methods],
        out=sorted({sidecar_of(path) for path in files}),
        configuration=configuration(GIVEN).model_dump(warnings=False),
    )
