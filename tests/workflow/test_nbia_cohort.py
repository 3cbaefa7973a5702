"""The whole workflow from an NBIA server on loopback: four small series, two exams of each patient."""

import csv
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
import yaml
from clone import SMALL, Clone, make_clone

from nbia_server import Holding, NbiaServer, holding
from wdr_mcpd.cli import main
from wdr_mcpd.data.fetch import fetch_series
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.data.study import read_excluded
from wdr_mcpd.data.synthetic import synthetic_table

PERSON = {
    "PatientName": "Roe^Richarda",
    "PatientBirthDate": "19310417",
    "InstitutionName": "Hospital of Nowhere",
    "OperatorsName": "Doe^Operator",
    "AcquisitionDate": "19990731",
}
"""Planted in every header: none of it may leave the DICOM files."""

TABLES = [f"results/tables/table{number}.csv" for number in (1, 2, 3)]


def held_series(folder: Path) -> list[Holding]:
    held = []
    for row in synthetic_table(2, 8, 48, 1):
        fetch_series(row, folder / row.exam_id)
        for path in (folder / row.exam_id).glob("*.dcm"):
            dataset = pydicom.dcmread(path)
            for name, value in PERSON.items():
                setattr(dataset, name, value)
            dataset.save_as(path)
        held.append(holding(folder / row.exam_id))
    return held


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NbiaServer]:
    with NbiaServer(held_series(tmp_path_factory.mktemp("held"))) as server:
        yield server


@pytest.fixture
def clone(tmp_path: Path, server: NbiaServer) -> Clone:
    clone = make_clone(tmp_path / "a clone")
    table = clone.folder / "cohort.tsv"
    listed = ["series", "list", "--source", "nbia", "--collection", "LOOPBACK", "--base-url", server.url]
    assert main([*listed, "--min-images", "8", "--out", str(table)]) == 0
    config = {**SMALL, "source": "nbia", "series": "cohort.tsv", "base_url": server.url}
    (clone.folder / "config" / "config.yaml").write_text(yaml.safe_dump(config))
    return clone


def exams_of(path: Path, column: str = "exam") -> set[str]:
    with path.open(newline="") as stream:
        return {row[column] for row in csv.DictReader(stream)}


def test_from_the_server_to_the_tables(
    clone: Clone, server: NbiaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    for fault, uid in zip(("500", "cut chunked", "corrupted pixel"), list(server.holdings), strict=False):
        server.faults[uid] = [fault]
    run = clone.in_one_process(*TABLES)
    assert run.returncode == 0, run.stdout[-4000:]
    exams = {row.exam_id for row in synthetic_table(2, 8, 48, 1)}
    assert len(exams) == 4
    assert exams_of(clone.folder / "results" / "tables" / "table1.csv") == exams
    assert sum(server.requests.values()) - server.requests["getSeries"] == 4 + 3

    for path in (clone.folder / "results").rglob("*"):
        if path.is_file() and path.suffix != ".dcm":
            content = path.read_bytes()
            for value in PERSON.values():
                assert value.encode() not in content, f"{path} holds {value} of a header"

    before = server.requests.copy()
    again = clone.in_one_process(*TABLES)
    assert "Nothing to be done" in again.stdout
    assert server.requests == before, "a second run downloads nothing"

    discard_and_fetch_again(clone, server, capsys)


def discard_and_fetch_again(clone: Clone, server: NbiaServer, capsys: pytest.CaptureFixture[str]) -> None:
    """After the finished run: what was altered goes, one command brings it again and nothing else."""
    data = clone.folder / "results" / "data"
    altered = [data / "series" / "phantom001_2" / "1-02.dcm", data / "series" / "phantom002_2" / "1-08.dcm"]
    for path in altered:
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    verify = ["verify", str(data / "series"), "--series", str(data / "series.tsv"), "--base-url", server.url]
    gone = {path.parent for path in altered}
    kept = {path for path in data.rglob("*") if path.is_file() and path.parent not in gone}
    times = {path: path.stat().st_mtime_ns for path in kept}
    capsys.readouterr()
    assert main([*verify, "--discard"]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert not any(folder.exists() for folder in gone)
    server.requests.clear()
    assert main(["fetch", *shlex.split(last.partition("wdr-mcpd fetch ")[2])]) == 0
    uids = {row.series_instance_uid for row in read_series_table(data / "series.tsv")}
    assert server.requests.total() == 2
    assert set(server.requests) <= uids
    assert {path: path.stat().st_mtime_ns for path in kept} == times, "nothing else was touched"
    assert main(verify) == 0
    assert "Nothing to be done" in clone.snakemake(*TABLES).stdout


def test_so_many_downloads_at_a_time(tmp_path: Path) -> None:
    clone = make_clone(tmp_path / "a clone")
    config = {**SMALL, "synthetic": {**SMALL["synthetic"], "subjects": 2}, "parallel_downloads": 2}
    (clone.folder / "config" / "config.yaml").write_text(yaml.safe_dump(config))
    exams = [f"phantom{subject:03}_{exam}" for subject in (1, 2) for exam in (1, 2)]
    manifests = [f"results/data/series/{exam}/manifest.json" for exam in exams]
    run = clone.snakemake("--cores", "4", *manifests)
    assert run.returncode == 0, run.stdout
    under_way, most = 0, 0
    for line in run.stdout.splitlines():
        under_way += line.endswith("rule fetch:") - line.startswith("Finished jobid:")
        most = max(most, under_way)
    assert most == 2


def test_a_bad_series_fails_the_run_but_stops_no_other_exam_or_is_left_out(
    clone: Clone, server: NbiaServer
) -> None:
    uid, held = next(iter(server.holdings.items()))
    gap = {name: data for name, data in held.files.items() if name != "1-03.dcm"}
    server.holdings[uid] = replace(held, files=gap)
    table = clone.folder / "cohort.tsv"
    lines = table.read_text().splitlines()
    row = next(k for k, line in enumerate(lines) if uid in line)
    cells = lines[row].split("\t")
    exam = f"{cells[1]}_{cells[2]}"
    cells[5] = "7"
    few = [lines[0], "\t".join(cells), *[line for line in lines[1:5] if uid not in line]]
    table.write_text("\n".join(few) + "\n")

    run = clone.in_one_process("mcpd")
    assert run.returncode != 0
    assert "slices are missing" in run.stdout
    others = ["_".join(line.split("\t")[1:3]) for line in few[2:]]
    assert others
    assert [other for other in others if not (clone.folder / f"results/mcpd/{other}.csv").exists()] == []

    refused = next(row for row in read_series_table(table) if row.exam_id == others[-1])
    shutil.rmtree(clone.folder / "results" / "data" / "series" / refused.exam_id)
    server.faults[refused.series_instance_uid] = ["403", "forever"]
    run = clone.in_one_process("mcpd", "results/data/series.tsv", "--config", "on_bad_series=exclude")
    assert run.returncode == 0, run.stdout[-4000:]
    reasons = read_excluded(clone.folder / "results" / "data" / "excluded.tsv")
    assert set(reasons) == {exam, refused.exam_id}
    assert reasons[exam].startswith("slices are missing")
    assert "403 Forbidden: not you" in reasons[refused.exam_id]
    left = read_series_table(clone.folder / "results" / "data" / "series.tsv")
    assert {row.exam_id for row in left} == {*others} - {refused.exam_id}
    assert not (clone.folder / "results" / "mcpd" / f"{exam}.csv").exists()
    assert len(list((clone.folder / "results" / "mcpd").glob("*.csv"))) == 3
