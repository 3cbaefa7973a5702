"""Embedded wavelet codecs of the WDR family: arrays in, bytes out.

Rooms, each using only those before it: `layout` (subbands and scan order), `lifting`, `filter_bank` and
`transform` (wavelets), `rangecoder` (adaptive arithmetic coding), the bit-plane coders `wdr` and `cc` (by
name in `coders`), `header` with its `fields` and `container` (bytes of a stream), `settings` and `requests`
(what may be asked for), `quantise` (slices to coefficients and back), `api` (the functions below).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wdr_mcpd.codec.settings import Settings

if TYPE_CHECKING:
    from wdr_mcpd.codec.api import (
        DEFAULT_LIMIT,
        decode,
        decode_prefixes,
        encode,
        group_lengths,
        groups,
        info,
        metadata,
        prefix_lengths,
        reallocate,
        truncate,
    )
    from wdr_mcpd.codec.coders import CODERS
    from wdr_mcpd.codec.fields import Geometry, Metadata, Scaling

__all__ = [
    "CODERS",
    "DEFAULT_LIMIT",
    "Geometry",
    "Metadata",
    "Scaling",
    "Settings",
    "decode",
    "decode_prefixes",
    "encode",
    "group_lengths",
    "groups",
    "info",
    "metadata",
    "prefix_lengths",
    "reallocate",
    "truncate",
]
ELSEWHERE = {"CODERS": "coders", "Geometry": "fields", "Metadata": "fields", "Scaling": "fields"}


def __getattr__(name: str) -> Any:
    """Import the coders (and with them the compiler of their loops) only when one of them is used."""
    if name in __all__:
        return getattr(import_module(f"{__name__}.{ELSEWHERE.get(name, 'api')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
