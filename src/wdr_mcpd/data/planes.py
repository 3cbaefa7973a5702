"""The planes of a DICOM series in space: where each lies, and whether together they fill a volume."""

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from wdr_mcpd.data.volume import ANY, Pick
from wdr_mcpd.errors import InputError, refuse, unbroken

BROKEN = "broken DICOM header"
"""What is said of a header whose values pydicom cannot read, which it tries only when they are asked for."""

SAME_PLACE = 0.01
"""Planes nearer than this (mm) lie at the same place: scanners write positions to 0.001 mm or finer."""

UNEVEN = 0.1
"""Largest accepted departure of a distance from the median one, as a share: a missing slice makes it 1."""

INTEGERS = (8, 16)
"""Bits that a pixel of an image may have."""
GREY = ("MONOCHROME1", "MONOCHROME2")
MOSAIC = (
    "is a Siemens mosaic, all slices tiled in one picture; convert it to NIfTI or to enhanced DICOM first"
)

NUMBERS = [
    *("AcquisitionNumber", "EchoNumbers", "EchoTime", "EffectiveEchoTime", "InversionTime", "FlipAngle"),
    *("TemporalPositionIdentifier", "TemporalPositionIndex", "TriggerTime", "NominalCardiacTriggerDelayTime"),
    *("DiffusionBValue", "DiffusionGradientOrientation", "StackID"),
]
TELL_APART = [
    *(*NUMBERS, "ImageType", "FrameType", "ComplexImageComponent"),
    *("AcquisitionTime", "ContentTime", "FrameAcquisitionDateTime"),
]
"""Tags that commonly separate images at the same position; the values of `NUMBERS` alone may be told."""


@dataclass(frozen=True, eq=False)
class Plane:
    """One slice of a series: frame `frame` of the file `dataset`, lengths in mm.

    `position` is the centre of its first pixel (ImagePositionPatient), `orientation` the unit vectors of
    increasing column and row (ImageOrientationPatient), `spacing` the distance of rows and of columns,
    `thickness` 1 where the file gives none, `scale` slope and intercept, `telling` its `TELL_APART`.
    """

    dataset: Dataset
    frame: int
    where: str
    position: NDArray[np.float64]
    orientation: NDArray[np.float64]
    spacing: tuple[float, float]
    thickness: float
    scale: tuple[float, float]
    telling: dict[str, Any]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.dataset.Rows), int(self.dataset.Columns)

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector across the slice, turned so that its largest part points left, back or up."""
        normal = np.cross(self.orientation[:3], self.orientation[3:])
        return np.asarray(normal * np.sign(normal[np.argmax(np.abs(normal))]))


def planes_of(dataset: Dataset, bits: tuple[int, ...] = INTEGERS) -> list[Plane]:
    """Give the planes of one file: one for a classic image, one per frame for an enhanced one.

    Its pixels must be grey ones of as many `bits` (BitsAllocated).
    """
    where = str(getattr(dataset, "filename", "dataset"))
    with unbroken(where, BROKEN):
        _check_pixels(dataset, bits, where)
        return [_plane(dataset, frame, where) for frame in range(int(dataset.get("NumberOfFrames") or 1))]


def _check_pixels(dataset: Dataset, bits: tuple[int, ...], where: str) -> None:
    """Refuse a file whose pixels are no slices."""
    needed = ("BitsAllocated", "Rows", "Columns", "PixelRepresentation")
    lacking = [(dataset.get(tag) in (None, ""), f"has no {tag}, which a slice needs") for tag in needed]
    refuse(where, ("PixelData" not in dataset, "has no integer pixel data (7FE0,0010)"), *lacking)
    photometric = str(dataset.get("PhotometricInterpretation") or "MONOCHROME2")
    allocated, readable = int(dataset.BitsAllocated), " and ".join(map(str, bits))
    frames, placed = int(dataset.get("NumberOfFrames") or 1), "PerFrameFunctionalGroupsSequence" in dataset
    refuse(
        where,
        (int(dataset.get("SamplesPerPixel", 1)) != 1, "is a colour image; a volume has one value per voxel"),
        (allocated not in bits, f"has {allocated} bits a pixel; {readable} can be read"),
        (photometric not in GREY, f"its pixels are {photometric}; a volume holds grey values"),
        (not placed and _is_mosaic(dataset), MOSAIC),
        (not placed and frames > 1, f"has {frames} frames without a position for each"),
    )


def _is_mosaic(dataset: Dataset) -> bool:
    """Tell by ImageType or by Siemens' number of images in a mosaic, (0019,xx0A)."""
    try:
        tiles = int(dataset.private_block(0x0019, "SIEMENS MR HEADER")[0x0A].value)
    except (KeyError, TypeError, ValueError):
        tiles = 1
    return tiles > 1 or "MOSAIC" in (dataset.get("ImageType") or [])


