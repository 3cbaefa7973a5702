"""The slices of one exam that the study looks at, and the file that keeps them."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wdr_mcpd.data.volume import Scaling, Volume
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

OF_VOLUME = ("voxels", "spacing", "origin", "direction", "codes", "unit")
OF_EXAM = ("first", "available", "cut")


@dataclass(frozen=True, eq=False)
class Exam:
    """A window of consecutive slices of a series.

    `volume` is the window alone, `first` the index (from 0) of its first slice among the `available` ones of
    the series, `cut` how its slices came about where they are not simply those of the series.
    """

    volume: Volume
    first: int
    available: int
    cut: str = ""


def window(volume: Volume, slices: int, first_slice: int | str = "central", cut: str = "") -> Exam:
    """Cut `slices` consecutive slices out of a series, from one on, counted from 1; `cut` is kept.

    "central" leaves as many before as after, one more after if odd.
    """
    available = len(volume.voxels)
    start = (available - slices) // 2 if isinstance(first_slice, str) else first_slice - 1
    if not (slices >= 1 and start >= 0 and start + slices <= available):
        raise InputError(f"{slices} slices from {first_slice} on were asked for; the series has {available}")
    return Exam(volume.part(start, slices), start, available, cut)


def write_exam(path: Path, exam: Exam) -> None:
    """Write an exam as `.npz`; the bytes depend on the exam alone."""
    volume = exam.volume
    parts = {volume: OF_VOLUME, exam: OF_EXAM, volume.scaling: ("slope", "intercept")}
    arrays = {name: np.asarray(getattr(one, name)) for one, names in parts.items() for name in names}
    if volume.mask is not None:
        arrays["mask"] = volume.mask
    with whole_file(path) as draft:
        np.savez_compressed(draft, **arrays)  # type: ignore[arg-type]


def read_exam(path: Path) -> Exam:
    """Read what `write_exam` wrote."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            volume = Volume(
                stored["voxels"],
                tuple(stored["spacing"].tolist()),
                stored.get("mask"),
                tuple(stored["origin"].tolist()),
                stored["direction"],
                tuple(stored["codes"].tolist()),
                str(stored["unit"]),
                Scaling(tuple(stored["slope"].tolist()), tuple(stored["intercept"].tolist())),
            )
            return Exam(volume, int(stored["first"]), int(stored["available"]), str(stored["cut"]))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file") from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, AttributeError, TypeError) as error:
        raise InputError(f"{path}: is no exam file of the study") from error
