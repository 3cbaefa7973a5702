"""All series of a table: fetched one after the other with a progress bar, and verified together."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from wdr_mcpd.data.fetch import Sources, fetch_series, is_whole
from wdr_mcpd.data.manifest import differences
from wdr_mcpd.data.series import Series
from wdr_mcpd.errors import InputError


def fetch_cohort(table: Sequence[Series], folder: Path, sources: Sources) -> None:
    """Fetch every series of `table` into `folder`/EXAM; those that are there and whole are kept.

    On a terminal a bar runs over the cohort and one over the bytes of each series; elsewhere each series is
    one line.

    Raises
    ------
    InputError
        For the first series that cannot be had; the ones before it stay.
    """
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    with tqdm(table, unit="series", disable=not terminal or len(table) == 1) as bar:
        for series in bar:
            bar.set_postfix_str(series.exam_id)
            with tqdm(
                total=series.bytes or None,
                desc=series.exam_id,
                unit="B",
                unit_scale=True,
                leave=False,
                disable=not terminal,
            ) as pieces:
                fetched = fetch_series(series, folder / series.exam_id, sources, pieces.update)
            if not terminal:
                print(f"{series.exam_id}: {'fetched' if fetched else 'already whole'}")


def verify_cohort(table: Sequence[Series], folder: Path, discard: bool = False) -> int:
    """Compare every series of `table` below `folder` with its manifest, byte for byte; give their number.

    Parameters
    ----------
    discard : bool
        Remove the folders that are not whole, so that the next fetch brings them again.

    Raises
    ------
    InputError
        Some are missing or not whole; the message names the first and how many.
    """
    broken = [series for series in table if not is_whole(series, folder / series.exam_id)]
    if not broken:
        return len(table)
    first = folder / broken[0].exam_id
    cause = _cause(first)
    if discard:
        for series in broken:
            shutil.rmtree(folder / series.exam_id, ignore_errors=True)
    done = "removed; fetch again" if discard else "--discard removes them, then fetch again"
    raise InputError(f"{len(broken)} of {len(table)} series are not whole, first {first}: {cause} ({done})")


def _cause(folder: Path) -> str:
    if not folder.is_dir():
        return "is missing"
    try:
        return next(iter(differences(folder)), "is another series than the table's")
    except InputError as error:
        return str(error).removeprefix(f"{folder}: ")
