"""Reaching rates in bits per voxel with one codec on one volume."""

from functools import partial

from wdr_mcpd.baselines.codecs.contract import Array, Codec
from wdr_mcpd.baselines.codecs.scan import Scan
from wdr_mcpd.baselines.codecs.search import Search, around
from wdr_mcpd.errors import InputError

NEARBY_ATTEMPTS = 6


class RateSearch:
    """The search for one codec on one volume; rates that it jumps over are tried with `nearby` settings."""

    def __init__(self, codec: Codec, volume: Array):
        if codec.control is None:
            raise InputError(f"{codec.label}: is lossless only, so it has no rates")
        if reason := codec.refusal(volume):
            raise InputError(reason)
        self.voxels = volume.size
        self.codec = codec
        kind = Search if codec.control.steady else Scan
        self.search = kind(partial(codec.encode, volume), codec.control)
        self.volume = volume

    def reach(self, rate: float) -> tuple[Codec, float, bytes] | None:
        """Return the setting, its parameter and the stream within 1 % of `rate` bits per voxel, or None."""
        target = rate * self.voxels / 8
        if reached := self.search.reach(target):
            return self.codec, *reached
        # Nearly the same sizes serve another setting of the codec: a few steps between them are enough.
        for setting in self.codec.nearby if (sizes := around(self.search.sizes, target)) else ():
            encode = partial(setting.encode, self.volume)
            other = Search(encode, self.search.control, dict(sizes), NEARBY_ATTEMPTS)
            if reached := other.reach(target):
                return setting, *reached
        return None
