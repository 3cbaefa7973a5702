"""Tagged fields of a version-2 header: what a stream may say beyond how its voxels are coded.

A field is a number, twice its tag, plus one if a decoder must understand it to restore the voxels; the number
of its bytes; and these. Tags rise. Decoders leave out optional fields that they do not know, and tools keep
them; a required field that is not known is refused. `docs/stream-format.md` lists the tags.
"""

import struct
from dataclasses import dataclass
from math import isfinite

from wdr_mcpd.codec.numbers import Reader, put
from wdr_mcpd.codec.settings import CDF97
from wdr_mcpd.errors import InputError, StreamError

WAVELET, GEOMETRY, SCALING, RESTORATION, PREDICTION, STEPS = 1, 2, 3, 4, 5, 6
KNOWN = {
    WAVELET: "wavelet",
    GEOMETRY: "geometry",
    SCALING: "scaling",
    RESTORATION: "restoration",
    PREDICTION: "prediction",
    STEPS: "steps",
}
MAX_TAG = 1 << 32
MAX_STEP = 8191  # almost 2^32
SPACES = ("unknown", "LPS", "RAS")
UNITS = ("unknown", "m", "mm", "um")
AFFINE = struct.Struct("<12d")


@dataclass(frozen=True)
class Geometry:
    """Where the voxels lie in space.

    Attributes
    ----------
    affine : three rows of four numbers that map the voxel index (column, row, slice, 1) to the centre of the
        voxel in `space`, in `unit`
    space : the direction in which each axis grows: "LPS" (left, posterior, superior, as DICOM), "RAS" (right,
        anterior, superior, as NIfTI) or "unknown"
    unit : "mm", "m", "um" or "unknown"
    sform_code, qform_code : NIfTI's codes of what the space is, 0 to 255; 0 for unknown

    Raises
    ------
    InputError
        If one of them is something else.
    """

    affine: tuple[tuple[float, float, float, float], ...]
    space: str = "LPS"
    unit: str = "mm"
    sform_code: int = 0
    qform_code: int = 0

    def __post_init__(self) -> None:
        affine = tuple(tuple(float(x) for x in row) for row in self.affine)
        object.__setattr__(self, "affine", affine)
        if [len(row) for row in affine] != [4, 4, 4] or not all(isfinite(x) for row in affine for x in row):
            raise InputError("the affine of a geometry is three rows of four finite numbers")
        if self.space not in SPACES or self.unit not in UNITS:
            known = f"{', '.join(SPACES)}, and units {', '.join(UNITS)}"
            raise InputError(f"a geometry knows the spaces {known}, not {self.space!r} in {self.unit!r}")
        if not all(0 <= code <= 255 for code in (self.sform_code, self.qform_code)):
            raise InputError("the sform and qform codes of a geometry are whole numbers from 0 to 255")


@dataclass(frozen=True)
class Scaling:
    """What stored values stand for: `slope` times the stored value plus `intercept`.

    Both hold one number, or one for each slice. InputError if they do not, or one is not finite.
    """

    slope: tuple[float, ...]
    intercept: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("slope", "intercept"):
            object.__setattr__(self, name, tuple(float(x) for x in getattr(self, name)))
        if not self.slope or len(self.slope) != len(self.intercept):
            raise InputError("a scaling has as many slopes as intercepts, one or one for each slice")
        if not all(isfinite(x) for x in self.slope + self.intercept):
            raise InputError("the slopes and intercepts of a scaling are finite numbers")


@dataclass(frozen=True)
class Metadata:
    """What a stream says of its voxels beyond their values."""

    geometry: Geometry | None = None
    scaling: Scaling | None = None


@dataclass(frozen=True)
class Prediction:
    """That voxels are predicted in the image domain, without loss.

    `previews` says of each group how many bytes at the start of its payload are an embedded preview; it is
    empty where there is none.
    """

    effort: int
    previews: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fields:
    """The fields of a header.

    `restoration` tells whether a coder that has a network to restore decoded slices is to use it; `steps`
    numbers the step of each group's dependent indices, and is empty where coefficients are coded as they are;
    `unknown` are optional ones of later versions, tag and bytes.
    """

    wavelet: str = CDF97
    geometry: Geometry | None = None
    scaling: Scaling | None = None
    restoration: bool = True
    prediction: Prediction | None = None
    steps: tuple[int, ...] = ()
    unknown: tuple[tuple[int, bytes], ...] = ()


