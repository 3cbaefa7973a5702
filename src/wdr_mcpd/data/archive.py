"""Unpacking a zip archive that a server sent: only plain, safe, whole members of a bounded size."""

import errno
import hashlib
import re
import stat
import zipfile
from pathlib import Path

from wdr_mcpd.data.manifest import MANIFEST
from wdr_mcpd.errors import SeriesError

SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,199}")
MAX_MEMBERS = 20_000
CITATION = "CITATION.txt"
PIECE = 1 << 20


class BrokenArchive(Exception):
    """The archive is not whole; another download may be."""


def unpack(archive: Path, folder: Path, limit: int) -> dict[str, str]:
    """Unpack a flat archive into an existing folder, in pieces; give the MD5 of each member, by name.

    SeriesError where a name leads out of the folder, a member is no plain file, or there are more bytes than
    `limit`; BrokenArchive where it is cut short, or a member does not match its checksum.
    """
    try:
        with zipfile.ZipFile(archive) as contents:
            members = contents.infolist()
            _check_members(members, limit, {MANIFEST, CITATION, archive.name})
            return {member.filename: _extract(contents, member, folder, limit) for member in members}
    except (SeriesError, BrokenArchive):
        raise
    except OSError as error:
        # Broken bzip2 data has no number; a table of contents that points before the file is EINVAL.
        if error.errno in (None, errno.EINVAL):
            raise BrokenArchive(f"the archive is broken ({error})") from error
        raise
    except Exception as error:  # zipfile lets its own, zlib's, struct's and many other kinds through
        raise BrokenArchive(f"the archive is broken ({error})") from error


def _check_members(members: list[zipfile.ZipInfo], limit: int, ours: set[str]) -> None:
    names = [member.filename for member in members]
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if not SAFE_NAME.fullmatch(member.filename) or member.is_dir() or kind not in (0, stat.S_IFREG):
            raise SeriesError(f"the archive holds {member.filename[:80]!r}, no plain file name; refused")
        if member.filename in ours:
            raise SeriesError(f"the archive may not bring a {member.filename}; refused")
    if len({name.lower() for name in names}) < len(names):
        raise SeriesError("the archive holds two files of the same name; refused")
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > limit:
        raise SeriesError(f"the archive holds more than {MAX_MEMBERS} files or {limit} bytes; refused")


def _extract(contents: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, limit: int) -> str:
    """Write one member and give its MD5; zipfile compares its CRC at the end and raises BadZipFile."""
    digest = hashlib.md5(usedforsecurity=False)
    with contents.open(member) as source, (folder / member.filename).open("xb") as target:
        size = 0
        while piece := source.read(PIECE):
            size += len(piece)
            if size > min(limit, member.file_size):
                raise SeriesError(f"the archive's {member.filename} is larger than it says; refused")
            digest.update(piece)
            target.write(piece)
    if size != member.file_size:
        raise BrokenArchive(f"{member.filename} has {size} of {member.file_size} bytes")
    return digest.hexdigest()
