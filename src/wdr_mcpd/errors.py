"""Errors that a user can act on: each carries one line that says what, where and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager


class InputError(ValueError):
    """A file, a folder, an option or a configuration key that cannot be used."""


class StreamError(ValueError):
    """A compressed stream that cannot be decoded, or a request that no stream can meet."""


class SeriesError(InputError):
    """One series or file that its source refuses or spoils; a study may do without it."""


def refuse(where: object, *reasons: tuple[object, str]) -> None:
    """Raise an InputError with the first reason, each beside what it holds for, that does hold."""
    for holds, reason in reasons:
        if holds:
            raise InputError(f"{where}: {reason}")


@contextmanager
def unbroken(where: object, what: str) -> Iterator[None]:
    """Make one line, that says `what`, of all that a library raises over a broken file or header.

    Errors of the system, as a full disk or a missing right, stay what they are.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # of many kinds, and some only when a value is asked for
        if isinstance(error, OSError) and error.errno is not None:
            raise
        cause = " ".join(str(error).split())[:200] or type(error).__name__
        raise InputError(f"{where}: {what} ({cause})") from error


def one_line(error: Exception) -> str:
    """Say in one line what is wrong, where, and what to do."""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename is not None else ""
        return " ".join(f"{place}{error.strerror or error}".split())
    return " ".join(str(error).split()) or "not enough memory"
