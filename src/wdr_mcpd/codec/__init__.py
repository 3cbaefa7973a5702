"""Embedded wavelet codecs of the WDR family: arrays in, bytes out.

Rooms, each using only those before it: `transform` (wavelets) and `layout` (subbands and scan order),
`rangecoder` (adaptive arithmetic coding), the bit-plane coders (`wdr`, `wdr_reference`, ... by name in
`coders`), `header` and `container` (bytes of a stream), `settings` (what may be asked for), `blocks` (slices
to coefficients and back), `face` (the functions below).
"""

from wdr_mcpd.codec.coders import CODERS
from wdr_mcpd.codec.face import (
    DEFAULT_LIMIT,
    decode,
    encode,
    group_lengths,
    groups,
    info,
    reallocate,
    truncate,
)
from wdr_mcpd.codec.settings import Settings

__all__ = [
    "CODERS",
    "DEFAULT_LIMIT",
    "Settings",
    "decode",
    "encode",
    "group_lengths",
    "groups",
    "info",
    "reallocate",
    "truncate",
]
