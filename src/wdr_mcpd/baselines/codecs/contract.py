"""What every codec offers: a name, its limits, encode at a quality, decode."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd.baselines.codecs.frame import TYPES, Frame, pack, unpack
from wdr_mcpd.errors import InputError

Array = NDArray[Any]


@dataclass(frozen=True)
class Control:
    """The parameter that decides how many bytes a codec spends, and the range in which it is searched.

    `coarse` spends the fewest bytes and `fine` the most; `log` says that equal ratios of the parameter
    (a step, a tolerance) matter, not equal differences (a PSNR, a rate factor);
    `whole` that the parameter has whole values only; `finest` is the smallest share of its range that counts;
    `steady` that the streams of one size are about equally good, wherever in the range they lie.
    """

    name: str
    coarse: float
    fine: float
    log: bool = False
    whole: bool = False
    finest: float = 1e-4
    steady: bool = True

    @property
    def grain(self) -> float:
        """Smallest difference of positions that can matter."""
        return 1 / abs(self.fine - self.coarse) if self.whole else self.finest

    def at(self, position: float) -> float:
        """Return the parameter at a position from 0 (coarse) to 1 (fine)."""
        if self.log:
            return float(self.coarse * (self.fine / self.coarse) ** position)
        value = self.coarse + (self.fine - self.coarse) * position
        return round(value) if self.whole else value


class Codec(ABC):
    """A codec that a user could pick instead.

    Attributes
    ----------
    name : short name for files and columns
    label : name for people
    library : the installable library it comes from
    bits : widest non-negative value it takes, in bits
    control : its quality parameter, or None if it only restores every voxel
    lossless : whether encode(volume) without a quality restores every voxel
    """

    name: str
    label: str
    library: str
    bits: int = 16
    control: Control | None = None
    lossless: bool = False

    @property
    def nearby(self) -> "tuple[Codec, ...]":
        """The same codec set very slightly differently, for rates that its parameter jumps over."""
        return ()

    @abstractmethod
    def compress(self, volume: Array, bits: int, quality: float | None) -> list[bytes]:
        """Code a non-negative volume (slice, row, column) of uint8 or uint16 with values below 2**bits."""

    @abstractmethod
    def expand(self, parts: list[bytes], frame: Frame) -> Array:
        """Return the non-negative volume that `compress` coded, not yet rounded or clipped, to be changed."""

    def missing(self) -> str | None:
        """Say which library is not installed, or None if the codec can be used."""
        if find_spec(self.library):
            return None
        return f"{self.label}: {self.library} is not installed; pip install 'wdr-mcpd[peers]' brings it"

    def refusal(self, volume: Array) -> str | None:
        """Say why this volume is not for this codec, or None. A wide volume is never scaled to fit."""
        if volume.dtype.name not in TYPES or volume.ndim != 3:
            return f"{self.label}: takes volumes of {', '.join(TYPES)}, not {volume.ndim}D {volume.dtype}"
        bits = Frame.of(volume).bits
        return f"{self.label}: takes {self.bits} bits, the volume needs {bits}" if bits > self.bits else None

    def encode(self, volume: Array, quality: float | None = None) -> bytes:
        """Code a volume of int8 to int16 or uint16 at a value of `control`, or without loss (None).

        The result decodes without anything else.

        Raises
        ------
        InputError
            When the codec does not take the volume, or has no such mode.
        """
        if reason := self.refusal(volume):
            raise InputError(reason)
        if quality is None and not self.lossless:
            raise InputError(f"{self.label}: has no lossless mode here; give a quality")
        if quality is not None and self.control is None:
            raise InputError(f"{self.label}: is lossless only; give no quality")
        frame = Frame.of(volume)
        kind = np.uint8 if frame.bits <= 8 else np.uint16
        shifted = volume if frame.offset == 0 else np.subtract(volume, frame.offset, dtype=np.int32)
        return pack(frame, self.compress(shifted.astype(kind), frame.bits, quality))

    def decode(self, data: bytes) -> Array:
        """Return the volume in its own type, rounded and clipped to the range of the original.

        All in place: a codec is timed with as little around it as our own codecs have.
        """
        frame, parts = unpack(data)
        values = self.expand(parts, frame).reshape(frame.shape)
        values = np.require(values, requirements="W")  # copies if read-only, as np.frombuffer is
        if values.dtype.kind == "f":
            np.rint(values, out=values)
        np.clip(values, frame.least - frame.offset, frame.largest - frame.offset, out=values)
        if frame.offset:
            values = np.add(values, frame.offset, dtype=np.int32, casting="unsafe")
        return values.astype(frame.dtype, copy=False)
