"""3D-WDR and 3D-WDR-MCPD compression of volumetric MRI, and the study of their claims.

`encode`, `decode`, `truncate` and `info` are the codec, `METHODS` its methods; `read_volume` reads DICOM
folders, NumPy, NRRD and NIfTI files; `average_mcpd` and `select` choose slices; `sweep` measures thresholds;
`psnr` and `ssim` compare slices; `results` gives the tables of a finished run.

>>> data = wdr_mcpd.encode(volume, method="3d-wdr-auto", rate=1.0)  # doctest: +SKIP
>>> restored = wdr_mcpd.decode(data)  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wdr_mcpd.codec import decode, info, truncate
    from wdr_mcpd.coherence import average_mcpd, select
    from wdr_mcpd.data import read_volume
    from wdr_mcpd.methods import METHODS, encode
    from wdr_mcpd.study.frames import results
    from wdr_mcpd.study.metrics import slice_psnr as psnr
    from wdr_mcpd.study.metrics import slice_ssim as ssim
    from wdr_mcpd.study.sweep import sweep_of_volume as sweep

    __version__: str

__all__ = [
    "METHODS",
    "__version__",
    "average_mcpd",
    "decode",
    "encode",
    "info",
    "psnr",
    "read_volume",
    "results",
    "select",
    "ssim",
    "sweep",
    "truncate",
]
_PLACES = {
    **{name: ("codec", name) for name in ("decode", "info", "truncate")},
    **{name: ("methods", name) for name in ("METHODS", "encode")},
    **{name: ("coherence", name) for name in ("average_mcpd", "select")},
    "psnr": ("study.metrics", "slice_psnr"),
    "read_volume": ("data", "read_volume"),
    "results": ("study.frames", "results"),
    "ssim": ("study.metrics", "slice_ssim"),
    "sweep": ("study.sweep", "sweep_of_volume"),
}
"""Module of each public name, and what it is called there."""


def __getattr__(name: str) -> Any:
    """Import what belongs to a name (the compiler of the codec's loops, pandas) only when it is used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("wdr-mcpd")
    if name in _PLACES:
        module, inside = _PLACES[name]
        return getattr(import_module(f"{__name__}.{module}"), inside)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
