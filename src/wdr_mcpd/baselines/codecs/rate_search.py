"""Reaching rates in bits per voxel with one baseline on one volume."""

from functools import partial

from wdr_mcpd.errors import InputError
from wdr_mcpd.baselines.codecs.contract import Array, Baseline
from wdr_mcpd.baselines.codecs.scan import Scan
from wdr_mcpd.baselines.codecs.search import Search


class RateSearch:
    """The search for one baseline on one volume; rates that it jumps over are tried with `nearby` settings."""

    def __init__(self, baseline: Baseline, volume: Array):
        if baseline.control is None:
            raise InputError(f"{baseline.label}: is lossless only, so it has no rates")
        if reason := baseline.refusal(volume):
            raise InputError(reason)
        self.voxels = volume.size
        self.baseline = baseline
        kind = Search if baseline.control.steady else Scan
        self.search: Search | Scan = kind(partial(baseline.encode, volume), baseline.control)
        self.nearby = [
            (setting, Search(partial(setting.encode, volume), baseline.control)) for setting in baseline.nearby
        ]

    def reach(self, rate: float) -> tuple[Baseline, float, bytes] | None:
        """Return the setting, its parameter and the stream within 1 % of `rate` bits per voxel, or None."""
        target = rate * self.voxels / 8
        if reached := self.search.reach(target):
            return self.baseline, *reached
        for setting, other in self.nearby:
            if reached := other.near(target, self.search.sizes):
                return setting, *reached
        return None
