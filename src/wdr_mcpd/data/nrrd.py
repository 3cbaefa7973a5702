"""NRRD files, attached (`.nrrd`) and detached (`.nhdr`), read and written by pynrrd.

Own code unpacks the data: pynrrd unpacks compressed data without a limit, skips bytes twice where they are
compressed, knows no hexadecimal encoding, and takes any path for a detached file.
"""

import bz2
import io
import re
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.data.volume import ANY, LPS_TO_RAS, Pick, Scaling, Volume, check_shape, place_of, with_one_scale
from wdr_mcpd.errors import InputError, unbroken

LPS, RAS, LAS = (-1, -1, 1), (1, 1, 1), (-1, 1, 1)
SPACES = {"left-posterior-superior": LPS, "right-anterior-superior": RAS, "left-anterior-superior": LAS}
"""Names of NRRD's patient spaces, with the signs that turn them into (right, anterior, superior)."""
SIGNS = {**SPACES, "lps": LPS, "ras": RAS, "las": LAS}

FULL = {name.replace(" ", ""): name for name in ("line skip", "byte skip", "data file", "old min", "old max")}
FULL["axismins"] = "axis mins"
"""Fields that have two names: the short one of each."""
STORED = ("line skip", "byte skip", "data file")
"""Fields that say how the data are stored."""

UNIT_NAMES = {"mm": "mm", "millimeter": "mm", "um": "micron", "µm": "micron", "micron": "micron"}
UNIT_NAMES |= {"m": "meter", "meter": "meter", "": "unknown", "???": "unknown"}
CODES = "nifti codes"
"""Key of the sform_code and qform_code, for which NRRD has no field."""


def read_nrrd(path: Path, pick: Pick = ANY) -> Volume:
    """Read the stored values of a NRRD file."""
    import nrrd

    with unbroken(path, "not a whole NRRD file"):
        with path.open("rb") as stream:
            fields = nrrd.read_header(stream)
            data = stream.read()
        header = {FULL.get(name.lower(), name.lower()): value for name, value in fields.items()}
        sizes = tuple(int(n) for n in header["sizes"])
        size = int(np.prod(sizes, dtype=object))
        check_shape((size, 1, 1) if size else sizes, path)
        data, encoding = _unpacked(header, data, path)
        plain = {name: header[name] for name in header if name not in STORED} | {"encoding": encoding}
        array = nrrd.read_data(plain, io.BytesIO(data), index_order="F")
        axes = _space_axes(header, path)
        geometry = _geometry(header, axes, path)
    others = [axis for axis in range(len(sizes)) if axis not in axes]
    array = np.moveaxis(array, axes, (0, 1, 2)).reshape(*(sizes[axis] for axis in axes), -1)
    kinds = " ".join(header["kinds"][axis] for axis in others) if "kinds" in header else "not of space"
    index = pick.index(array.shape[3], path, f"holds {array.shape[3]} volumes (axis of kind {kinds})")
    voxels, steps, notes = pick.stored(array[..., index].T, path)
    return Volume(voxels, **geometry, scaling=_old_range(header, array.dtype).after(steps), notes=notes)


def _unpacked(header: dict[str, Any], data: bytes, path: Path) -> tuple[bytes, str]:
    """Undo skips and encoding, to no more bytes than the header announces; what is left is raw or ASCII."""
    import nrrd

    detached = header.get("data file")
    if detached is not None:
        place = Path(detached)
        if place.is_absolute() or ".." in place.parts or re.search(r"%|^LIST\b|\s\d+ \d+ \d+", detached):
            raise InputError(f"{path}: data file {detached} is not one file beside it; attach the data")
        data = (path.parent / place).read_bytes()
    lines, skip = (int(header.get(f"{n} skip", 0)) for n in ("line", "byte"))
    encoding = header["encoding"].lower()
    if lines < 0 or skip < (-1 if encoding == "raw" else 0):
        raise InputError(f"{path}: line skip {lines}, byte skip {skip} cannot be for encoding {encoding}")
    for _ in range(lines):
        data = data.partition(b"\n")[2]
    if encoding in ("ascii", "text", "txt"):
        return data[skip:], "ascii"
    dtype = np.dtype(nrrd.reader._TYPEMAP_NRRD2NUMPY[header["type"]])
    size = int(np.prod(header["sizes"], dtype=object)) * dtype.itemsize
    if encoding in ("gzip", "gz"):
        data = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(data, skip + size)
    elif encoding in ("bzip2", "bz2"):
        data = bz2.BZ2Decompressor().decompress(data, skip + size)
    elif encoding == "hex":
        data = bytes.fromhex(data.decode("ascii"))
    elif encoding != "raw":
        raise InputError(f"{path}: encoding {encoding}; give raw, gzip, bzip2, ascii or hex")
    data = data[-size:] if skip == -1 else data[skip:]
    if len(data) < size:
        raise InputError(f"{path}: holds {len(data)} of {size} bytes; the file is cut short")
    return data, "raw"


def _space_axes(header: dict[str, Any], path: Path) -> list[int]:
    """Give the three axes that are space, fastest first: the column, row and slice."""
    sizes, kinds = header["sizes"], header.get("kinds", [])
    if "space directions" in header:
        axes = [axis for axis, step in enumerate(header["space directions"]) if np.isfinite(step).all()]
    elif len(kinds) == len(sizes):
        axes = [axis for axis, kind in enumerate(kinds) if kind in ("domain", "space", "???", "none")]
    else:
        axes = list(range(len(sizes)))
    if len(axes) > 3:
        axes = axes[:3] if len(kinds) != len(sizes) else [axis for axis in axes if sizes[axis] > 1]
    if len(axes) != 3:
        raise InputError(f"{path}: has {len(axes)} axes of space; a volume has three (column, row, slice)")
    return axes


