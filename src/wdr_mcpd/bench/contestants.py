"""Who takes part: our methods and today's codecs, each brought to a rate and then ready to be run again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wdr_mcpd import methods
from wdr_mcpd.baselines.beside_reference import BESIDE_REFERENCE, PROFILE
from wdr_mcpd.baselines.codecs import CODECS, Codec, RateSearch
from wdr_mcpd.codec import decode
from wdr_mcpd.errors import InputError
from wdr_mcpd.methods import BASELINE, METHODS

Array = NDArray[Any]


@dataclass(frozen=True)
class Run:
    """One way to encode one volume, and the stream; picklable, to run in another process."""

    volume: Array
    encoder: Callable[..., bytes]
    decoder: Callable[[bytes], Array]
    stream: bytes = b""

    def encode(self) -> bytes:
        """Encode the volume."""
        return self.encoder(self.volume)

    def decode(self) -> Array:
        """Decode the stream."""
        return self.decoder(self.stream)

    def on(self, volume: Array) -> "Run":
        """Make the same run on another volume."""
        return replace(self, volume=volume, stream=self.encoder(volume))

    def small(self) -> "Run":
        """Make the same run on a small part of the volume, to load and compile what it needs."""
        return self.on(np.ascontiguousarray(self.volume[:4, :64, :64]))


@dataclass(frozen=True)
class OurMethod:
    """A method of this package and the settings it is compared with, where they are not its own."""

    name: str
    method: str
    settings: dict[str, Any] = field(default_factory=dict)
    ours = True

    @property
    def label(self) -> str:
        """Name of the method for people."""
        return METHODS[self.name].label if self.name in METHODS else self.name

    def at_rates(self, volume: Array, rates: Iterable[float]) -> dict[float, Run]:
        """Code the volume at each rate, in bits per voxel."""
        return {rate: self._run(volume, rate=rate) for rate in rates}

    def lossless(self, volume: Array) -> Run:
        """Code the volume without loss."""
        return self._run(volume, lossless=True)

    def _run(self, volume: Array, **budget: Any) -> Run:
        encoder = partial(methods.encode, **{"method": self.method, **self.settings, **budget})
        return Run(volume, encoder, decode).on(volume)


@dataclass(frozen=True)
class OtherCodec:
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

    def at_rates(self, volume: Array, rates: Iterable[float]) -> dict[float, Run]:
        """Code the volume within 1 % of each rate; a rate that cannot be reached is left out."""
        if self.codec.control is None or self.codec.refusal(volume):
            return {}
        search = RateSearch(self.codec, volume)
        found = {rate: reached for rate in rates if (reached := search.reach(rate))}
        return {
            rate: Run(volume, partial(codec.encode, quality=quality), codec.decode, stream)
            for rate, (codec, quality, stream) in found.items()
        }

    def lossless(self, volume: Array) -> Run | None:
        """Code the volume without loss, or None if the codec cannot."""
        if not self.codec.lossless or self.codec.refusal(volume):
            return None
        return Run(volume, self.codec.encode, self.codec.decode).on(volume)


Contestant = OurMethod | OtherCodec


def named(contestant: Contestant) -> dict[str, Any]:
    """Begin a row of a table."""
    return {"method": contestant.name, "label": contestant.label, "ours": contestant.ours}


OURS = tuple(OurMethod(name, name) for name in reversed(METHODS))
"""The study's methods at its default settings; a configuration that changes them does not reach here."""
OF_ONE_TRANSFORM = (
    OurMethod("3d-wdr-flat", BASELINE, {"axial_levels": 0}),
    OurMethod("3d-wdr-dyadic", BASELINE, {"axial_levels": 5, "decomposition": "dyadic"}),
)
SAME_TRANSFORM = (*(method for method in OURS if method.name in BESIDE_REFERENCE.values()), *OF_ONE_TRANSFORM)
VARIANTS = (
    *OF_ONE_TRANSFORM,
    *(
        OurMethod(f"{same.name}{PROFILE}", same.method, {**same.settings, "coder": "wdr-reference"})
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
    known |= {name: OtherCodec(codec) for name, codec in CODECS.items()}
    chosen = list(names) or list(known)
    if unknown := [name for name in chosen if name not in known]:
        raise InputError(f"unknown codec {', '.join(unknown)}; known: {', '.join(known)}")
    missing = {name: CODECS[name].missing() for name in chosen if name in CODECS}
    present = [known[name] for name in chosen if not missing.get(name)]
    return present, [note for note in missing.values() if note]


def to_compare(present: Sequence[Contestant]) -> list[Contestant]:
    """Leave out what stands beside the reference implementation alone."""
    return [contestant for contestant in present if contestant not in VARIANTS]
