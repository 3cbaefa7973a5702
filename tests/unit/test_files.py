import errno
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wdr_mcpd.files import whole_file, whole_folder

HOLD = """
import sys
from pathlib import Path
from wdr_mcpd.files import whole_folder
with whole_folder(Path(sys.argv[1])) as draft:
    (draft / "part").write_text("half")
    print("ready", flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_block_that_ends_well_moves_the_result_into_place(tmp_path: Path) -> None:
    with whole_file(tmp_path / "new" / "a.txt") as draft:
        assert draft.name == "a.txt"
        draft.write_text("one")
    assert names(tmp_path / "new") == ["a.txt"]
    for text in ("one", "two"):
        with whole_folder(tmp_path / "folder") as draft:
            (draft / text).write_text(text)
        assert names(tmp_path / "folder") == [text]
    assert names(tmp_path) == ["folder", "new"]


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(NotADirectoryError), whole_file(tmp_path / "a.txt") as draft:
        draft.mkdir()
    assert (tmp_path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def hold(path: Path) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_what_a_killed_process_left_is_swept_by_the_next_one(tmp_path: Path) -> None:
    with hold(tmp_path / "series") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert [name.startswith(".partial-") for name in names(tmp_path)] == [True]
    with whole_file(tmp_path / "a.txt") as draft:
        draft.write_text("one")
    assert names(tmp_path) == ["a.txt"]


def test_what_a_running_process_holds_is_left_alone(tmp_path: Path) -> None:
    with hold(tmp_path / "series") as process:
        with whole_file(tmp_path / "a.txt") as draft:
            draft.write_text("one")
        held = [name for name in names(tmp_path) if name.startswith(".partial-")]
        assert len(held) == 1
        assert (tmp_path / held[0] / "series" / "part").read_text() == "half"
        process.kill()


def write_many(parent: Path, worker: int, rounds: int) -> None:
    for k in range(rounds):
        with whole_file(parent / f"{worker}-{k}") as draft:
            draft.write_text("x")


def test_processes_that_write_side_by_side_do_not_sweep_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=write_many, args=(tmp_path, w, 150)) for w in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert len(names(tmp_path)) == 450


def test_names_are_not_followed_out_of_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("keep")
    (tmp_path / "inside").mkdir()
    os.symlink(outside, tmp_path / "inside" / ".partial-link")
    with whole_file(tmp_path / "inside" / "a") as draft:
        draft.write_text("x")
    assert names(outside) == ["keep"]


@pytest.mark.parametrize("kind", [whole_file, whole_folder])
def test_the_cause_of_an_error_is_never_hidden(tmp_path: Path, kind: Callable[[Path], Any]) -> None:
    with pytest.raises(OSError, match=r"^what a library says$"), kind(tmp_path / "a"):
        raise OSError("what a library says")
    with pytest.raises(OSError, match=r"No space left.*/a'$"), kind(tmp_path / "a"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
