"""Reading and writing files and folders so that a reader finds the whole or none, and numbers' digits."""

import csv
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from wdr_mcpd.errors import InputError

PREFIX = ".partial-"
"""Begins the name of every folder in which a file or folder is written until it is whole."""
SIGNIFICANT_DIGITS = "%.8g"
"""Format of numbers in tables."""


def as_written(number: float | str) -> float:
    """Round a number to the digits that tables hold, so that it is found again in one that was read."""
    return float(SIGNIFICANT_DIGITS % float(number))


def read_bytes(path: Path) -> bytes:
    """Read a whole file; InputError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Name `path` in an error of the system that names no file, as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename is None:  # a library's own text has no number
            error.filename = str(path)
        raise


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it into place only if the block ends without an error.

    The temporary name keeps the suffixes of `path`, so writers that go by the suffix work.
    """
    with _scratch(path.parent) as folder:
        draft = folder / path.name
        with _naming(path):
            yield draft
        os.replace(draft, path)


def write_text(path: Path, text: str) -> None:
    """Write a whole text file, UTF-8 with line ends of one character."""
    with whole_file(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def write_rows(
    path: Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str], delimiter: str = "\t"
) -> None:
    """Write some columns of the rows, which may have more or lack some, below a line of their names."""
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, "", "ignore", delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_rows(path: Path, delimiter: str = "\t") -> tuple[list[str], list[dict[str, str]]]:
    """Give names and rows; InputError where the file is missing or a row has too few or many cells."""
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream, delimiter=delimiter)
            columns, rows = list(reader.fieldnames or ()), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    for line, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise InputError(f"{path} line {line}: has too few or too many columns")
    return columns, rows


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside `path`; it replaces `path` only if the block ends without an error."""
    with _scratch(path.parent) as outer:
        draft = outer / path.name
        draft.mkdir()
        with _naming(path):
            yield draft
        if path.exists():
            os.replace(path, outer / "replaced")
        os.replace(draft, path)


@contextmanager
def _scratch(parent: Path) -> Iterator[Path]:
    """Give a temporary folder in `parent` that is locked while it is in use, and remove it afterwards.

    A process that is killed leaves its folder behind without the lock; the next one that writes to `parent`
    removes it.
    """
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent)
    folder, lock = _locked_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder(parent: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue  # swept by another process before it was locked
        with suppress(OSError):  # a file system without locks: nothing is swept there
            fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder, lock
        os.close(lock)


def sweep(parent: Path) -> None:
    """Remove temporary folders in `parent` that no process holds any more."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass  # in use
        finally:
            os.close(lock)
