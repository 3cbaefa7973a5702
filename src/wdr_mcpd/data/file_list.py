"""`source: files`: volumes in a folder whose names say whose exam they are, as series to choose from."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from wdr_mcpd.data.choose import Record
from wdr_mcpd.data.identity import derived_uid
from wdr_mcpd.data.manifest import sha256_of
from wdr_mcpd.data.volume_files import suffix_of
from wdr_mcpd.errors import InputError

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
    """List the files below `folder` whose path fits one of the patterns.

    A pattern is a path below the folder with parts in braces: `{subject}/study{exam}_{sequence}.nii.gz`. A
    part that stands twice is the same text both times; `*` is any text within a name, also in
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
                checksum=f"sha256:{sha256_of(path)}" if checksums else "",
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
