"""Codecs that a user could pick instead, behind one small contract."""

from wdr_mcpd.baselines.codecs.contract import Codec, Control
from wdr_mcpd.baselines.codecs.jpeg2000 import OneStreamAxial, SlicesAtEqualRate
from wdr_mcpd.baselines.codecs.library import IMAGECODECS
from wdr_mcpd.baselines.codecs.search import RateSearch, Scan, Search
from wdr_mcpd.baselines.codecs.x265 import X265

SLICES, VOLUME, *OTHERS, AV1 = IMAGECODECS.values()
CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        SlicesAtEqualRate(),
        SLICES,
        VOLUME,
        OneStreamAxial(),
        *OTHERS,
        X265("x265-medium", "x265 medium", "medium"),
        X265("x265-slow", "x265 slow", "slow"),
        AV1,
    )
}

__all__ = ["CODECS", "Codec", "Control", "RateSearch", "Scan", "Search"]
