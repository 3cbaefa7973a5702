"""Results are checked against what was measured and where they come from; each kind of change is noticed."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from small_run import check_stream, measure, record
from wdr_mcpd.cli import main
from wdr_mcpd.errors import InputError
from wdr_mcpd.places import Results
from wdr_mcpd.step import function_of

STREAM, QUALITY = "streams/one_1/3d-wdr-mcpd.wdr", "quality/one_1/3d-wdr-mcpd.csv"


@pytest.fixture
def results(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "results")


def test_a_finished_run_is_as_recorded(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(results)]) == 0
    assert capsys.readouterr().out == "9 files, 3 streams, 1 series: as recorded\n"


def test_provenance_says_what_a_table_was_made_from(
    results: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["provenance", str(results / "tables" / "table1.md")]) == 0
    text = capsys.readouterr().out
    known = json.loads(text)
    assert set(known["files"]) == {"table1.csv", "table1.md", "table1.tex"}
    assert [one["series_instance_uid"] for one in known["series"]] == ["1.2.3"]
    assert known["streams"].keys() == {"streams/one_1/2d-wdr.wdr", "streams/one_1/3d-wdr.wdr", STREAM}
    assert known["configuration"]["threshold"] == 1.05
    assert {"numpy", "PyWavelets", "numba", "imagecodecs", "av"} <= known["libraries"].keys()
    assert known["package"].keys() == {"version", "sources_sha256", "commit", "changed_since_commit"}
    assert "/home/" not in text
    assert str(results) not in text


def append(name: str, data: bytes = b"\n") -> Callable[[Path], object]:
    return lambda results: (results / name).write_bytes((results / name).read_bytes() + data)


def remove(name: str) -> Callable[[Path], object]:
    return lambda results: (results / name).unlink()


def extra(results: Path) -> None:
    (results / "figures").mkdir()
    (results / "figures" / "mine.png").write_bytes(b"png")


def edited_table(name: str, column: str, value: object) -> Callable[[Path], object]:
    """Change a number of a table and record the changed file, as a wrong command would have written it."""

    def change(results: Path) -> None:
        path = results / "tables" / f"{name}.csv"
        table = pd.read_csv(path)
        row = table.index[table[column].notna()][0]
        table.loc[row, column] = value
        table.to_csv(path, index=False)
        rehash(results, path)

    return change


def dropped_row(results: Path) -> None:
    path = results / "tables" / "table3.csv"
    table = pd.read_csv(path)
    table[table["slice"] != table["slice"][table["psnr_db"].notna()].iloc[0]].to_csv(path, index=False)
    rehash(results, path)


def rehash(results: Path, path: Path) -> None:
    from wdr_mcpd.data.manifest import sha256_of

    sidecar = path.with_suffix(".provenance.json")
    known = json.loads(sidecar.read_text())
    known["files"][path.name] = sha256_of(path)
    sidecar.write_text(json.dumps(known))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (append("tables/table1.md"), "tables/table1.md"),
        (remove("tables/table2.tex"), "tables/table2.tex"),
        (remove("tables/table3.provenance.json"), "tables/table3.csv"),
        (append("tables/table1.provenance.json", b"}"), "table1.provenance.json"),
        (extra, "figures/mine.png"),
        (append(STREAM), STREAM),
        (remove(STREAM), STREAM),
        (append("data/series/one_1/1-01.dcm"), "data/series/one_1"),
        (append("data/series/one_1/manifest.json", b" "), "data/series/one_1/manifest.json"),
        (remove("checks/one_1/3d-wdr.csv"), "checks/one_1/3d-wdr.csv"),
        (edited_table("table1", "psnr_db", 99.0), "tables/table1.csv"),
        (edited_table("table1", "ssim", 0.5), "tables/table1.csv"),
        (edited_table("table2", "mcpd_std", 0.123), "tables/table2.csv"),
        (edited_table("table2", "selected", "maybe"), "tables/table2.csv"),
        (edited_table("table3", "psnr_db", 99.0), "tables/table3.csv"),
        (edited_table("table3", "improvement_db", 9.9), "has improvement_db 9.9"),
        (dropped_row, "tables/table3.csv"),
    ],
)
def test_a_changed_result_is_named(
    results: Path, change: Callable[[Path], object], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(results)
    assert main(["check", str(results)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert named in error


def test_provenance_of_a_changed_file_is_refused(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    append("tables/table1.csv")(results)
    assert main(["provenance", str(results / "tables" / "table1.csv")]) == 2
    assert "is not the file" in capsys.readouterr().err


def edited(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], object]:
    def apply(results: Path) -> None:
        table = pd.read_csv(results / name)
        table = change(table)
        table.to_csv(results / name, index=False)

    return apply


def another_stream(results: Path) -> None:
    shutil.copy(results / "streams/one_1/3d-wdr.wdr", results / STREAM)


def cut_stream(results: Path) -> None:
    (results / STREAM).write_bytes((results / STREAM).read_bytes()[:-100])


@pytest.mark.parametrize(
    ("change", "keys", "named"),
    [
        (lambda results: None, {"rates": [0.5, 1, 1.5]}, "3d-wdr-mcpd.wdr: its"),
        (lambda results: None, {"rates": [0.5, 2]}, QUALITY),
        (lambda results: None, {"threshold": 0.0}, "3d-wdr-mcpd.wdr: codes"),
        (another_stream, {}, QUALITY),
        (cut_stream, {}, QUALITY),
        (append(STREAM, b"more"), {}, STREAM),
        (edited(QUALITY, lambda t: t.replace({"psnr_db": {t["psnr_db"][0]: 12.0}})), {}, QUALITY),
        (edited(QUALITY, lambda t: t.assign(bytes=t["bytes"] - 1)), {}, QUALITY),
        (edited(QUALITY, lambda t: t.drop(index=3)), {}, QUALITY),
    ],
)
def test_a_stream_that_is_not_what_was_measured_is_named(
    results: Path, change: Callable[[Path], object], keys: dict[str, object], named: str
) -> None:
    checked = Results(results).checked_stream("one_1", "3d-wdr-mcpd")
    check_stream(Results(results), "3d-wdr-mcpd")
    checked.unlink()
    change(results)
    with pytest.raises(InputError, match=re.escape(named)):
        check_stream(Results(results), "3d-wdr-mcpd", **keys)
    assert not checked.exists()


def test_the_figures_of_exams_are_checked_beside_the_tables(results: Path, tmp_path: Path) -> None:
    run, out = Results(results), tmp_path / "checked.txt"
    figure = run.figure("one_1/figure1")[0]
    figure.parent.mkdir(parents=True)
    figure.write_bytes(b"png")
    tables = sorted((results / "tables").glob("*.provenance.json"))

    def check() -> None:
        of_exams = [figure.with_name("figure1.provenance.json")]
        read = {"sidecars": tables, "of_exams": of_exams, "checked": [], "files": [], "measured": []}
        function_of("checks.results.check")(series=run.series_table(), **read, out=out)

    with pytest.raises(InputError, match="figures/one_1/figure1"):
        check()
    record(run, [figure], ("3d-wdr-mcpd",))
    check()
    assert out.read_text() == "10 files, 3 streams, 1 series: as recorded\n"
    figure.write_bytes(b"another")
    with pytest.raises(InputError, match=r"figures/one_1/figure1\.png"):
        check()


def test_rates_of_any_number_of_digits_pass(results: Path) -> None:
    run, thirds = Results(results), (0.33333333, 2)
    measure(run, "3d-wdr-mcpd", thirds)
    check_stream(run, "3d-wdr-mcpd", rates=list(thirds))
    with pytest.raises(InputError, match=r"was measured at the rates 0\.33333333, 2, not 0\.5, 2"):
        check_stream(run, "3d-wdr-mcpd", rates=[0.5, 2])
