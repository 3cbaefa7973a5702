"""Reading files, and writing files and folders so that a reader finds the whole result or none of it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wdr_mcpd.errors import InputError


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; move it into place only if the block ends without an error.

    The temporary name keeps the suffixes of `path`, so writers that go by the suffix work.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".partial-", dir=path.parent))
    try:
        draft = folder / path.name
        yield draft
        os.replace(draft, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside `path`; it replaces `path` only if the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    outer = Path(tempfile.mkdtemp(prefix=".partial-", dir=path.parent))
    try:
        draft = outer / path.name
        draft.mkdir()
        yield draft
        if path.exists():
            os.replace(path, outer / "replaced")
        os.replace(draft, path)
    finally:
        shutil.rmtree(outer, ignore_errors=True)
