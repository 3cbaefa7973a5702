"""The slices of one exam that the study looks at, and the file that keeps them."""

import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from wdr_mcpd.data.volume import Scaling, Volume
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

GEOMETRY = ("voxels", "spacing", "origin", "direction")


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


def window(volume: Volume, slices: int, first: int | str = "central", cut: str = "") -> Exam:
    """Cut `slices` consecutive slices out of a series.

    Parameters
    ----------
    first : int or "central"
        Index (from 0) of the first one; "central" leaves as many before as after, one more after if odd.
    cut : str
        How the slices of `volume` came about.
    """
    available = len(volume.voxels)
    start = (available - slices) // 2 if isinstance(first, str) else first
    if not (slices >= 1 and start >= 0 and start + slices <= available):
        raise InputError(f"{slices} slices from {first} on were asked for; the series has {available}")
    kept = slice(start, start + slices)
    step = np.asarray(volume.direction[0]) * volume.spacing[0] * start
    return Exam(
        replace(
            volume,
            voxels=volume.voxels[kept],
            mask=None if volume.mask is None else volume.mask[kept],
            origin=tuple((np.asarray(volume.origin) + step).tolist()),
            scaling=volume.scaling.kept(kept),
        ),
        start,
        available,
        cut,
    )


def first_index(first_slice: int | str) -> int | str:
    """Turn a slice's number from 1 into its index from 0; "central" stays."""
    return first_slice if isinstance(first_slice, str) else first_slice - 1


def write_exam(path: Path, exam: Exam) -> None:
    """Write an exam as `.npz`; the bytes depend on the exam alone."""
    volume = exam.volume
    arrays = {name: np.asarray(getattr(volume, name)) for name in GEOMETRY}
    arrays |= {name: np.asarray(getattr(exam, name)) for name in ("first", "available", "cut")}
    arrays |= {"codes": np.asarray(volume.codes), "unit": np.asarray(volume.unit)}
    arrays |= {name: np.asarray(getattr(volume.scaling, name)) for name in ("slope", "intercept")}
    if volume.mask is not None:
        arrays["mask"] = volume.mask
    with whole_file(path) as draft:
        np.savez_compressed(draft, **arrays)  # type: ignore[arg-type]


def read_exam(path: Path) -> Exam:
    """Read what `write_exam` wrote.

    Raises
    ------
    InputError
        The file is missing, cut short, or another kind of file.
    """
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
