"""`source: sample`: two real brain MR series with tumour, out of the source distribution of pyradiomics."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np

from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.manifest import sha256_of
from wdr_mcpd.data.masks import write_mask
from wdr_mcpd.data.series import Series
from wdr_mcpd.data.volume import Volume
from wdr_mcpd.data.volume_files import read_volume_file
from wdr_mcpd.errors import InputError
from wdr_mcpd.files import whole_file

ARCHIVE = "pyradiomics-3.0.1.tar.gz"
ARCHIVE_SHA256 = "47c57f441d6cb7973fa3b2ea48d3948df78e3348e1c69e1e2ff19001601fc2f5"
SUBJECTS = ("brain1", "brain2")
COLLECTION = "pyradiomics-sample"
LICENCE = "BSD-3-Clause"
DESCRIPTION = "T1 post-contrast axial"

ORIGIN = """Contrast-enhanced T1-weighted axial brain MR with a tumour.

Origin:  data/{subject}_image.nrrd and data/{subject}_label.nrrd of the source distribution of pyradiomics
         3.0.1 (sha256 {sha256}).
Licence: BSD-3-Clause, Copyright 2017 Harvard Medical School; its text is in LICENSE.txt.
Changes: written as DICOM, one file per slice, with the same stored values, spacing and place; the rows
         run from the front to the back of the head, as scanners write them (the NRRD files list them from the
         back). The label became mask.nrrd. Scan parameters, dates and the person are unknown and left empty.
"""


OLD_NAMES = """import configparser
if not hasattr(configparser, "SafeConfigParser"):
    configparser.SafeConfigParser = configparser.ConfigParser
    configparser.RawConfigParser.readfp = configparser.RawConfigParser.read_file
"""
"""What the distribution's setup, which pip runs to read its metadata, misses since Python 3.12."""


def pip_error(stderr: str) -> str:
    """Find the line that says why pip failed: its last error, or the exception with which it crashed."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    if errors and errors[-1] == "ERROR: Exception:":  # a traceback follows
        return lines[-1]
    return errors[-1] if errors else "no message"


def download_archive(path: Path) -> None:
    """Get the source distribution with pip, as the user's pip is configured, and check it.

    Parameters
    ----------
    path : Path
        Where it is put; a whole copy that is already there is kept.

    Raises
    ------
    InputError
        pip cannot get it (no network, no index), or what came is not the expected file.
    """
    if path.is_file() and sha256_of(path) == ARCHIVE_SHA256:
        return
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-build-isolation", "--no-binary", "pyradiomics", "pyradiomics==3.0.1", "--dest"]
    with whole_file(path) as draft:
        folder = draft.parent / "pip"
        folder.mkdir()
        (draft.parent / "sitecustomize.py").write_text(OLD_NAMES)
        paths = [str(draft.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        run = subprocess.run(
            [*command, str(folder)], env=environment, capture_output=True, text=True, check=False
        )
        if run.returncode != 0:
            raise InputError(
                f"pip could not download the sample data (pyradiomics 3.0.1): {pip_error(run.stderr)}. "
                "Without a network, point the study at DICOM folders of your own: source: local"
            )
        shutil.move(folder / ARCHIVE, draft)
        if sha256_of(draft) != ARCHIVE_SHA256:
            raise InputError(
                f"{ARCHIVE} from pip is not the published file (sha256 differs); it was not kept"
            )


def make_sample_series(archive: Path, series: Series, folder: Path) -> None:
    """Write one subject's DICOM files, mask, licence and origin into the existing `folder`.

    Raises
    ------
    InputError
        The archive is not the expected file, or it has no such subject.
    """
    subject = series.patient_id
    if subject not in SUBJECTS or series.exam != 1:
        raise InputError(
            f"the sample data have the exams {', '.join(f'{s}_1' for s in SUBJECTS)}, not {series.exam_id}"
        )
    _check(archive)
    volume, licence = _unpack(archive, subject)
    write_mr_series(folder, volume, identity(subject))
    write_mask(folder, volume)
    (folder / "LICENSE.txt").write_bytes(licence)
    origin = ORIGIN.format(subject=subject, sha256=ARCHIVE_SHA256)
    (folder / "ORIGIN.txt").write_text(origin, encoding="utf-8")


def stored_volumes(archive: Path) -> dict[str, Volume]:
    """Read the images of both subjects, rows in the order of the NRRD files, without their masks.

    Raises
    ------
    InputError
        The archive is not the expected file.
    """
    _check(archive)
    with tarfile.open(archive) as contents:
        return {subject: _nrrd(contents, subject, "image") for subject in SUBJECTS}


def identity(subject: str) -> SeriesIdentity:
    """Give what the DICOM files of a subject say they are."""
    return SeriesIdentity(COLLECTION, subject, 1, DESCRIPTION)


def _unpack(archive: Path, subject: str) -> tuple[Volume, bytes]:
    """Read a subject's volume with its mask, rows from front to back, and the licence text."""
    with tarfile.open(archive) as contents:
        image, label = (_nrrd(contents, subject, kind) for kind in ("image", "label"))
        licence = _member(contents, "LICENSE.txt")
    rows = image.voxels.shape[1]
    last_row = np.asarray(image.origin) + (rows - 1) * image.spacing[1] * image.direction[1]
    volume = Volume(
        np.ascontiguousarray(image.voxels[:, ::-1]),
        image.spacing,
        np.ascontiguousarray(label.voxels[:, ::-1] != 0),
        tuple(last_row.tolist()),
        image.direction * np.array([[1], [-1], [1]]),
    )
    return volume, licence


def _check(archive: Path) -> None:
    if not archive.is_file() or sha256_of(archive) != ARCHIVE_SHA256:
        raise InputError(f"{archive}: is not the published {ARCHIVE}; delete it, it is then downloaded again")


def _nrrd(contents: tarfile.TarFile, subject: str, kind: str) -> Volume:
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{kind}.nrrd"
        path.write_bytes(_member(contents, f"data/{subject}_{kind}.nrrd"))
        return read_volume_file(path)


def _member(contents: tarfile.TarFile, name: str) -> bytes:
    stream = contents.extractfile(f"{ARCHIVE.removesuffix('.tar.gz')}/{name}")
    assert stream is not None, name  # the archive's hash was checked, so the member is there
    return stream.read()


def sample_archive(*, out: Path) -> None:
    """Step: download the archive of the sample data with pip, once."""
    download_archive(out)
