"""The archive that getImage sends, whole, or spoiled in one of the ways that servers and attackers do."""

import hashlib
import io
import zipfile
from collections.abc import Callable

from .faults import REFUSED, SPOILT, Fault, send
from .holdings import Holding

LICENCE = "This collection may be used under the Creative Commons Attribution 4.0 licence.\n"


def zipped(files: dict[str, bytes], hashes: dict[str, bytes] | None = None) -> bytes:
    """Pack files with the licence and, of `hashes` (default: of the files), the list of MD5."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LICENSE", LICENCE)
        for name, data in files.items():
            archive.writestr(name, data)
        if hashes != {}:
            lines = ["Filename,MD5Hash"]
            lines += [f"{name},{hashlib.md5(data).hexdigest()}" for name, data in (hashes or files).items()]
            archive.writestr("md5hashes.csv", "\n".join(lines) + "\n")
    return target.getvalue()


def _missing_instance(held: Holding) -> bytes:
    """What NBIA does when a file is gone from its disk: a clean short archive, no list of MD5."""
    return zipped(dict(list(held.files.items())[:-1]), hashes={})


def _without_hashes(held: Holding) -> bytes:
    return zipped(held.files, hashes={})


def _wrong_count(held: Holding) -> bytes:
    return zipped(dict(list(held.files.items())[:-1]))


def _corrupted_pixel(held: Holding) -> bytes:
    name, data = next(iter(held.files.items()))
    spoiled = data[:-9] + bytes([data[-9] ^ 64]) + data[-8:]
    return zipped({**held.files, name: spoiled}, hashes=held.files)


def _bad_crc(held: Holding) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in held.files.items():
            archive.writestr(name, data)
    data = bytearray(target.getvalue())
    data[len(data) // 2] ^= 255
    return bytes(data)


def _cut(held: Holding) -> bytes:
    data = zipped(held.files)
    return data[: len(data) * 2 // 3]


def _named(name: str) -> Callable[[Holding], bytes]:
    return lambda held: zipped({**held.files, name: b"outside"})


def _other_series(held: Holding) -> bytes:
    name, data = next(iter(held.files.items()))
    other = held.uid[:-1] + ("1" if held.uid[-1] != "1" else "2")
    return zipped({**held.files, name: data.replace(held.uid.encode(), other.encode())})


def _not_dicom(held: Holding) -> bytes:
    return zipped({**held.files, next(iter(held.files)): b"not a DICOM file"})


def _twice(held: Holding) -> bytes:
    names = list(held.files)
    return zipped({**held.files, names[0]: held.files[names[1]]})


def _link(held: Holding) -> bytes:
    target = io.BytesIO(zipped(held.files))
    with zipfile.ZipFile(target, "a") as archive:
        link = zipfile.ZipInfo("link.dcm")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return target.getvalue()


def _bomb(held: Holding) -> bytes:
    target = io.BytesIO(zipped(held.files))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(24 << 20))
    return target.getvalue()


def _sends(spoil: Callable[[Holding], bytes]) -> Callable[..., None]:
    return lambda handler, held: send(handler, spoil(held))


def _answer(status: int, text: str) -> Callable[..., None]:
    return lambda handler, held: send(handler, text.encode(), status)


NO_NAME = "no plain file name"
NO_ACCESS = "The user does not have access to the requested series"
GIVEN_UP = "gave up after"

SPOILT_ARCHIVES: dict[str, tuple[str, str, str, Callable[[Holding], bytes]]] = {
    "missing instance": (
        "a clean short archive without the list of MD5",
        SPOILT,
        "left files out",
        _missing_instance,
    ),
    "no hashes": ("all files, but no list of MD5", SPOILT, "has no md5hashes", _without_hashes),
    "corrupted pixel": ("a file unlike its MD5", SPOILT, "was altered on the way", _corrupted_pixel),
    "bad CRC": ("an archive unlike its CRC", SPOILT, "is broken", _bad_crc),
    "cut archive": ("a complete answer with a cut archive", SPOILT, "is broken", _cut),
    "wrong count": ("fewer files than in the table", REFUSED, "by the table", _wrong_count),
    "dot dot": ("a path out of the folder", REFUSED, NO_NAME, _named("../outside.dcm")),
    "absolute": ("a path from the root", REFUSED, NO_NAME, _named("/tmp/wdr-mcpd-outside.dcm")),
    "drive": ("a path on a drive", REFUSED, NO_NAME, _named("C:\\outside.dcm")),
    "subfolder": ("a subfolder", REFUSED, NO_NAME, _named("a/b.dcm")),
    "link": ("a symbolic link", REFUSED, NO_NAME, _link),
    "manifest": ("a file that we write", REFUSED, "may not bring", _named("manifest.json")),
    "its own name": ("a file in the archive's own place", REFUSED, "may not bring", _named("series.zip")),
    "other series": ("a file of another series", REFUSED, "belongs to another series", _other_series),
    "not DICOM": ("a file that is no DICOM", REFUSED, "is no DICOM file", _not_dicom),
    "instance twice": ("an instance twice", REFUSED, "repeats an instance", _twice),
    "bomb": ("an archive that grows without measure", REFUSED, "refused", _bomb),
}
"""Whole answers of getImage whose content is wrong: what, how a fetch ends, what it says, and the bytes."""

ARCHIVES: dict[str, Fault] = {
    "400 no access": Fault(
        "header", "400: no access (NBIA)", REFUSED, "the collection is controlled", _answer(400, NO_ACCESS)
    ),
    "400": Fault("header", "400: unknown series", REFUSED, "in the table", _answer(400, "no such UID")),
    "nothing": Fault(
        "body", "an empty answer (NBIA)", REFUSED, "sent nothing for the series", _answer(200, "")
    ),
    **{
        name: Fault("body", what, ends, says, _sends(spoil))
        for name, (what, ends, says, spoil) in SPOILT_ARCHIVES.items()
    },
}
"""Faults whose `play` gets the holding instead of a body."""
