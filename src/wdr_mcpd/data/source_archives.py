"""Source distributions that hold sample data: found, compared with their hash, and the data taken out.

Nothing of them is run: the archive is fetched as a file, opened only if its SHA-256 is the published one, and
of its members only those that are named here are unpacked and kept.
"""

import ast
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wdr_mcpd.data.child import ask
from wdr_mcpd.data.http import download, within_deadline
from wdr_mcpd.data.http_causes import Refused
from wdr_mcpd.data.http_client import LIMITS, Client, Limits
from wdr_mcpd.data.manifest import checksum_of, sha256_of
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_folder

PAGE_SIZE = 1_000_000
"""Bytes that the pages of an index are given time for."""
SECTIONS = ("global.", "install.", ":env:.")
"""Of pip's configuration, each with more weight than the one before it."""


@dataclass(frozen=True)
class SourceArchive:
    """A published source distribution, as an index calls it; `members` are kept, each with its SHA-256.

    `origin` is a form that says what a series made of it is.
    """

    project: str
    version: str
    file: str
    sha256: str
    size: int
    members: Mapping[str, str]
    origin: str = ""


with Path(__file__).with_suffix(".toml").open("rb") as _listed:
    ARCHIVES = tuple(SourceArchive(**archive) for archive in tomllib.load(_listed)["archive"])
PYRADIOMICS, QTIM_TOOLS = ARCHIVES


def member_path(folder: Path, archive: SourceArchive, name: str) -> Path:
    """Where below `folder`, that `fetch_archives` wrote, the kept member `name` is, unaltered."""
    path = folder / archive.project / name
    if not path.is_file() or sha256_of(path) != archive.members[name]:
        raise InputError(f"{path}: is not the one of {archive.file}; delete {folder} and fetch it again")
    return path


def fetch_archives(
    folder: Path, archives: tuple[SourceArchive, ...] = ARCHIVES, limits: Limits = LIMITS
) -> None:
    """Make `folder`/PROJECT hold the members of each archive; what is there and whole is kept."""
    for archive in archives:
        if not _is_whole(folder, archive):
            with whole_folder(folder / archive.project) as draft:
                packed = draft / archive.file
                _bring(archive, packed, limits)
                _unpack(archive, packed, draft)
                packed.unlink()


def _is_whole(folder: Path, archive: SourceArchive) -> bool:
    with suppress(InputError):
        return all(member_path(folder, archive, name) for name in archive.members)
    return False


def _unpack(archive: SourceArchive, packed: Path, folder: Path) -> None:
    with tarfile.open(packed) as contents:
        for member in contents:
            path = folder / Path(member.name).name
            # The first LICENSE.txt is the archive's own.
            if path.name in archive.members and not path.exists():
                source = contents.extractfile(member)
                assert source is not None, member  # the archive's hash was checked, so it is a file
                with path.open("xb") as target:
                    shutil.copyfileobj(source, target)


def _bring(archive: SourceArchive, path: Path, limits: Limits) -> None:
    try:
        address = within_deadline(lambda client: _address(client, archive), PAGE_SIZE, limits)
        checksum = f"sha256:{archive.sha256}"
        if urlsplit(address).scheme == "file":
            shutil.copyfile(unquote(urlsplit(address).path), path)
            if checksum_of(path, "sha256") != checksum:
                raise InputError(f"{address} is not the published file (its sha256 differs)")
        else:
            download(address, path, checksum=checksum, size=archive.size, limits=limits)
    except InputError as error:
        raise InputError(
            f"the sample data ({archive.project} {archive.version}) cannot be had: {error}; without a "
            "network point the study at DICOM folders of your own (source: local)"
        ) from error


async def _address(client: Client, archive: SourceArchive) -> str:
    """Where pip's indexes have the archive; what goes wrong in the search is found by asking them again."""
    well, found, lines = await ask(find, f"{archive.project}=={archive.version}", archive.file)
    if not well:
        raise InputError(f"the search failed ({lines[-1]})")
    if found["address"]:
        return str(found["address"])
    pages = [page for page in found["pages"] if urlsplit(page).scheme in ("http", "https")]
    for page in pages:
        try:
            await client.read(page)
        except Refused as error:
            if error.status != 404:
                raise
    where = f"{len(pages)} indexes" if pages else "no index"
    raise InputError(f"pip is set to use {where}, and {archive.file} is not there (pip config list)")


def find(requirement: str, file: str) -> dict[str, Any]:
    """Say where `file`, the source distribution of `requirement`, is, or None, and the pages searched for it.

    The search has no deadline as a whole, so it runs in a process of its own; nothing that it finds is run.
    """
    from httpx2 import HTTPError
    from unearth import PackageFinder

    settings = _pip_settings()
    default = PackageFinder().sources[0]["url"]
    finder = PackageFinder(
        index_urls=[settings.get("index-url", default), *settings.get("extra-index-url", "").split()],
        find_links=settings.get("find-links", "").split(),
        trusted_hosts=settings.get("trusted-host", "").split(),
        no_binary=[":all:"],
        ignore_compatibility=True,
    )
    if settings.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        finder.sources = [one for one in finder.sources if one["type"] == "find_links"]
    try:
        matches = finder.find_matches(requirement, allow_yanked=True)
    except HTTPError:  # who started this process asks the pages again and says why
        matches = []
    links = [package.link for package in matches if package.link and package.link.filename == file]
    project = requirement.partition("==")[0]
    pages = [f"{one['url'].rstrip('/')}/{project}/" for one in finder.sources if one["type"] == "index"]
    return {"address": links[0].url_without_fragment if links else None, "pages": pages}


def _pip_settings() -> dict[str, str]:
    """Give pip's configuration, from its files and the environment, by option, e.g. `index-url`."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    lines = [line.partition("=") for line in run.stdout.splitlines()]
    return {
        name.removeprefix(section): str(ast.literal_eval(value))
        for section in SECTIONS
        for name, _, value in lines
        if name.startswith(section)
    }
