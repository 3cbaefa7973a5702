"""A failed run ends with one line for each failure."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from wdr_mcpd.failures import failures

RUN = """\
Error in rule encode:
    message: None
    jobid: 35
    input: results/volumes/a_1.npz
    output: results/streams/a_1/3d-wdr.wdr
    log: results/logs/encode.log (check log file(s) for error details)
    shell:
        python -m wdr_mcpd encode
        (command exited with non-zero exit code)
Logfile results/logs/encode.log:
Finished jobid: 36 (Rule: quality)
Error in rule touch:
    message: None
    jobid: 1
    output: b
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "logs").mkdir(parents=True)
    (tmp_path / "run.log").write_text(RUN)
    return tmp_path / "results" / "logs"


def test_the_reason_is_the_last_line_of_the_log(folder: Path) -> None:
    (folder / "encode.log").write_text("Traceback\nwdr-mcpd: a.npz: no such file\n\n")
    first, second = failures("run.log")
    for part in (
        "encode",
        "results/streams/a_1/3d-wdr.wdr",
        "a.npz: no such file",
        "results/logs/encode.log",
    ):
        assert part in first
    assert "Traceback" not in first
    assert "touch" in second
    assert " b: " in second
    assert "\n" not in first + second


def test_a_killed_job_and_a_lost_log_are_said(folder: Path) -> None:
    (lost, _) = failures("run.log")
    assert "its log cannot be read (No such file or directory)" in lost
    (folder / "encode.log").write_text("\n")
    (killed, _) = failures("run.log")
    assert "it was killed, or said nothing" in killed


def test_a_run_without_failures_says_nothing(folder: Path) -> None:
    (folder / "run.log").write_text("Finished jobid: 36 (Rule: quality)\n")
    assert list(failures(str(folder / "run.log"))) == []


GROUP = """\
Error in group job 7:
    jobs:
        rule volume:
            jobid: 3
    [Wed Nov 25 19:00:00 2026]
    Error in rule mcpd_of_exam:
        jobid: 4
        output: results/mcpd/a_1.csv
        log: results/logs/mcpd.log (check log file(s) for error details)
    [Wed Nov 25 19:00:00 2026]
    Error in rule volume:
        message: None
        jobid: 3
        output: results/volumes/a_1.npz (update), results/data/exams/a_1.tsv (update)
        log: results/logs/volume.log (check log file(s) for error details)
    [Wed Nov 25 19:00:00 2026]
    Error in rule fetch:
        jobid: 2
        output: results/logs/volume.log (update)
        log: results/logs/volume.log (check log file(s) for error details)
12 of 40 steps (30%) done
30 of 40 steps (75%) done
"""


def test_of_a_group_only_the_job_that_failed_is_named(folder: Path) -> None:
    Path("run.log").write_text(GROUP)
    (folder / "volume.log").write_text("wdr-mcpd: results/data/series/a_1: 1-01.dcm was altered")
    named, missing = failures("run.log")
    assert named == (
        "wdr-mcpd: volume failed for results/volumes/a_1.npz (update), results/data/exams/a_1.tsv (update): "
        "results/data/series/a_1: 1-01.dcm was altered (log: results/logs/volume.log)"
    )
    assert "30 of 40 jobs are done" in missing


@pytest.mark.parametrize(("written", "named"), [(-1, 1), (0, 2)])
def test_a_log_of_an_earlier_run_says_that_the_job_of_a_group_waits(
    folder: Path, written: int, named: int
) -> None:
    begun = datetime(2026, 11, 25, 19, 0, 0).timestamp()
    log = Path("2026-11-25T190000.123456.snakemake.log")
    log.write_text(GROUP)
    (folder / "volume.log").write_text("wdr-mcpd: results/data/series/a_1: 1-01.dcm was altered")
    (folder / "mcpd.log").touch()
    for name, age in (("volume.log", 5), ("mcpd.log", written)):
        os.utime(folder / name, (begun + age, begun + age))
    *told, _ = failures(str(log))
    assert [line.split()[1] for line in told] == ["mcpd_of_exam", "volume"][-named:]
