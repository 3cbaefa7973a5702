"""A failed run ends with one line for each failure."""

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
