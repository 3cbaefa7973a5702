"""What a folder of one series must hold, to the byte: the manifest beside its files."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wdr_mcpd.errors import InputError

MANIFEST = "manifest.json"
MASK_FOLDER = "mask"
"""Subfolder of the image's folder that holds the DICOM files of its mask."""
REFUSED = "refused"
"""Key of a manifest that stands in for a series that could not be had, and says why."""


@dataclass(frozen=True)
class Entry:
    """One file of a series: its name (with the subfolder, as `mask/1-01.dcm`), size in bytes, and SHA-256."""

    name: str
    size: int
    sha256: str


def checksum_of(path: Path, kind: str) -> str:
    """Give the checksum of a file as `KIND:HEX`, of hashlib's kinds and git-blob, git's name of a file."""
    digest = hashlib.new({"git-blob": "sha1"}.get(kind, kind), usedforsecurity=False)
    if kind == "git-blob":
        digest.update(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as stream:
        return f"{kind}:{hashlib.file_digest(stream, lambda: digest).hexdigest()}"


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file."""
    return checksum_of(path, "sha256").removeprefix("sha256:")


def write_manifest(folder: Path, origin: dict[str, Any]) -> None:
    """Write `manifest.json`: `origin` (collection, UID, licence, ...) and all files below `folder`."""
    files = [
        {"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    ]
    text = json.dumps({**origin, "files": files}, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> tuple[dict[str, Any], list[Entry]]:
    """Give the origin and the files that `folder` must hold."""
    path = folder / MANIFEST
    try:
        origin = json.loads(path.read_text(encoding="utf-8"))
        entries = [Entry(str(f["name"]), int(f["bytes"]), str(f["sha256"])) for f in origin.pop("files")]
    except FileNotFoundError as error:
        raise InputError(f"{folder}: has no {MANIFEST}; fetch the series again") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path}: is broken; fetch the series again") from error
    return origin, entries


def refusal(folder: Path) -> str:
    """Why the series could not be had, if that is what the manifest in `folder` says; empty else."""
    return str(read_manifest(folder)[0].get(REFUSED, "")) if (folder / MANIFEST).exists() else ""


def differences(folder: Path) -> list[str]:
    """List, one line each, how `folder` differs from its manifest; empty when it is whole."""
    origin, entries = read_manifest(folder)
    found = [f"the series could not be had ({origin[REFUSED]})"] if REFUSED in origin else []
    for entry in entries:
        path = folder / entry.name
        if not path.is_file():
            found.append(f"{entry.name} is missing")
        elif path.stat().st_size != entry.size:
            found.append(f"{entry.name} has {path.stat().st_size} bytes, not {entry.size}")
        elif sha256_of(path) != entry.sha256:
            found.append(f"{entry.name} was altered")
    expected = {folder / entry.name for entry in entries} | {folder / MANIFEST}
    expected |= {path.parent for path in expected}
    found += [
        f"{path.relative_to(folder).as_posix()} does not belong there"
        for path in sorted(folder.rglob("*"))
        if path not in expected
    ]
    return found


def check_whole(folder: Path) -> None:
    """Refuse a folder that is not what its manifest says."""
    found = differences(folder)
    if found:
        raise InputError(f"{folder}: {found[0]} ({len(found)} differences); fetch the series again")


def discard(folder: Path) -> None:
    """Delete the files of a series and keep its manifest, which says what they were."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MANIFEST:
            path.unlink()
