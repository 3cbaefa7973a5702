"""What a killed run leaves behind, and how the next run knows that it is alone.

Snakemake marks a folder as taken with files, which stay when it is killed; then it refuses to start again.
Every run therefore also holds a lock of the operating system, which ends with its process, however it ends.
"""

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import IO

from wdr_mcpd.files import PREFIX, sweep


def join_runs(folder: Path) -> IO[str] | None:
    """Hold the lock of a working directory and, if nobody else does, remove what a killed run left there.

    Parameters
    ----------
    folder : Path
        Working directory of a run: has, or gets, `.snakemake` and `results`.

    Returns
    -------
    file or None
        Holds the lock until it is closed; None where the folder cannot be written.
    """
    state = folder / ".snakemake"
    try:
        state.mkdir(exist_ok=True)
        handle = (state / "wdr-mcpd.lock").open("a")
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass  # another run is alive, or this file system has no locks: leave the marks to Snakemake
    else:
        for mark in (state / "locks").glob("*"):
            mark.unlink(missing_ok=True)
        for parent in {draft.parent for draft in (folder / "results").rglob(f"{PREFIX}*")}:
            sweep(parent)
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_SH)
    return handle
