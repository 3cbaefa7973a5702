"""Codecs that a user could pick instead, behind one small face."""

from wdr_mcpd.peers.av1 import Av1
from wdr_mcpd.peers.contract import Control, Peer
from wdr_mcpd.peers.htj2k import OneStream as Htj2kOneStream
from wdr_mcpd.peers.htj2k import Slices as Htj2kSlices
from wdr_mcpd.peers.jpeg2000 import OneStream, OneStreamAxial, SlicesAtEqualQuality, SlicesAtEqualRate
from wdr_mcpd.peers.jpegls import JpegLS
from wdr_mcpd.peers.jpegxl import JpegXL
from wdr_mcpd.peers.rate_search import RateSearch
from wdr_mcpd.peers.scan import Scan
from wdr_mcpd.peers.search import Search
from wdr_mcpd.peers.sperr import Sperr
from wdr_mcpd.peers.sz3 import Sz3
from wdr_mcpd.peers.x265 import X265
from wdr_mcpd.peers.zfp import Zfp

PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        SlicesAtEqualRate(),
        SlicesAtEqualQuality(),
        OneStream(),
        OneStreamAxial(),
        Htj2kSlices(),
        Htj2kOneStream(),
        JpegXL(),
        JpegLS(),
        Sperr(),
        Zfp(),
        Sz3(),
        X265("x265-medium", "x265 medium", "medium"),
        X265("x265-slow", "x265 slow", "slow"),
        Av1(),
    )
}

__all__ = ["PEERS", "Control", "Peer", "RateSearch", "Scan", "Search"]