def sort_planes(planes: list[Plane], folder: Path, pick: Pick = ANY) -> list[Plane]:
    """Sort planes along their common normal and check that they are alike and fill a volume without holes."""
    first = planes[0]
    alike: list[tuple[str, Any]] = [
        ("size", lambda p: p.shape),
        ("number of bits", lambda p: int(p.dataset.BitsAllocated)),
        ("sign", lambda p: int(p.dataset.PixelRepresentation)),
        ("photometric interpretation", lambda p: str(p.dataset.get("PhotometricInterpretation", ""))),
    ]
    for name, value in alike:
        values = Counter(value(plane) for plane in planes).most_common()
        if len(values) > 1:
            listed = ", ".join(f"{value} ({count})" for value, count in values[:3])
            raise InputError(f"{folder}: its slices differ in {name}: {listed}{', ...' * (len(values) > 3)}")
    for plane in planes:
        same_way = np.allclose(plane.orientation, first.orientation, atol=1e-3)
        if not (same_way and np.allclose(plane.spacing, first.spacing, rtol=1e-3)):
            name = "pixel spacing" if same_way else "orientation"
            raise InputError(f"{folder}: its slices differ in {name}, e.g. {Path(plane.where).name}")
    planes = sorted(planes, key=lambda plane: (float(plane.position @ first.normal), plane.where))
    planes = _one_of_each_place(planes, folder, pick)
    _check_steps(planes, folder)
    return planes


def _one_of_each_place(planes: list[Plane], folder: Path, pick: Pick) -> list[Plane]:
    """Take one of several echoes, b values or times; `planes` are sorted along the normal."""
    heights = [plane.position @ planes[0].normal for plane in planes]
    starts = [0, *(np.flatnonzero(np.diff(heights) >= SAME_PLACE) + 1).tolist(), len(planes)]
    places = [planes[start:end] for start, end in itertools.pairwise(starts)]
    counts = Counter(map(len, places))
    count = max(counts)
    if count == 1:
        pick.index(1, folder, "one image at each position")
        return planes
    tags = [tag for tag in TELL_APART if any(len({str(p.telling.get(tag)) for p in ps}) > 1 for ps in places)]
    if not tags:
        several = [place for place in places if len(place) > 1]
        names = " and ".join(dict.fromkeys(Path(plane.where).name for plane in several[0][:2]))
        raise InputError(f"{folder}: {len(several)} duplicate slices, e.g. {names}")
    differ = f"images at each of {len(places)} positions ({', '.join(tags)} differ)"
    if len(counts) > 1:
        raise InputError(f"{folder}: {min(counts)} to {count} {differ}; keep one of each")
    places = [
        sorted(place, key=lambda plane: [_order(plane.telling.get(tag)) for tag in tags]) for place in places
    ]
    shown = [tag for tag in tags if tag in NUMBERS]
    each = [
        f"{number}: " + ", ".join(f"{tag} {plane.telling.get(tag)}" for tag in shown)
        for number, plane in enumerate(places[0][:8], 1)
    ]
    listed = f": {'; '.join(each)}{'; ...' if count > 8 else ''}" if shown else ""
    index = pick.index(count, folder, f"{count} {differ}{listed}")
    return [place[index] for place in places]


