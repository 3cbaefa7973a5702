"""3D-WDR and 3D-WDR-MCPD compression of volumetric MRI, and the study of their claims.

>>> data = wdr_mcpd.encode(volume, method="3d-wdr-auto", rate=1.0)  # doctest: +SKIP
>>> restored = wdr_mcpd.decode(data)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wdr_mcpd.methods import METHODS, decode, encode, info, truncate

__all__ = ["METHODS", "decode", "encode", "info", "truncate"]


def __getattr__(name: str) -> Any:
    """Import the codec (and with it the compiler of its loops) only when one of its functions is used."""
    if name in __all__:
        from wdr_mcpd import methods

        return getattr(methods, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
