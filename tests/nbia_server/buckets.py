"""What may be wrong with the objects of a series in a bucket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .faults import REFUSED, SPOILT

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Bucket:
    """One thing that is wrong: see Fault; `spoil` gives what is there of the three files of a series."""

    where: str
    what: str
    ends: str
    says: str
    spoil: Callable[[Files, str], Files]


def _replaced(old: Callable[[str], bytes], new: Callable[[str], bytes]) -> Callable[[Files, str], Files]:
    return lambda files, uid: {**files, "1-02.dcm": files["1-02.dcm"].replace(old(uid), new(uid))}


def _more(name: str, data: bytes) -> Callable[[Files, str], Files]:
    return lambda files, uid: {**files, name: data}


BUCKETS: dict[str, Bucket] = {
    "altered on the way": Bucket(
        "body",
        "another byte than stored, at the same size",
        SPOILT,
        "its md5 differs",
        lambda files, uid: files,
    ),
    "object missing": Bucket(
        "list",
        "fewer objects than in the table",
        REFUSED,
        "2 files came, the series has 3",
        lambda files, uid: dict(list(files.items())[1:]),
    ),
    "object too many": Bucket(
        "list", "more objects than in the table", REFUSED, "4 files came", _more("1-04.dcm", b"more")
    ),
    "object of another size": Bucket(
        "list",
        "another size than in the table",
        REFUSED,
        "are there, the table says",
        _more("1-02.dcm", b"short"),
    ),
    "object twice": Bucket("list", "a name twice", REFUSED, "a name twice", _more("deeper/1-03.dcm", b"")),
    "object with a bad name": Bucket(
        "list", "a name that is none", REFUSED, "no plain file name", _more("1-0%.dcm", b"")
    ),
    "object that is no DICOM": Bucket(
        "body",
        "a file that is no DICOM, as stored",
        REFUSED,
        "is no DICOM file",
        _replaced(lambda uid: b"DICM", lambda uid: b"none"),
    ),
    "object of another series": Bucket(
        "body",
        "a file of another series, as stored",
        REFUSED,
        "belongs to another",
        _replaced(str.encode, lambda uid: b"9" * len(uid)),
    ),
}
