"""The sample data, from pip's download to DICOM."""

import csv
import hashlib
import io
import os
import socket
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nibabel
import nrrd
import numpy as np
import psutil
import pydicom
import pytest

from nbia_server import FAULTS, NbiaServer
from nbia_server.faults import LIBRARIES
from nbia_server.surroundings import SURROUNDINGS
from nbia_server.tried import TRIED
from wdr_mcpd.cli import main
from wdr_mcpd.data import read_volume
from wdr_mcpd.data import sample as sample_data
from wdr_mcpd.data.cut import cut_exam
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.http_client import Limits
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.sample import TUMOUR_EXAMS, stored_volumes
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.data.source_archives import (
    ARCHIVES,
    PYRADIOMICS,
    QTIM_TOOLS,
    SourceArchive,
    fetch_archives,
    member_path,
)
from wdr_mcpd.errors import InputError

TABLE = Path(__file__).parents[3] / "config" / "series" / "sample.tsv"
ROOT = Path(__file__).parents[3]
FULL = "/simple/made-data/"
KNOWN = {**SURROUNDINGS, **FAULTS, **LIBRARIES}
ARCHIVE_PATH = "/files/made_data-1.0.tar.gz"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real sample data: where they are already, else from the index that pip uses."""
    folder = Path(os.environ.get("WDR_MCPD_SAMPLE", ROOT / "results" / "data" / "sample"))
    if not folder.is_dir():
        folder = tmp_path_factory.mktemp("sample")
    fetch_archives(folder)
    return folder


def test_only_the_named_members_are_kept(sample: Path) -> None:
    for archive in ARCHIVES:
        assert {path.name for path in (sample / archive.project).iterdir()} == set(archive.members)
    assert read_volume(member_path(sample, QTIM_TOOLS, "MR_BrainTumor_ShapeTest.nii.gz")).voxels.shape == (
        112,
        256,
        256,
    )
    assert read_volume(member_path(sample, QTIM_TOOLS, "MRBrainTumor2.nii.gz")).voxels.shape == (
        130,
        256,
        256,
    )


@pytest.fixture(scope="module")
def packed() -> bytes:
    """A source distribution whose setup fails when it is run."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for name, data in (("setup.py", b"raise SystemExit('run!')"), ("data/volume.bin", b"voxels")):
            member = tarfile.TarInfo(f"made_data-1.0/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return target.getvalue()


@pytest.fixture
def made(packed: bytes) -> SourceArchive:
    members = {"volume.bin": hashlib.sha256(b"voxels").hexdigest()}
    sha256 = hashlib.sha256(packed).hexdigest()
    return SourceArchive("made-data", "1.0", "made_data-1.0.tar.gz", sha256, len(packed), members)


@pytest.fixture
def index(packed: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[NbiaServer]:
    """A package index on loopback, the only one that pip knows."""
    for name in [name for name in os.environ if name.startswith("PIP_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    with NbiaServer() as server:
        server.files[FULL] = f'<a href="{ARCHIVE_PATH}">made_data-1.0.tar.gz</a>'.encode()
        server.files[ARCHIVE_PATH] = packed
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.url}/simple")
        yield server


def fetch(index: NbiaServer, made: SourceArchive, folder: Path) -> None:
    fetch_archives(folder, (made,), Limits(attempts=1, new_loop=index.clock.new_loop))


def refusal_of(index: NbiaServer, made: SourceArchive, folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        fetch(index, made, folder)
    assert list(folder.iterdir()) == []
    children = [child.cmdline() for child in psutil.Process().children(recursive=True)]
    assert not [line for line in children if "wdr_mcpd.data.child" in line]
    line = str(caught.value)
    assert line.startswith("the sample data (made-data 1.0) cannot be had: ")
    assert "source: local" in line
    assert "\n" not in line
    return line


def test_nothing_is_run_and_a_second_time_nothing_is_asked(
    index: NbiaServer, made: SourceArchive, tmp_path: Path
) -> None:
    fetch(index, made, tmp_path / "sample")
    assert [path.name for path in (tmp_path / "sample" / "made-data").iterdir()] == ["volume.bin"]
    assert member_path(tmp_path / "sample", made, "volume.bin").read_bytes() == b"voxels"
    fetch(index, made, tmp_path / "sample")
    assert index.requests[ARCHIVE_PATH] == 1
    (tmp_path / "sample" / "made-data" / "volume.bin").write_bytes(b"vowels")
    with pytest.raises(InputError, match="is not the one of made_data-1"):
        member_path(tmp_path / "sample", made, "volume.bin")
    fetch(index, made, tmp_path / "sample")
    assert member_path(tmp_path / "sample", made, "volume.bin").read_bytes() == b"voxels"


def test_another_archive_is_refused_before_it_is_opened(
    index: NbiaServer, made: SourceArchive, tmp_path: Path, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(tarfile, "open")
    index.files[ARCHIVE_PATH] = packed[:-1] + bytes([packed[-1] ^ 1])
    assert "its sha256 differs" in refusal_of(index, made, tmp_path)


@pytest.mark.parametrize("name", TRIED["package index"])
def test_what_goes_wrong_with_the_index(
    index: NbiaServer, made: SourceArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    index.faults[FULL] = [name, "forever"]
    index.arrived.told = False
    index.clock.pace = 1000 if name in LIBRARIES else 1
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        if name == "nobody there":
            monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{held.getsockname()[1]}/simple")
        says = "made_data-1.0.tar.gz is not there" if name == "page" else KNOWN[name].says
        assert says in refusal_of(index, made, tmp_path)


def test_an_index_without_the_archive(index: NbiaServer, made: SourceArchive, tmp_path: Path) -> None:
    del index.files[FULL]
    assert "made_data-1.0.tar.gz is not there" in refusal_of(index, made, tmp_path)


def test_a_folder_that_pip_is_told_to_look_in(
    index: NbiaServer, made: SourceArchive, tmp_path: Path, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert "pip is set to use no index" in refusal_of(index, made, tmp_path)
    links = tmp_path / "some links"
    links.mkdir()
    (links / "made_data-1.0.tar.gz").write_bytes(packed)
    monkeypatch.setenv("PIP_FIND_LINKS", links.as_uri())
    fetch(index, made, tmp_path / "sample")
    assert member_path(tmp_path / "sample", made, "volume.bin").read_bytes() == b"voxels"
    other = replace(made, sha256="0" * 64, project="made.data")
    with pytest.raises(InputError, match=r"is not the published file \(its sha256 differs\)"):
        fetch(index, other, tmp_path / "other")
    assert index.requests == {}


def test_both_subjects_become_dicom_series(sample: Path, tmp_path: Path) -> None:
    table = read_series_table(TABLE)[:2]
    assert [(row.exam_id, row.image_count) for row in table] == [("brain1_1", 25), ("brain2_1", 23)]
    for row, tumour, largest in zip(table, (4137, 453), (3057, 1523), strict=True):
        folder = tmp_path / row.exam_id
        fetch_series(row, folder, Sources(sample=sample))
        volume = read_volume(folder)
        assert volume.voxels.shape == (row.image_count, 256, 256)
        assert volume.voxels.dtype == np.int16
        assert (volume.voxels.min(), volume.voxels.max()) == (0, largest)
        assert volume.mask is not None
        assert volume.mask.sum() == tumour
        dataset = pydicom.dcmread(folder / "1-01.dcm")
        assert dataset.SeriesInstanceUID == row.series_instance_uid
        assert dataset.ImageOrientationPatient == [1, 0, 0, 0, 1, 0]
        assert "Harvard" in (folder / "LICENSE.txt").read_text()
        assert "pyradiomics 3.0.1" in " ".join((folder / "ORIGIN.txt").read_text().split())


def test_voxels_keep_their_values_and_places(sample: Path, tmp_path: Path) -> None:
    source = member_path(sample, PYRADIOMICS, "brain1_image.nrrd")
    fetch_series(read_series_table(TABLE)[0], tmp_path / "brain1_1", Sources(sample=sample))
    volume = read_volume(tmp_path / "brain1_1")
    data, header = nrrd.read(str(source))
    np.testing.assert_array_equal(volume.voxels, data.T[:, ::-1])
    for column, row, slice_ in ((0, 0, 0), (10, 200, 24), (255, 3, 7)):
        place = header["space origin"] + np.array([column, row, slice_]) @ header["space directions"]
        index = np.array([slice_, 255 - row, column])
        mine = np.array(volume.origin) + index * volume.spacing @ volume.direction
        np.testing.assert_allclose(mine, place, atol=1e-6)


def test_stored_volumes_are_in_the_order_of_the_files(sample: Path, tmp_path: Path) -> None:
    fetch_series(read_series_table(TABLE)[0], tmp_path / "brain1_1", Sources(sample=sample))
    stored = stored_volumes(sample)
    assert list(stored) == ["brain1", "brain2"]
    np.testing.assert_array_equal(stored["brain1"].voxels, read_volume(tmp_path / "brain1_1").voxels[:, ::-1])
    with pytest.raises(InputError, match="is not the one of pyradiomics"):
        stored_volumes(TABLE)


def test_the_same_bytes_every_time(sample: Path, tmp_path: Path) -> None:
    row = read_series_table(TABLE)[1]
    for name in ("one", "two"):
        fetch_series(row, tmp_path / name, Sources(sample=sample))
    assert (tmp_path / "one/manifest.json").read_bytes() == (tmp_path / "two/manifest.json").read_bytes()


def test_altered_sample_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"brain1_image\.nrrd: is not the one of pyradiomics"):
        fetch_series(read_series_table(TABLE)[0], tmp_path / "series", Sources(sample=tmp_path / "sample"))
    with pytest.raises(InputError, match="needs the folder"):
        fetch_series(read_series_table(TABLE)[0], tmp_path / "series")
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_in_one_line_why_not(
    index: NbiaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    fetch = ["fetch", str(tmp_path / "out"), "--series", str(TABLE)]
    assert main([*fetch, "--sample", str(tmp_path / "out")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "the sample data (pyradiomics 3.0.1) cannot be had" in lines[0]
    assert list((tmp_path / "out").iterdir()) == []


def test_table_lists_what_the_files_say() -> None:
    with TABLE.open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert {row["licence"] for row in rows} == {"BSD-3-Clause", "Apache-2.0"}
    assert {row["source"] for row in rows} == {"sample"}


TUMOUR_ROWS = {row.exam_id: row for row in read_series_table(TABLE) if row.patient_id == "tumour1"}
THIN = np.diag([-0.9375, -0.9375, 1.4, 1])


@pytest.fixture
def small_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of the names and kinds of the package, but small: random labels of 0 to 10."""
    random = np.random.default_rng(1)
    for image, label, _ in TUMOUR_EXAMS.values():
        for name, high in ((image, 700), (label, 11)):
            values = random.integers(0, high, (6, 5, 112)).astype(np.int16)
            nibabel.save(nibabel.Nifti1Image(values, THIN), tmp_path / name)
    (tmp_path / "LICENSE.txt").write_text("Apache")
    monkeypatch.setattr(sample_data, "member_path", lambda folder, archive, name: folder / name)
    return tmp_path


def test_the_table_has_both_exams() -> None:
    assert list(TUMOUR_ROWS) == list(TUMOUR_EXAMS)
    for row in TUMOUR_ROWS.values():
        who = SeriesIdentity(row.collection, row.patient_id, row.exam, row.series_description)
        assert row.series_instance_uid == who.series_uid
        assert "inferred" in row.series_description


@pytest.mark.parametrize("exam", TUMOUR_EXAMS)
def test_the_image_as_it_is_and_the_tumour_of_the_labels(
    small_sample: Path, tmp_path: Path, exam: str
) -> None:
    (image, labels, tumour), folder = TUMOUR_EXAMS[exam], tmp_path / exam
    assert fetch_series(TUMOUR_ROWS[exam], folder, Sources(sample=small_sample))
    assert (folder / "volume.nii.gz").read_bytes() == (small_sample / image).read_bytes()
    read = read_volume(folder)
    label = read_volume(small_sample / labels).voxels
    assert read.mask is not None
    np.testing.assert_array_equal(read.mask, label == tumour)
    cut = cut_exam(folder, 20, slice_step=TUMOUR_ROWS[exam].slice_step)
    assert (cut.available, cut.first, cut.cut) == (28, 4, "axial, LPS; one of 4 slices")
    assert cut.volume.mask is not None
    np.testing.assert_array_equal(cut.volume.mask, (label == tumour)[16:96:4])
    said = (folder / "ORIGIN.txt").read_text()
    assert image in said
    assert "Inferred" in said