def _order(value: Any) -> tuple[float, str]:
    """Key that sorts numbers by size, before texts."""
    try:
        return float(value), ""
    except (TypeError, ValueError):
        return np.inf, str(value)


def _check_steps(planes: list[Plane], folder: Path) -> None:
    heights = np.array([plane.position @ planes[0].normal for plane in planes])
    steps = np.diff(heights)
    if not len(steps):
        return
    usual = float(np.median(steps))
    uneven = np.flatnonzero(np.abs(steps - usual) > UNEVEN * usual)
    if len(uneven):
        k = int(uneven[np.argmax(steps[uneven])])
        raise InputError(
            f"{folder}: slices are missing or unevenly spaced: {steps[k]:.2f} mm between slices {k + 1} "
            f"and {k + 2}, {usual:.2f} mm elsewhere"
        )
    positions = np.stack([plane.position for plane in planes])
    line = positions[0] + np.linspace(0, 1, len(planes))[:, None] * (positions[-1] - positions[0])
    if np.abs(positions - line).max() > max(planes[0].spacing):
        raise InputError(f"{folder}: its slices are shifted against each other and fill no straight volume")


def _plane(dataset: Dataset, frame: int, where: str) -> Plane:
    """Gather what places one frame in space, from the file itself or from its functional groups."""
    groups = [
        sequence[index]
        for sequence, index in (
            (dataset.get("PerFrameFunctionalGroupsSequence"), frame),
            (dataset.get("SharedFunctionalGroupsSequence"), 0),
        )
        if sequence is not None and index < len(sequence)
    ]

    def lookup(tag: str) -> Any:
        value = _first(groups, tag)
        return dataset.get(tag) if value is None else value

    def numbers(tag: str, count: int = 1, default: float | None = None) -> NDArray[np.float64]:
        value = lookup(tag)
        try:
            found = np.array(default if value is None else value, np.float64).reshape(-1)
        except (TypeError, ValueError):
            found = np.empty(0)
        if found.shape != (count,) or not np.isfinite(found).all():
            raise InputError(f"{where}: has no usable {tag}, which a slice needs")
        return found

    orientation = numbers("ImageOrientationPatient", 6)
    row, column = orientation[:3], orientation[3:]
    if not np.allclose([row @ row, column @ column, row @ column], [1, 1, 0], atol=1e-2):
        raise InputError(f"{where}: ImageOrientationPatient is no pair of perpendicular directions")
    spacing = numbers("PixelSpacing", 2)
    if (spacing <= 0).any():
        raise InputError(f"{where}: PixelSpacing must be above 0")
    return Plane(
        dataset,
        frame,
        where,
        position=numbers("ImagePositionPatient", 3),
        orientation=orientation,
        spacing=(float(spacing[0]), float(spacing[1])),
        thickness=numbers("SliceThickness", default=1.0).item() or 1.0,
        scale=(numbers("RescaleSlope", default=1.0).item(), numbers("RescaleIntercept", default=0.0).item()),
        telling={tag: value for tag in TELL_APART if (value := _first([*groups, dataset], tag)) is not None},
    )


def _first(datasets: Iterable[Dataset], tag: str) -> Any:
    """First value of a tag in these datasets or, below them, in the first items of their sequences."""
    for dataset in datasets:
        if tag in dataset:
            return dataset.get(tag)
        if "PerFrameFunctionalGroupsSequence" in dataset:
            return None
        sequences = (one for one in dataset if one.VR == "SQ" and one.value and not one.tag.is_private)
        inside = [sequence.value[0] for sequence in sequences]
        value = _first(inside, tag)
        if value is not None:
            return value
    return None
