"""Where a table or figure comes from: a JSON file beside it, without dates and without paths of the machine.

`table1.csv`, `table1.md` and `table1.tex` share `table1.provenance.json`. Its only part that another checkout
of the same files may not reproduce is the git commit.
"""

import hashlib
import json
import platform
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from wdr_mcpd.data.manifest import read_manifest, sha256_of
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import read_bytes, whole_file
from wdr_mcpd.places import Results, sidecar_of

PACKAGE = Path(__file__).parents[1]
LIBRARIES = (
    *("numpy", "PyWavelets", "numba", "scipy", "scikit-image", "pandas", "matplotlib", "pydicom"),
    *("imagecodecs", "av", "pylibjpeg-openjpeg"),
)
"""Recorded where they are installed."""
OF_THE_MACHINE = ("data_folder", "series", "base_url")
"""Keys of the configuration that are places; the series are named by their hashes instead."""

Record = dict[str, Any]


def provenance(
    *,
    files: list[Path],
    series: Path,
    manifests: Path | list[Path],
    streams: Path | list[Path],
    out: list[Path],
    configuration: Mapping[str, Any],
    exam: str = "",
) -> None:
    """Step: write beside finished tables and figures where they come from, in the sidecars `out`.

    `files` are those of one `exam`, or of none; paths are told from the place of the run's table of `series`.
    They are made from `manifests` and `streams`, with the run's `configuration`.
    """
    results = Results.of(series)
    versions = {name: known for name in LIBRARIES if (known := _version(name))}
    common = {
        "series": [_series(path) for path in _listed(manifests)],
        "streams": {path.relative_to(results.root).as_posix(): sha256(path) for path in _listed(streams)},
        "configuration": {key: value for key, value in configuration.items() if key not in OF_THE_MACHINE},
        "package": package_state(),
        "libraries": {"python": platform.python_version(), **versions},
    }
    for sidecar in out:
        members = {path.name: sha256(path) for path in files if sidecar_of(path) == sidecar}
        text = json.dumps({"files": members, **common}, indent=1, sort_keys=True, ensure_ascii=False)
        with whole_file(sidecar) as draft:
            draft.write_text(text + "\n", encoding="utf-8")


def _listed(paths: Path | list[Path]) -> list[Path]:
    return [paths] if isinstance(paths, Path) else paths


def read(path: Path) -> Record:
    """Read the provenance of a table or figure, or of the sidecar itself; it must describe this very file."""
    sidecar = sidecar_of(path)
    if not sidecar.is_file():
        raise InputError(f"{path}: has no provenance ({sidecar.name} is not beside it)")
    try:
        known: Record = json.loads(read_bytes(sidecar))
        hashes = dict(known["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{sidecar}: is broken; run snakemake again") from error
    if path != sidecar and hashes.get(path.name) != sha256(path):
        raise InputError(f"{path}: is not the file that {sidecar.name} describes; run snakemake again")
    return known


def sha256(path: Path) -> str:
    """Hash a file; InputError where it cannot be read."""
    try:
        return sha256_of(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def package_state() -> Record:
    """Version of this package, hash of its files, and the git commit of its checkout if it has one."""
    sources = hashlib.sha256()
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    for path in sorted(files):
        sources.update(f"{path.relative_to(PACKAGE).as_posix()} {sha256_of(path)}\n".encode())
    return {
        "version": _version("wdr-mcpd"),
        "sources_sha256": sources.hexdigest(),
        "commit": _git("rev-parse", "HEAD"),
        "changed_since_commit": bool(_git("status", "--porcelain", "--", str(PACKAGE))),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git(*command: str) -> str | None:
    """Ask git about the checkout that holds the package; None without git or outside of a checkout."""
    if not (PACKAGE.parents[1] / ".git").exists():  # never the repository of whoever installed the package
        return None
    try:
        run = subprocess.run(
            ["git", "-C", str(PACKAGE.parents[1]), *command], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def _series(manifest: Path) -> Record:
    origin, entries = read_manifest(manifest.parent)
    return {
        "exam": manifest.parent.name,
        "series_instance_uid": origin.get("series_instance_uid"),
        "source": origin.get("source"),
        "files": len(entries),
        "manifest_sha256": sha256(manifest),
    }
