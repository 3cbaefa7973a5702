"""All series of a table: fetched some at a time with their progress, and verified together."""

import io
import math
import shlex
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from functools import partial
from pathlib import Path

from wdr_mcpd.data.fetch import Sources, fetch_series, is_whole
from wdr_mcpd.data.http import stop_all
from wdr_mcpd.data.manifest import differences, refusal
from wdr_mcpd.data.series import Series, is_address, read_series_table
from wdr_mcpd.defaults import IDC_ENDPOINT, NBIA, PARALLEL_DOWNLOADS
from wdr_mcpd.errors import InputError, SeriesError

METER = "{n_fmt} of {total_fmt}, {rate_fmt}, {remaining} left"


def fetch_cohort(
    table: Sequence[Series],
    folder: Path,
    sources: Sources,
    at_once: int = PARALLEL_DOWNLOADS,
    exclude: bool = False,
) -> None:
    """Fetch every series of `table` into `folder`/EXAM, `at_once` at a time; whole ones are kept.

    On a terminal a bar runs over the bytes of the cohort and says how many series are there, the rate and the
    time that is left; elsewhere each series is one line with the same. `exclude` as for `fetch_series`.
    """
    if at_once < 1:
        raise InputError(f"{at_once} series at a time: must be at least 1")
    meter = _Meter(table)
    refused: dict[str, str] = {}

    def fetch(row: Series) -> None:
        place = folder / row.exam_id
        try:
            fetched = fetch_series(row, place, sources, partial(meter.count, row), exclude)
        except SeriesError as error:
            refused[row.exam_id] = str(error)
            meter.done(row, f"not fetched: {str(error).removeprefix(f'exam {row.exam_id}: ')}")
        else:
            reason = refusal(place)
            left_out = f"left out: {reason}" if reason else "fetched"
            meter.done(row, left_out if fetched else "already whole")

    with ThreadPoolExecutor(at_once) as pool, meter.bar:
        tasks = [pool.submit(fetch, row) for row in table]
        try:
            for task in as_completed(tasks):
                task.result()
        except BaseException:
            _stop(tasks)
            raise
    if refused:
        first, *others = (row.exam_id for row in table if row.exam_id in refused)
        also = f"; nor {', '.join(others)}" if others else ""
        raise SeriesError(f"{len(refused)} of {len(table)} series could not be had: {refused[first]}{also}")


def _stop(tasks: Iterable[Future[None]]) -> None:
    """Start no other task, and end those that are under way."""
    left = {task for task in tasks if not task.cancel()}
    while left:
        stop_all()
        left = wait(left, timeout=0.1).not_done


class _Meter:
    """Tells how far a cohort is; of a series that is over, the bytes of the table count."""

    def __init__(self, table: Sequence[Series]) -> None:
        from tqdm import tqdm

        self.lock = threading.Lock()
        self.over, self.series = 0, len(table)
        self.came = Counter[str]()
        self.terminal = sys.stderr.isatty()
        self.bar = tqdm(
            total=sum(row.bytes for row in table),
            unit="B",
            unit_scale=True,
            mininterval=0.1 if self.terminal else math.inf,
            file=sys.stderr if self.terminal else io.StringIO(),
        )

    def count(self, row: Series, size: int) -> None:
        with self.lock:
            self.came[row.exam_id] += size
            self.bar.update(size)

    def done(self, row: Series, how: str) -> None:
        """Tell what became of a series."""
        with self.lock:
            self.over += 1
            left = row.bytes - self.came[row.exam_id]
            if how == "already whole":
                self.bar.total = (self.bar.total or 0) - left
            else:
                self.bar.update(left)
            number = f"{self.over} of {self.series} series"
            self.bar.set_description_str(number)
            if self.terminal and not how.startswith(("not", "left")):
                return
            state = {**self.bar.format_dict, "bar_format": METER}
            meter = f", {self.bar.format_meter(**state)}" if self.bar.total else ""
            self.bar.write(f"{row.exam_id}: {how} ({number}{meter})", file=sys.stdout)


def fetch_command(folder: Path, table: Path, exams: Iterable[str], sources: Sources) -> str:
    """Give the command that fetches just these exams of a table."""
    given = {
        "--sample": sources.sample,
        "--base-url": sources.base_url if sources.base_url != NBIA else None,
        "--idc-endpoint": sources.idc_endpoint if sources.idc_endpoint != IDC_ENDPOINT else None,
        "--data-folder": sources.data_folder,
    }
    options = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    options += [word for exam in exams for word in ("--exam", exam)]
    return shlex.join(["wdr-mcpd", "fetch", str(folder), "--series", str(table), *options])


def verify_cohort(table: Path, folder: Path, sources: Sources, discard: bool = False) -> int:
    """Compare every series of a table below `folder` with its manifest, byte for byte; give their number.

    With `discard` the folders that are not whole are removed, if they can be brought again. InputError where
    some are missing or not whole: the first, how many, and the command that fetches just them from `sources`.
    """
    rows = read_series_table(table)
    broken = [series for series in rows if not is_whole(series, folder / series.exam_id)]
    if not broken:
        return len(rows)
    first = folder / broken[0].exam_id
    what = f"{len(broken)} of {len(rows)} series are not whole, first {first}: {_cause(first)}"
    local = {"local", "files"} & {row.source for row in broken if not is_address(row.file)}
    if discard and local and sources.data_folder is None:
        where = f"give --data-folder, from where source {local.pop()} would bring them again"
        raise InputError(f"{what}; they are kept: {where}")
    for place in (folder / series.exam_id for series in broken if discard):
        if place.exists():
            shutil.rmtree(place)
    again = fetch_command(folder, table, [series.exam_id for series in broken], sources)
    raise InputError(f"{what}; {'they are removed; ' if discard else ''}fetch them again with: {again}")


def _cause(folder: Path) -> str:
    if not folder.is_dir():
        return "is missing"
    try:
        return next(iter(differences(folder)), "is another series than the table's")
    except InputError as error:
        return str(error).removeprefix(f"{folder}: ")
