"""Embedded wavelet codecs of the WDR family: arrays in, bytes out.

Rooms, each using only those before it: `transform` (wavelets) and `layout` (subbands and scan order),
`rangecoder` (adaptive arithmetic coding), the bit-plane coders (`wdr`, `wdr_reference`, ... by name in
`coders`), `header` and `container` (bytes of a stream), `settings` (what may be asked for), `blocks` (slices
to coefficients and back), `face` (the functions below).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wdr_mcpd.codec.settings import Settings

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    """Import the coders (and with them the compiler of their loops) only when one of them is used."""
    if name in __all__:
        return getattr(import_module(f"{__name__}.{'coders' if name == 'CODERS' else 'face'}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
