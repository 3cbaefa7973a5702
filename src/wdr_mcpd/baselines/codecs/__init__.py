"""Codecs that a user could pick instead, behind one small face."""

from wdr_mcpd.baselines.codecs.av1 import Av1
from wdr_mcpd.baselines.codecs.contract import Control, Codec
from wdr_mcpd.baselines.codecs.htj2k import OneStream as Htj2kOneStream
from wdr_mcpd.baselines.codecs.htj2k import Slices as Htj2kSlices
from wdr_mcpd.baselines.codecs.jpeg2000 import OneStream, OneStreamAxial, SlicesAtEqualQuality, SlicesAtEqualRate
from wdr_mcpd.baselines.codecs.jpegls import JpegLS
from wdr_mcpd.baselines.codecs.jpegxl import JpegXL
from wdr_mcpd.baselines.codecs.rate_search import RateSearch
from wdr_mcpd.baselines.codecs.scan import Scan
from wdr_mcpd.baselines.codecs.search import Search
from wdr_mcpd.baselines.codecs.sperr import Sperr
from wdr_mcpd.baselines.codecs.sz3 import Sz3
from wdr_mcpd.baselines.codecs.x265 import X265
from wdr_mcpd.baselines.codecs.zfp import Zfp

CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
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

__all__ = ["CODECS", "Control", "Codec", "RateSearch", "Scan", "Search"]
