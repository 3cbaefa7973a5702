"""Tables of tab-separated values with a line of names, as the series of a study are listed in."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file


def write_tsv(path: Path, rows: Iterable[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Write some columns of the rows, which may have more or lack some."""
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, "", "ignore", delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_tsv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Give names and rows; InputError where the file is missing or a row has too few or many cells."""
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream, delimiter="\t")
            columns, rows = list(reader.fieldnames or ()), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: cannot be read ({error})") from error
    for line, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise InputError(f"{path} line {line}: has too few or too many columns")
    return columns, rows
