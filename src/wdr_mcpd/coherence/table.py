"""The table of an exam's average MCPD: computed once, and handed to all that selects slices by it."""

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.coherence.mcpd import average_mcpd
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file


def write_average(average: NDArray[np.float64], mcpd_unit: str, path: Path) -> None:
    """Write one row for each slice: its number from 1 and its average MCPD, with all digits."""
    with whole_file(path) as draft, draft.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["slice", f"mcpd_{mcpd_unit}"])
        writer.writerows([number, repr(float(value))] for number, value in enumerate(average, 1))


def read_average(path: Path, mcpd_unit: str) -> NDArray[np.float64]:
    """Read the average MCPD of each slice, bit for bit as it was written.

    Raises
    ------
    InputError
        The file cannot be read, or is in another unit.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return np.array([float(row[f"mcpd_{mcpd_unit}"]) for row in csv.DictReader(file)])
    except (OSError, KeyError, ValueError, TypeError, csv.Error) as error:
        raise InputError(f"{path}: is no table of average MCPD in the unit {mcpd_unit}") from error


def mcpd_of_exam(*, volume: Path, out: Path, exam: str, mcpd_unit: str, mcpd_reference: str) -> None:
    """Step: the average MCPD of the slices of one exam (eq. 1)."""
    from wdr_mcpd.data import read_exam

    write_average(average_mcpd(read_exam(volume).volume.voxels, mcpd_unit, mcpd_reference), mcpd_unit, out)