def _geometry(header: dict[str, Any], axes: list[int], path: Path) -> dict[str, Any]:
    """Place, codes and unit; those of a `Volume` that knows none where the header has none."""
    if "space directions" in header:
        known = "space" in header
        signs = _signs(header, path) if known else LPS_TO_RAS
        affine = np.eye(4)
        affine[:3, :3] = signs @ np.asarray(header["space directions"], float)[axes].T
        affine[:3, 3] = signs @ np.asarray(header.get("space origin", np.zeros(3)), float)
        codes = [int(code) for code in str(header.get(CODES, "1 1")).split()] if known else (0, 0)
        return {**place_of(affine, path), "codes": tuple(codes), "unit": _unit(header, "space units", path)}
    if "spacings" not in header:
        return {}
    spacing = np.asarray(header["spacings"], float)[axes[::-1]]
    start = np.asarray(header.get("axis mins", np.zeros(len(header["sizes"]))), float)
    if not (np.isfinite(spacing).all() and (spacing > 0).all()):
        raise InputError(f"{path}: its spacings ({header['spacings']}) are not three distances above 0")
    origin = np.nan_to_num(start)[axes]
    unit = _unit(header, "units", path)
    return {"spacing": tuple(spacing.tolist()), "origin": tuple(origin.tolist()), "unit": unit}


def _signs(header: dict[str, Any], path: Path) -> NDArray[np.float64]:
    """Diagonal matrix from the header's space to (right, anterior, superior)."""
    name = str(header["space"]).strip().lower()
    if name not in SIGNS:
        raise InputError(f"{path}: space {header['space']} is not known; give {', '.join(SPACES)}")
    return np.diag(SIGNS[name])


def _unit(header: dict[str, Any], field: str, path: Path) -> str:
    names = {name.lower() for name in header.get(field, ["mm"]) if name} or {""}
    if len(names) > 1 or (name := names.pop()) not in UNIT_NAMES:
        raise InputError(f"{path}: {field} {header[field]} are not one of mm, um and m")
    return UNIT_NAMES[name]


def _old_range(header: dict[str, Any], dtype: np.dtype[Any]) -> Scaling:
    """Scaling by "old min" and "old max": what the smallest and largest number of the type stand for."""
    low, high = header.get("old min"), header.get("old max")
    if low is None or high is None or dtype.kind not in "iu" or not np.isfinite([low, high]).all():
        return Scaling()
    info = np.iinfo(dtype)
    slope = (float(high) - float(low)) / (float(info.max) - float(info.min))
    return Scaling((slope,), (float(low) - slope * float(info.min),))


PER_AXIS = ("kinds", "labels", "thicknesses", "centerings")
KEPT = (*PER_AXIS, "space", "space units", "measurement frame", "content", "sample units")


def write_nrrd(path: Path, volume: Volume, like: Path | None = None) -> list[str]:
    """Write an attached NRRD file, packed with gzip; give what could not be kept, one line each.

    Space, units, labels and key/value pairs of a NRRD file `like` are copied.
    """
    import nrrd

    voxels, scaling, notes = with_one_scale(volume)
    fields: dict[str, Any] = {"kinds": ["domain"] * 3, "encoding": "gzip", **_like_fields(like)}
    if scaling != Scaling():
        info = np.iinfo(voxels.dtype)
        ends = (scaling.slope[0] * end + scaling.intercept[0] for end in (float(info.min), float(info.max)))
        fields |= zip(("old min", "old max"), ends, strict=True)
    signs = LPS_TO_RAS
    if any(volume.codes):
        fields = {"space": "left-posterior-superior", **fields}
        signs = _signs(fields, path)
        if volume.codes != (1, 1):
            fields[CODES] = " ".join(map(str, volume.codes))
    else:
        fields |= {"space dimension": 3}
        notes.append("where the voxels lie is not known: no space is named")
    if volume.unit != "mm":
        fields.setdefault("space units", [{"meter": "m", "micron": "um"}.get(volume.unit, "")] * 3)
    fields["space directions"] = (signs @ volume.affine[:3, :3]).T + 0.0
    fields["space origin"] = signs @ volume.affine[:3, 3] + 0.0
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the clock, which pynrrd asks
        nrrd.write(stream, voxels.astype(voxels.dtype.newbyteorder("<")), fields, index_order="C")
    head, blank, data = stream.getvalue().partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if not line.startswith(b"#")]  # one of them holds the date
    path.write_bytes(b"\n".join(lines) + blank + data)
    return notes


def _like_fields(like: Path | None) -> dict[str, Any]:
    if like is None or not like.name.lower().endswith((".nrrd", ".nhdr")):
        return {}
    import nrrd
    from nrrd.writer import _NRRD_FIELD_ORDER

    header = nrrd.read_header(str(like))
    axes = _space_axes(header, like)
    own = {name: value for name, value in header.items() if name in KEPT or name not in _NRRD_FIELD_ORDER}
    for name in PER_AXIS:
        if name in own:
            own[name] = [own[name][axis] for axis in axes]
    return {name: value for name, value in own.items() if FULL.get(name, name) not in STORED}
