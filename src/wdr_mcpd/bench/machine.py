"""The machine and the versions that a figure of speed belongs to."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("wdr-mcpd", "numpy", "numba", "imagecodecs", "av", "pylibjpeg-openjpeg")


def machine() -> dict[str, str]:
    """Describe processor, system and versions; what cannot be found out is left empty."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count() or ""),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{library: _version(library) for library in LIBRARIES},
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else [f"model name: {platform.processor()}"]
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""
