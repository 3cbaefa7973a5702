"""The sample data, from pip's download to DICOM."""

import configparser
import csv
import io
import shutil
from pathlib import Path

import nrrd
import numpy as np
import pydicom
import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data import read_volume
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.manifest import sha256_of
from wdr_mcpd.data.sample import ARCHIVE_SHA256, OLD_NAMES, download_archive, pip_error, stored_volumes
from wdr_mcpd.data.series import read_series_table
from wdr_mcpd.errors import InputError

TABLE = Path(__file__).parents[3] / "config" / "series" / "sample.tsv"
BRAIN1_SHA256 = "fffdb111ee8b428ede7256707393c927a7d5be912f0604cf3c6f1bd5fc9644cf"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "pyradiomics.tar.gz"
    download_archive(path)
    return path


def test_the_archive_is_the_published_one(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sha256_of(archive) == ARCHIVE_SHA256
    assert [p.name for p in archive.parent.iterdir()] == [archive.name]
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    download_archive(archive)  # already there: pip is not asked


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("WARNING: old\nERROR: No matching distribution\n", "ERROR: No matching distribution"),
        (
            "ERROR: Exception:\nTraceback:\n  F\nOSError: No space left on device\n\n",
            "OSError: No space left on device",
        ),
        ("", "no message"),
    ],
)
def test_the_line_in_which_pip_says_what_was_wrong(stderr: str, said: str) -> None:
    assert pip_error(stderr) == said


def test_the_distributions_setup_finds_the_names_that_python_3_12_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(configparser, "SafeConfigParser", raising=False)
    monkeypatch.delattr(configparser.RawConfigParser, "readfp", raising=False)
    exec(OLD_NAMES, {})
    parser = configparser.SafeConfigParser()
    parser.readfp(io.StringIO("[versioneer]\nstyle = pep440\n"))
    assert parser.get("versioneer", "style") == "pep440"


def test_both_subjects_become_dicom_series(archive: Path, tmp_path: Path) -> None:
    table = read_series_table(TABLE)
    assert [(row.exam_id, row.image_count) for row in table] == [("brain1_1", 25), ("brain2_1", 23)]
    for row, tumour, largest in zip(table, (4137, 453), (3057, 1523), strict=True):
        folder = tmp_path / row.exam_id
        fetch_series(row, folder, Sources(archive=archive))
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


def test_voxels_keep_their_values_and_places(archive: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(archive, tmp_path, filter="data")
    source = tmp_path / "pyradiomics-3.0.1" / "data" / "brain1_image.nrrd"
    assert sha256_of(source) == BRAIN1_SHA256
    fetch_series(read_series_table(TABLE)[0], tmp_path / "brain1_1", Sources(archive=archive))
    volume = read_volume(tmp_path / "brain1_1")
    data, header = nrrd.read(str(source))
    np.testing.assert_array_equal(volume.voxels, data.T[:, ::-1])
    for column, row, slice_ in ((0, 0, 0), (10, 200, 24), (255, 3, 7)):
        place = header["space origin"] + np.array([column, row, slice_]) @ header["space directions"]
        index = np.array([slice_, 255 - row, column])
        mine = np.array(volume.origin) + index * volume.spacing @ volume.direction
        np.testing.assert_allclose(mine, place, atol=1e-6)


def test_stored_volumes_are_in_the_order_of_the_files(archive: Path, tmp_path: Path) -> None:
    fetch_series(read_series_table(TABLE)[0], tmp_path / "brain1_1", Sources(archive=archive))
    stored = stored_volumes(archive)
    assert list(stored) == ["brain1", "brain2"]
    np.testing.assert_array_equal(stored["brain1"].voxels, read_volume(tmp_path / "brain1_1").voxels[:, ::-1])
    with pytest.raises(InputError, match="not the published"):
        stored_volumes(TABLE)


def test_the_same_bytes_every_time(archive: Path, tmp_path: Path) -> None:
    row = read_series_table(TABLE)[1]
    for name in ("one", "two"):
        fetch_series(row, tmp_path / name, Sources(archive=archive))
    assert (tmp_path / "one/manifest.json").read_bytes() == (tmp_path / "two/manifest.json").read_bytes()


def test_an_altered_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "archive").write_bytes(b"something else")
    with pytest.raises(InputError, match="is not the published"):
        fetch_series(read_series_table(TABLE)[0], tmp_path / "series", Sources(archive=tmp_path / "archive"))
    with pytest.raises(InputError, match="needs its archive"):
        fetch_series(read_series_table(TABLE)[0], tmp_path / "series")
    assert [p.name for p in tmp_path.iterdir()] == ["archive"]


def test_without_a_network_the_message_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    fetch = ["fetch", str(tmp_path / "out"), "--series", str(TABLE)]
    assert main([*fetch, "--archive", str(tmp_path / "out" / "archive.tar.gz")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "could not download the sample data" in lines[0]
    assert "source: local" in lines[0]
    assert list((tmp_path / "out").iterdir()) == []


def test_table_lists_what_the_files_say() -> None:
    with TABLE.open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert {row["licence"] for row in rows} == {"BSD-3-Clause"}
    assert {row["source"] for row in rows} == {"sample"}
