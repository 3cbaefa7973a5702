"""Codecs that a user could pick instead, behind one small contract."""

from wdr_mcpd.baselines.codecs.contract import Codec, Control
from wdr_mcpd.baselines.codecs.jpeg2000 import OneStreamAxial, SlicesAtEqualRate
from wdr_mcpd.baselines.codecs.library import AV1, JPEG2000_SLICES, JPEG2000_VOLUME, OTHERS
from wdr_mcpd.baselines.codecs.rate_search import RateSearch
from wdr_mcpd.baselines.codecs.scan import Scan
from wdr_mcpd.baselines.codecs.search import Search
from wdr_mcpd.baselines.codecs.x265 import X265

CODECS: dict[str, Codec] = {
    codec.name: codec
    for codec in (
        SlicesAtEqualRate(),
        JPEG2000_SLICES,
        JPEG2000_VOLUME,
        OneStreamAxial(),
        *OTHERS,
        X265("x265-medium", "x265 medium", "medium"),
        X265("x265-slow", "x265 slow", "slow"),
        AV1,
    )
}

__all__ = ["CODECS", "Codec", "Control", "RateSearch", "Scan", "Search"]
