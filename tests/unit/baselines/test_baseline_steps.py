"""The steps of other codecs: measured on exams, beside our methods in tables and figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from steps import encode_step, run_step
from wdr_mcpd.baselines.report import FIGURES
from wdr_mcpd.data import Volume, write_exam
from wdr_mcpd.data.exam import Exam
from wdr_mcpd.data.series import Series, write_series_table
from wdr_mcpd.errors import InputError
from wdr_mcpd.places import Results

pytest.importorskip("imagecodecs")
GIVEN = {"rates": [0.5, 1, 2, 4], "methods": ["3d-wdr", "deep"]}
GIVEN |= {"variants": {"deep": {"method": "3d-wdr", "axial_levels": 1, "label": "Deep"}}}
CODECS = ("sperr", "x265-medium")
BENCHMARKS = Path(__file__).parents[3] / "resources" / "benchmarks"


@pytest.fixture(scope="module", params=[1, 3], ids=["one exam", "mean of three"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Exams of wide values, which x265 does not take; measured, and joined."""
    results = Results(tmp_path_factory.mktemp("run"))
    exams = [f"s{number}_1" for number in range(request.param)]
    z, y, x = np.mgrid[:4, :32, :32] / 32
    for number, exam in enumerate(exams):
        noise = np.random.default_rng(number).normal(scale=90, size=z.shape)
        voxels = (9000 * np.sin(5 * x + z) * np.cos(4 * y) + 12000 + noise).astype(np.uint16)
        write_exam(results.volume(exam), Exam(Volume(voxels), 0, 4))
        for method in GIVEN["methods"]:
            stream = results.stream(exam, method)
            encode_step(results.volume(exam), [], stream, method, GIVEN)
            files = {"streams": [stream], "out": [results.quality(exam, method)]}
            run_step("study.quality.quality", GIVEN, exam=exam, volume=results.volume(exam), **files)
        for codec in CODECS:
            files = {"volume": results.volume(exam), "out": results.baseline(exam, codec)}
            run_step("baselines.measure.baseline_quality", GIVEN, exam=exam, baseline=codec, **files)
    rows = [Series("tests", exam, 1, f"1.2.{exam[1]}", "T1", 4, 0, "none", "synthetic") for exam in exams]
    write_series_table(results.series_table(), rows)
    names = ("codec_speed", "lossless")
    benchmarks = {name: results.root / f"{name}.csv" for name in names}
    for name, path in benchmarks.items():
        measured = pd.read_csv(BENCHMARKS / f"{name}.csv")
        of_first = measured[
            (measured["volume"] == "brain1") & measured["method"].isin(["3d-wdr", "sperr", "jpegls"])
        ]
        pd.concat(
            of_first.assign(volume=exam) for exam in exams[: 1 if name == "codec_speed" else None]
        ).to_csv(path, index=False)
    run_step(
        "baselines.report.baseline_tables",
        GIVEN,
        series=results.series_table(),
        volumes=[results.volume(exam) for exam in exams],
        quality=[results.quality(exam, method) for exam in exams for method in GIVEN["methods"]],
        baselines=[results.baseline(exam, codec) for exam in exams for codec in CODECS],
        **benchmarks,
        tables=[path for name in ("baselines", "baselines-cost") for path in results.table(name)],
        figures=[path for name in FIGURES for path in results.figure(name)],
    )
    return results


def test_every_codec_and_method_is_in_the_table_and_who_is_absent_is_told(run: Results) -> None:
    csv, page, _ = run.table("baselines")
    table = pd.read_csv(csv)
    assert set(table["label"]) == {"Deep", "3D-WDR", "SPERR"}
    assert (table.loc[table["method"] == "3d-wdr", "bd_rate_3d_wdr_percent"].abs() < 1e-9).all()
    assert "Absent: x265 medium: takes 12 bits, the volume needs 15" in page.read_text()
    assert set(pd.read_csv(run.table("baselines-cost")[0])["label"]) == {"3D-WDR", "SPERR"}


def test_the_figures_are_written(run: Results) -> None:
    for name in FIGURES:
        assert all(path.stat().st_size > 1000 for path in run.figure(name))


def test_an_unknown_codec_is_named(run: Results, tmp_path: Path) -> None:
    files = {"volume": run.volume("s0_1"), "out": tmp_path / "x.csv"}
    with pytest.raises(InputError, match=r"unknown codec jpeg3000; known: .*sperr"):
        run_step("baselines.measure.baseline_quality", GIVEN, exam="s0_1", baseline="jpeg3000", **files)
    assert not files["out"].exists()