def put_fields(body: bytearray, fields: Fields) -> None:
    """Append the fields that there are, by rising tag."""
    found = [(2 * tag, content) for tag, content in fields.unknown]
    if fields.wavelet != CDF97:
        found.append((2 * WAVELET + 1, fields.wavelet.encode("ascii")))
    if fields.geometry is not None:
        given = fields.geometry
        codes = (SPACES.index(given.space), UNITS.index(given.unit), given.sform_code, given.qform_code)
        content = AFFINE.pack(*(x for row in given.affine for x in row)) + bytes(codes)
        found.append((2 * GEOMETRY, content))
    if fields.scaling is not None:
        numbers = fields.scaling.slope + fields.scaling.intercept
        found.append((2 * SCALING, struct.pack(f"<{len(numbers)}d", *numbers)))
    if not fields.restoration:
        found.append((2 * RESTORATION + 1, b"\0"))
    if fields.prediction is not None:
        found.append(
            (2 * PREDICTION + 1, _put_numbers(fields.prediction.effort, *fields.prediction.previews))
        )
    if fields.steps:
        found.append((2 * STEPS + 1, _put_numbers(*fields.steps)))
    for key, content in sorted(found):
        put(body, key)
        put(body, len(content))
        body += content


def _put_numbers(*numbers: int) -> bytes:
    content = bytearray()
    for number in numbers:
        put(content, number)
    return bytes(content)


def read_fields(reader: Reader, slices: int, groups: int) -> Fields:
    """Read fields up to the end of the reader's data; the volume has so many slices in so many groups.

    Raises
    ------
    StreamError
        For a field that is damaged, out of order, or required and not known.
    """
    given: dict[int, bytes] = {}
    last = 0
    while reader.at < len(reader.data):
        tag, required = divmod(reader.number(2 * MAX_TAG + 1), 2)
        if tag <= last:
            raise StreamError(f"the header's field {tag} is out of order")
        if required and tag not in KNOWN:
            raise StreamError(f"the stream needs its field {tag}, which this version does not know")
        last = tag
        given[tag] = reader.bytes(reader.number(len(reader.data)))
    unknown = tuple((tag, content) for tag, content in given.items() if tag not in KNOWN)
    try:
        wavelet = given[WAVELET].decode("ascii") if WAVELET in given else CDF97
        geometry = _geometry(given[GEOMETRY]) if GEOMETRY in given else None
        scaling = _scaling(given[SCALING], slices) if SCALING in given else None
        restoration = _restoration(given.get(RESTORATION, b"\1"))
        prediction = _prediction(given[PREDICTION], groups) if PREDICTION in given else None
        steps = _steps(given[STEPS], groups) if STEPS in given else ()
    except (InputError, IndexError, ValueError, struct.error) as error:
        raise StreamError(f"the header has a damaged field: {str(error).splitlines()[0]}") from error
    return Fields(wavelet, geometry, scaling, restoration, prediction, steps, unknown)


def _restoration(content: bytes) -> bool:
    if content not in (b"\0", b"\1"):
        raise InputError("restoration is 0 or 1")
    return content == b"\1"


def _geometry(content: bytes) -> Geometry:
    numbers = AFFINE.unpack(content[: AFFINE.size])
    space, unit, sform_code, qform_code = content[AFFINE.size :]
    affine = tuple(tuple(numbers[4 * k : 4 * k + 4]) for k in range(3))
    return Geometry(affine, SPACES[space], UNITS[unit], sform_code, qform_code)


def _scaling(content: bytes, slices: int) -> Scaling:
    count = len(content) // 16
    numbers = struct.unpack(f"<{2 * count}d", content)
    if count not in (1, slices):
        raise InputError(f"a scaling of {count} slices in a volume of {slices}")
    return Scaling(numbers[:count], numbers[count:])


def _prediction(content: bytes, groups: int) -> Prediction:
    effort, *previews = _numbers(content)
    if effort > 255 or len(previews) not in (0, groups):
        raise InputError(f"effort {effort} and previews of {len(previews)} groups in a stream of {groups}")
    return Prediction(effort, tuple(previews))


def _steps(content: bytes, groups: int) -> tuple[int, ...]:
    steps = _numbers(content)
    if len(steps) != groups or max(steps) > MAX_STEP:
        raise InputError(f"steps of {len(steps)} groups, up to number {max(steps, default=0)}")
    return tuple(steps)


def _numbers(content: bytes) -> list[int]:
    reader, numbers = Reader(content, 0), []
    while reader.at < len(content):
        numbers.append(reader.number(1 << 40))
    return numbers
