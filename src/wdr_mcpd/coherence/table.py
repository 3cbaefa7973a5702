"""The table of an exam's average MCPD: computed once, and handed to all that selects slices by it."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.coherence.mcpd import average_mcpd
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_rows, write_rows


def mcpd_of_exam(*, volume: Path, out: Path, exam: str, mcpd_unit: str, mcpd_reference: str) -> None:
    """Step: the average MCPD of the slices of one exam (eq. 1), with all digits."""
    from wdr_mcpd.data import read_exam

    average = average_mcpd(read_exam(volume).volume.voxels, mcpd_unit, mcpd_reference)
    column = f"mcpd_{mcpd_unit}"
    rows = ({"slice": number, column: repr(float(value))} for number, value in enumerate(average, 1))
    write_rows(out, rows, ["slice", column], ",")


def read_average(path: Path, mcpd_unit: str) -> NDArray[np.float64]:
    """Read the average MCPD of each slice, bit for bit as it was written."""
    try:
        return np.array([float(row[f"mcpd_{mcpd_unit}"]) for row in read_rows(path, ",")[1]])
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: is no table of average MCPD in the unit {mcpd_unit}") from error
