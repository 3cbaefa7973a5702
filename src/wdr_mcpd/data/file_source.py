"""`source: files`: volumes listed by names that say whose exam they are, and brought by path or address."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from wdr_mcpd.data.choose import Record
from wdr_mcpd.data.http import download
from wdr_mcpd.data.http_client import Limits, Progress
from wdr_mcpd.data.identity import derived_uid
from wdr_mcpd.data.manifest import checksum_of
from wdr_mcpd.data.series import Series, is_address
from wdr_mcpd.data.volume_files import VOLUME, suffix_of
from wdr_mcpd.errors import InputError, SeriesError

PARTS = ("subject", "exam", "sequence")
"""Named parts of a pattern; only the subject must be there."""


def bids_patterns(suffix: str) -> list[str]:
    """Patterns of a BIDS tree for one kind of image, as T1w, with sessions (the exams) and without."""
    image = f"_*{{sequence={suffix}}}.nii.gz"
    with_sessions = "{subject=sub-*}/ses-{exam}/anat/{subject}_ses-{exam}"
    return [with_sessions + image, "{subject=sub-*}/anat/{subject}" + image]


def file_records(
    folder: Path,
    patterns: Sequence[str],
    collection: str,
    licence: str = "",
    checksums: bool = True,
    say: Callable[[str], object] = lambda line: None,
) -> list[Record]:
    """List the files below `folder` whose path fits a pattern, as `{subject}/study{exam}_{sequence}.nii.gz`.

    A part that stands twice is the same text both times; `*` is any text within a name, also in
    `{subject=sub-*}`, a part that is given. With `checksums` the table gives the SHA-256 of each; without,
    any copy will do, however it was packed. `say` gets one line where exams are ordered by the alphabet.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and suffix_of(path))
    found: dict[Path, dict[str, str]] = {}
    for form in map(_regex, patterns):
        for path in paths:
            match = form.fullmatch(path.relative_to(folder).as_posix())
            if match:
                found.setdefault(path, match.groupdict())
    if not found:
        raise InputError(
            f"{folder}: none of its {len(paths)} volume files fits {' or '.join(patterns)}, as does "
            f"{next((path.relative_to(folder).as_posix() for path in paths), 'nothing')}"
        )
    exams = {parts.get("exam", "1") for parts in found.values()}
    if len(exams) > 1 and not all(exam.isdecimal() for exam in exams):
        say(f"the exams are in the order of the alphabet: {', '.join(sorted(exams)[:8])}")
    records = []
    for path, parts in found.items():
        name, exam = path.relative_to(folder).as_posix(), parts.get("exam", "1")
        records.append(
            Record(
                collection=collection,
                patient_id=parts["subject"],
                study_date=exam.zfill(8) if exam.isdecimal() else exam,
                modality="MR",
                series_instance_uid=derived_uid(collection, name),
                series_description=parts.get("sequence", path.name),
                image_count=0,
                bytes=path.stat().st_size if checksums else 0,
                licence=licence,
                file=name,
                checksum=checksum_of(path, "sha256") if checksums else "",
            )
        )
    return records


def _regex(pattern: str) -> re.Pattern[str]:
    pieces = "".join(_pieces(pattern))
    if "(?P<subject>" not in pieces:
        raise InputError(f"the pattern {pattern} needs {{subject}}; others are {{exam}} and {{sequence}}")
    return re.compile(pieces)


def _pieces(pattern: str) -> Iterator[str]:
    seen = set()
    for piece in re.split(r"(\{[^}]*\}|\*)", pattern):
        name, _, fixed = piece.strip("{}").partition("=")
        if piece == "*":
            yield "[^/]*?"
        elif not piece.startswith("{"):
            yield re.escape(piece)
        elif name not in PARTS:
            raise InputError(f"the pattern {pattern} has the part {piece}; known are {', '.join(PARTS)}")
        elif name in seen:
            yield f"(?P={name})"
        else:
            seen.add(name)
            given = re.escape(fixed).replace(r"\*", "[^/]*?")
            yield f"(?P<{name}>{given or '[^/]+?'})"


def bring_file(
    series: Series, folder: Path, data_folder: Path | None, limits: Limits, progress: Progress
) -> None:
    """Put the file of one exam into `folder`, as `volume` with its suffix; a local file is linked.

    With a data folder an address is not asked: the file of the longest tail of its path that lies below the
    folder is taken.
    """
    suffix = suffix_of(Path(PurePosixPath(urlsplit(series.file).path).name))
    if not suffix:
        raise InputError(f"{series.file} is no kind of volume file that can be read")
    target = folder / f"{VOLUME}{suffix}"
    if data_folder is None and is_address(series.file):
        checksum, size = series.checksum, series.bytes
        download(series.file, target, checksum=checksum, size=size, limits=limits, progress=progress)
        return
    source = find_file(series, data_folder)
    if source is None:
        raise SeriesError(f"{series.file} is not in {'data_folder' if data_folder else 'this folder'}")
    kind = series.checksum.partition(":")[0]
    if kind and checksum_of(source, kind) != series.checksum:
        raise SeriesError(f"{series.file}: the file is another than the table says ({kind} differs)")
    target.symlink_to(source.resolve())


def find_file(series: Series, data_folder: Path | None) -> Path | None:
    """Find the file of a row on disk; None where it is missing."""
    if not is_address(series.file):
        path = (data_folder or Path()) / series.file
        return path if path.is_file() else None
    parts = PurePosixPath(unquote(urlsplit(series.file).path)).parts[1:]
    tails = (Path(data_folder or ".", *parts[k:]) for k in range(len(parts)))
    return next((tail for tail in tails if tail.is_file()), None)
