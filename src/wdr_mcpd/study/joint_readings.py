"""Joint readings of what the paper leaves open, and which of them come nearest to its tables; post hoc."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wdr_mcpd import codec
from wdr_mcpd.coherence import average_mcpd, coding_groups
from wdr_mcpd.data import read_exam
from wdr_mcpd.progress import steps
from wdr_mcpd.study.controls import first_of
from wdr_mcpd.study.forensics import OUTLIER
from wdr_mcpd.study.frames import write_csv
from wdr_mcpd.study.metrics import gain_db, slice_psnr, slice_ssim
from wdr_mcpd.study.paper_claims import PAPER_SELECTED
from wdr_mcpd.study.readings import TRANSFORMS, stretched


@dataclass(frozen=True)
class Joint:
    """One way to read what the paper leaves open, all of it together.

    Attributes
    ----------
    order : "stored" or "shuffled"
    outlier : whether slice 10 is three times as bright
    values : "stored", "scaled to int16" or "scaled to uint16"
    transform : of `readings.TRANSFORMS`
    zero_filled : whether the slices are interpolated to twice their rows and columns by filling their
        spectrum with zeros
    """

    order: str
    outlier: bool
    values: str
    transform: str
    zero_filled: bool


KEYS = [field.name for field in fields(Joint)]
ENDS = ["low", "middle", "high"]
SCALED = {"stored": None, "scaled to int16": 32767, "scaled to uint16": 65535}
GRID = [
    *(Joint(*key, False) for key in product(["stored", "shuffled"], [False, True], SCALED, TRANSFORMS)),
    *(Joint("stored", False, values, next(iter(TRANSFORMS)), True) for values in SCALED),
]
"""Every combination without such filling, and with it what is otherwise read as it is."""
BRIGHTER = 3.0
SSIMS: tuple[tuple[float | str, str], ...] = (
    ("max", "uniform7"),
    ("255", "gaussian11"),
    (4095, "gaussian11"),
)


def read_as(original: NDArray[Any], joint: Joint, order: NDArray[np.int64]) -> NDArray[Any]:
    """Make the volume that a reading would have coded; `order` is used where it is shuffled."""
    volume = original[order] if joint.order == "shuffled" else original
    if joint.outlier:
        volume = volume.astype(np.float64)
        volume[min(OUTLIER, len(volume)) - 1] *= BRIGHTER
        volume = np.rint(volume - min(volume.min(), 0)).astype(np.uint16)
    largest = SCALED[joint.values]
    if largest is not None:
        volume = stretched(volume, largest)
    return np.ascontiguousarray(_zero_filled(volume) if joint.zero_filled else volume)


def _zero_filled(volume: NDArray[Any]) -> NDArray[Any]:
    """Interpolate slices to twice their rows and columns by zeros around their spectrum, as scanners do."""
    rows, columns = volume.shape[1:]
    spectrum = np.fft.fftshift(np.fft.fft2(volume.astype(np.float64)), axes=(1, 2))
    padded = np.pad(spectrum, [(0, 0), *((n // 2, n - n // 2) for n in (rows, columns))])
    finer = 4 * np.fft.ifft2(np.fft.ifftshift(padded, axes=(1, 2))).real
    filled: NDArray[Any] = np.rint(np.clip(finer, volume.min(), volume.max())).astype(volume.dtype)
    return filled


def joint_readings(
    exam: str,
    original: NDArray[Any],
    rate: float,
    orders: int,
    seed: int,
    grid: Sequence[Joint] = tuple(GRID),
) -> pd.DataFrame:
    """Measure one exam under joint readings; seven slices are selected, as in the paper.

    Parameters
    ----------
    exam : name of the rows
    original : ndarray (slice, row, column)
    rate : bits per voxel
    orders : random orders of a reading that shuffles, drawn with `seed`
    grid : the readings

    Returns
    -------
    DataFrame
        One row per reading, order and quantity: `low`, `middle` and `high`. The middle is a mean, of the
        MCPD a median; the MCPD is in units of the standard deviation and leaves out the last slice.
    """
    random = np.random.default_rng(seed)
    drawn = [random.permutation(len(original)) for _ in range(orders)]
    tasks = [(one, n) for one in grid for n in range(orders if one.order == "shuffled" else 1)]
    rows = []
    for one, number in steps(tasks, "reading"):
        volume = read_as(original, one, drawn[number] if drawn else np.arange(len(original)))
        keys = (exam, number, *astuple(one))
        for quantity, values in _measured(volume, TRANSFORMS[one.transform], rate).items():
            middle = np.median(values) if quantity == "mcpd" else values.mean()
            rows.append((*keys, quantity, values.min(), middle, values.max()))
    return pd.DataFrame(rows, columns=["exam", "draw", *KEYS, "quantity", *ENDS])


def _measured(volume: NDArray[Any], settings: codec.Settings, rate: float) -> dict[str, NDArray[np.float64]]:
    average = average_mcpd(volume)
    selected = first_of(average, PAPER_SELECTED)
    everything = codec.decode(codec.encode(volume, None, settings, rate=rate))
    grouped = codec.decode(codec.encode(volume, coding_groups(selected), settings, rate=rate))
    before, after = slice_psnr(volume, everything), slice_psnr(volume, grouped)[selected]
    found = {
        "psnr_table1_db": before,
        "psnr_table3_db": after,
        "gain_db": gain_db(after, before[selected]),
        "mcpd": average[:-1],
    }
    for ssim_range, window in SSIMS:
        for table, decoded, kept in (("1", everything, slice(None)), ("3", grouped, selected)):
            name = f"ssim_table{table}, range {ssim_range}, {window}"
            found[name] = slice_ssim(volume[kept], decoded[kept], ssim_range, window)
    return found


def distance_to_paper(readings: pd.DataFrame, paper: pd.DataFrame) -> pd.DataFrame:
    """Say how far each joint reading is from the paper's tables, the nearest first.

    Parameters
    ----------
    readings : rows of `joint_readings`
    paper : `paper_numbers`: `quantity`, `low`, `middle`, `high`, and `scale`, a difference that matters

    Returns
    -------
    DataFrame
        Per reading, with medians over its orders and means over exams: the distance from each of PSNR, gain,
        MCPD and SSIM as the root mean square of the three differences over the scale, and `distance`, the
        root mean square of all. The SSIM is that of the range and window that come nearest.
    """
    medians = readings.groupby([*KEYS, "exam", "quantity"], sort=False)[ENDS].median().reset_index()
    medians["kind"] = medians["quantity"].str.partition(",")[0]
    medians["ssim"] = medians["quantity"].str.partition(", ")[2]
    joined = medians.merge(paper, left_on="kind", right_on="quantity", suffixes=("", "_paper"))
    squares = [((joined[e] - joined[f"{e}_paper"]) / joined["scale"]) ** 2 for e in ENDS]
    joined["far"] = sum(squares) / len(squares)
    each = joined.groupby([*KEYS, "kind", "ssim"], sort=False)["far"].mean().reset_index()
    with_ssim = each[each["ssim"] != ""].groupby([*KEYS, "ssim"], sort=False)["far"].mean().reset_index()
    nearest = with_ssim.loc[with_ssim.groupby(KEYS, sort=False)["far"].idxmin()].set_index(KEYS)
    wide = each[each["ssim"] == ""].pivot(index=KEYS, columns="kind", values="far")
    wide["ssim"] = nearest["far"]
    wide = wide.assign(distance=wide.mean(axis=1)) ** 0.5
    return wide.assign(ssim_reading=nearest["ssim"]).sort_values("distance").reset_index()


def paper_numbers(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Give what the paper prints (`paper_claims.read_paper_tables`) for each quantity of `joint_readings`."""
    first, third = tables["table1"], tables["table3"]
    selected = first.loc[third.index]
    columns = {
        "psnr_table1_db": (first["psnr_db"], 1.0),
        "psnr_table3_db": (third["psnr_db"], 1.0),
        "gain_db": (third["psnr_db"] - selected["psnr_db"], 0.5),
        "mcpd": (tables["table2"]["mcpd"][:-1], 0.1),
        "ssim_table1": (first["ssim"], 0.05),
        "ssim_table3": (third["ssim"], 0.05),
    }
    rows = []
    for quantity, (values, scale) in columns.items():
        middle = values.median() if quantity == "mcpd" else values.mean()
        rows.append((quantity, values.min(), middle, values.max(), scale))
    return pd.DataFrame(rows, columns=["quantity", *ENDS, "scale"])


def joint_readings_of_exam(
    *, volume: Path, out: Path, exam: str, table_rate: float, orders: int, seed: int
) -> None:
    """Step: the joint readings of an exam, each shuffled one in so many random orders."""
    write_csv(joint_readings(exam, read_exam(volume).volume.voxels, table_rate, orders, seed), out)
