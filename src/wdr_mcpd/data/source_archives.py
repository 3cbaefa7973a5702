"""Source distributions that hold sample data: found, compared with their hash, and the data taken out.

Nothing of them is run: the archive is fetched as a file, opened only if its SHA-256 is the published one, and
of its members only those that are named here are unpacked and kept.
"""

import json
import shutil
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wdr_mcpd.data.child import ask
from wdr_mcpd.data.http import download, within_deadline
from wdr_mcpd.data.http_causes import Refused
from wdr_mcpd.data.http_client import Client
from wdr_mcpd.data.http_limits import LIMITS, Limits
from wdr_mcpd.data.manifest import checksum_of, sha256_of
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_folder

PAGE_SIZE = 1_000_000
"""Bytes that the pages of an index are given time for."""


@dataclass(frozen=True)
class SourceArchive:
    """A published source distribution, as an index calls it, with hash and size of its file.

    `members` has the SHA-256 of each member that is kept, by its name.
    """

    project: str
    version: str
    file: str
    sha256: str
    size: int
    members: Mapping[str, str]


PYRADIOMICS = SourceArchive(
    "pyradiomics",
    "3.0.1",
    "pyradiomics-3.0.1.tar.gz",
    "47c57f441d6cb7973fa3b2ea48d3948df78e3348e1c69e1e2ff19001601fc2f5",
    34_473_030,
    {
        "LICENSE.txt": "5c1fc504fb0865a72a29e035b25ef3513e6d7e9c7169cb445eae855f03b006e2",
        "brain1_image.nrrd": "fffdb111ee8b428ede7256707393c927a7d5be912f0604cf3c6f1bd5fc9644cf",
        "brain1_label.nrrd": "ae6d8e6b84f7e99d68c210ee2fa6aaaefa0b2df0a84f55efca4feebe2b216059",
        "brain2_image.nrrd": "d35a1c6a3e1eb72bae97c5515472fbe057fb38ee8e1e199215d1c3c6f292332e",
        "brain2_label.nrrd": "15189c024936ecc337649b9a10c475117c7c40df0d53c22163f9a2023ed741a5",
    },
)
"""Contrast-enhanced T1-weighted MR of two patients with a tumour, BSD-3-Clause."""

QTIM_TOOLS = SourceArchive(
    "qtim-tools",
    "0.1.12",
    "qtim_tools-0.1.12.tar.gz",
    "396a993a07f5f3665a7c2ea471253cdfb0b4c8c81efc9a896b6e02d2b7ff0e9f",
    34_370_385,
    {
        "LICENSE.txt": "5b1bb92d61a626e43d6718ac4ee162bf486cd0e115892533c1b69fe11e1ab8a6",
        "MR_BrainTumor_ShapeTest.nii.gz": "e293840723e1bf0058c5b0bbd27d6863a874617902202ecdbd73bcb0139e508c",
        "MR_BrainTumor_ShapeTest-label.nii.gz": (
            "8305576239b5e83ad3ea0a5babd1e309eabb31edca13c07b3416bb4817b5ef4c"
        ),
        "MRBrainTumor2.nii.gz": "7bd8f7ce0745fb7ad8a8936ef3b8e74f41b739c8106b743b33aa2933102bf0d1",
        "MRBrainTumor2-label.nii.gz": "7d19991ea8d4c101060527176b535cbf26d476d222171c49fc711e254f692d31",
    },
)
"""Contrast-enhanced T1-weighted MR with a tumour at two exams, as inferred of one patient, Apache-2.0."""

ARCHIVES = (PYRADIOMICS, QTIM_TOOLS)


def member_path(folder: Path, archive: SourceArchive, name: str) -> Path:
    """Where below `folder`, that `fetch_archives` wrote, the kept member `name` is, unaltered."""
    path = folder / archive.project / name
    if not path.is_file() or sha256_of(path) != archive.members[name]:
        raise InputError(
            f"{path}: is not the one of {archive.file}; delete {folder} and fetch it again (wdr-mcpd fetch)"
        )
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
            if (
                path.name in archive.members and not path.exists()
            ):  # the first LICENSE.txt is the archive's own
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
    requirement = f"{archive.project}=={archive.version}"
    status, out, err = await ask("wdr_mcpd.data.package_index", requirement, archive.file)
    if status != 0:
        raise InputError(f"the search failed ({(err.splitlines() or ['no message'])[-1]})")
    found: dict[str, Any] = json.loads(out)
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
