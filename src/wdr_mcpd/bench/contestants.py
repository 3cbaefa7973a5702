"""Who takes part: our methods and today's codecs, each brought to a rate and then ready to be run again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd import methods
from wdr_mcpd.errors import InputError
from wdr_mcpd.baselines.codecs import CODECS, Codec, RateSearch
from wdr_mcpd.baselines.measure import BESIDE_REFERENCE, OUR_LABELS

Array = NDArray[Any]


@dataclass(frozen=True)
class OurRun:
    """One of our methods with its settings, on one volume; picklable, to run in another process."""

    volume: Array
    settings: dict[str, Any]
    stream: bytes = b""

    def encode(self) -> bytes:
        """Encode the volume."""
        return methods.encode(self.volume, **self.settings)

    def decode(self) -> Array:
        """Decode the stream."""
        return methods.decode(self.stream)


@dataclass(frozen=True)
class CodecRun:
    """A codec at one value of its parameter, on one volume."""

    volume: Array
    codec: Codec
    quality: float | None
    stream: bytes = b""

    def encode(self) -> bytes:
        """Encode the volume."""
        return self.codec.encode(self.volume, self.quality)

    def decode(self) -> Array:
        """Decode the stream."""
        return self.codec.decode(self.stream)


Run = OurRun | CodecRun


@dataclass(frozen=True)
class OurMethod:
    """A method of this package and the settings it is compared with."""

    name: str
    method: str
    settings: dict[str, Any] = field(default_factory=dict)
    ours = True

    @property
    def label(self) -> str:
        """Name of the method for people."""
        return OUR_LABELS.get(self.name, self.name)

    def at_rates(self, volume: Array, rates: Iterable[float]) -> dict[float, OurRun]:
        """Code the volume at each rate, in bits per voxel."""
        return {rate: self._run(volume, rate=rate) for rate in rates}

    def lossless(self, volume: Array) -> OurRun:
        """Code the volume without loss."""
        return self._run(volume, lossless=True)

    def _run(self, volume: Array, **budget: Any) -> OurRun:
        settings = {"method": self.method, **self.settings, **budget}
        return OurRun(volume, settings, OurRun(volume, settings).encode())


@dataclass(frozen=True)
class CodecMethod:
    """A codec that a user could pick instead."""

    codec: Codec
    ours = False

    @property
    def name(self) -> str:
        """Short name of the codec."""
        return self.codec.name

    @property
    def label(self) -> str:
        """Name of the codec for people."""
        return self.codec.label

    def at_rates(self, volume: Array, rates: Iterable[float]) -> dict[float, CodecRun]:
        """Code the volume within 1 % of each rate; a rate that cannot be reached is left out."""
        if self.codec.control is None or self.codec.refusal(volume):
            return {}
        search = RateSearch(self.codec, volume)
        runs = {}
        for rate in rates:
            if reached := search.reach(rate):
                setting, quality, stream = reached
                runs[rate] = CodecRun(volume, setting, quality, stream)
        return runs

    def lossless(self, volume: Array) -> CodecRun | None:
        """Code the volume without loss, or None if the codec cannot."""
        if not self.codec.lossless or self.codec.refusal(volume):
            return None
        return CodecRun(volume, self.codec, None, self.codec.encode(volume))


Contestant = OurMethod | CodecMethod

OURS = (
    OurMethod("3d-wdr-cc", "3d-wdr-cc"),
    OurMethod("3d-wdr-auto", "3d-wdr", {"axial_levels": "auto"}),
    OurMethod("3d-wdr", "3d-wdr", {"axial_levels": 3}),
    OurMethod("3d-wdr-mcpd", "3d-wdr-mcpd", {"axial_levels": 3}),
    OurMethod("2d-wdr", "2d-wdr"),
)
"""The study's methods at its default settings; a configuration that changes them does not reach here."""

SAME_TRANSFORM = (
    *(method for method in OURS if method.name in BESIDE_REFERENCE.values()),
    OurMethod("3d-wdr-flat", "3d-wdr", {"axial_levels": 0}),
    OurMethod("3d-wdr-dyadic", "3d-wdr", {"axial_levels": 5, "decomposition": "dyadic"}),
)
VARIANTS = (
    *(method for method in SAME_TRANSFORM if method not in OURS),
    *(
        OurMethod(f"{same.name}-reference", same.method, {**same.settings, "coder": "wdr-reference"})
        for same in SAME_TRANSFORM
    ),
)
"""What stands beside the reference implementation and nowhere else: its transforms, and all its choices."""


def contestants(names: Iterable[str] = ()) -> tuple[list[Contestant], list[str]]:
    """List who takes part and say who is missing; all of them, or the named ones in the given order.

    Raises
    ------
    InputError
        When a name is unknown.
    """
    known: dict[str, Contestant] = {ours.name: ours for ours in (*OURS, *VARIANTS)}
    known |= {name: CodecMethod(codec) for name, codec in CODECS.items()}
    chosen = list(names) or list(known)
    if unknown := [name for name in chosen if name not in known]:
        raise InputError(f"unknown codec {', '.join(unknown)}; known: {', '.join(known)}")
    present: list[Contestant] = []
    notes: list[str] = []
    for name in chosen:
        contestant = known[name]
        if isinstance(contestant, CodecMethod) and (missing := contestant.codec.missing()):
            notes.append(missing)
        else:
            present.append(contestant)
    return present, notes


def to_compare(present: Sequence[Contestant]) -> list[Contestant]:
    """Leave out what stands beside the reference implementation alone."""
    return [contestant for contestant in present if contestant not in VARIANTS]


def small(run: Run) -> Run:
    """Make the same run on a small part of the volume, to load and compile what the run needs."""
    part = np.ascontiguousarray(run.volume[:4, :64, :64])
    if isinstance(run, OurRun):
        kept = {key: value for key, value in run.settings.items() if key != "max_bytes"}
        return OurRun(part, kept, OurRun(part, kept).encode())
    return CodecRun(part, run.codec, run.quality, run.codec.encode(part, run.quality))
