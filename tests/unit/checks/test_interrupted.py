"""The next run clears what a killed run left, and only then."""

import subprocess
import sys
from pathlib import Path

import pytest

from wdr_mcpd.checks.interrupted import join_runs
from wdr_mcpd.files import whole_file


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A working directory with the marks and the draft of a run."""
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.output.lock").write_text("results/a.csv")
    draft = tmp_path / "results" / "tables" / ".partial-x1"
    draft.mkdir(parents=True)
    (draft / "a.csv").write_text("half")
    (tmp_path / "results" / "b.csv").write_text("whole")
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_marks_and_drafts_of_a_killed_run_are_removed(killed: Path) -> None:
    handle = join_runs(killed)
    assert handle is not None
    handle.close()
    assert files(killed) == ["b.csv", "wdr-mcpd.lock"]
    assert not list(killed.rglob(".partial-*"))


def test_those_of_a_living_run_are_left(killed: Path) -> None:
    code = (
        "import pathlib, sys; from wdr_mcpd.checks.interrupted import join_runs; "
        f"handle = join_runs(pathlib.Path({str(killed)!r}))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}; print('held', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as living:
        assert living.stdout is not None
        assert living.stdout.readline() == b"held\n"
        (killed / ".snakemake" / "locks").mkdir(exist_ok=True)
        (killed / ".snakemake" / "locks" / "0.output.lock").write_text("results/a.csv")
        with whole_file(killed / "results" / "c.csv") as draft:
            draft.write_text("being written")
            handle = join_runs(killed)
            assert handle is not None
            handle.close()
            assert draft.exists()
        assert (killed / ".snakemake" / "locks" / "0.output.lock").exists()
        living.kill()
    again = join_runs(killed)
    assert again is not None
    again.close()
    assert files(killed) == ["b.csv", "c.csv", "wdr-mcpd.lock"]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / ".snakemake").write_text("not a folder")
    assert join_runs(tmp_path) is None
