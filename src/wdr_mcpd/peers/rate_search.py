"""Reaching rates in bits per voxel with one peer on one volume."""

from functools import partial

from wdr_mcpd.errors import InputError
from wdr_mcpd.peers.contract import Array, Peer
from wdr_mcpd.peers.scan import Scan
from wdr_mcpd.peers.search import Search


class RateSearch:
    """The search for one peer on one volume; rates that it jumps over are tried with `nearby` settings."""

    def __init__(self, peer: Peer, volume: Array):
        if peer.control is None:
            raise InputError(f"{peer.label}: is lossless only, so it has no rates")
        if reason := peer.refusal(volume):
            raise InputError(reason)
        self.voxels = volume.size
        self.peer = peer
        kind = Search if peer.control.steady else Scan
        self.search: Search | Scan = kind(partial(peer.encode, volume), peer.control)
        self.nearby = [
            (setting, Search(partial(setting.encode, volume), peer.control)) for setting in peer.nearby
        ]

    def reach(self, rate: float) -> tuple[Peer, float, bytes] | None:
        """Return the setting, its parameter and the stream within 1 % of `rate` bits per voxel, or None."""
        target = rate * self.voxels / 8
        if reached := self.search.reach(target):
            return self.peer, *reached
        for setting, other in self.nearby:
            if reached := other.near(target, self.search.sizes):
                return setting, *reached
        return None
