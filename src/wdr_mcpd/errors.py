"""Errors that a user can act on: each carries one line that says what, where and what to do."""


class InputError(ValueError):
    """A file, a folder, an option or a configuration key that cannot be used."""


class StreamError(ValueError):
    """A compressed stream that cannot be decoded, or a request that no stream can meet."""


class SeriesError(InputError):
    """One series or file that its source refuses or spoils; a study may do without it."""


def one_line(error: Exception) -> str:
    """Say in one line what is wrong, where, and what to do."""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename is not None else ""
        return " ".join(f"{place}{error.strerror or error}".split())
    return " ".join(str(error).split()) or "not enough memory"
