"""Source files: volumes listed by their names, brought from a folder or by their address, and cut."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from nbia_server import FAULTS, NbiaServer
from wdr_mcpd.data import Volume, read_volume, write_volume
from wdr_mcpd.data.choose import Rule, choose
from wdr_mcpd.data.cut import cut_exam
from wdr_mcpd.data.fetch import Sources, fetch_series
from wdr_mcpd.data.file_source import bids_patterns, file_records
from wdr_mcpd.data.http_client import Limits
from wdr_mcpd.data.series import Series, read_series_table, write_series_table
from wdr_mcpd.data.study import flaw
from wdr_mcpd.errors import InputError, SeriesError

VALUES = np.random.default_rng(2).integers(0, 900, (8, 24, 6)).astype(np.int16)
AFFINE = np.array([[1, 0, 0, -4], [0, 1, 0, -12], [0, 0, 1.5, 2], [0, 0, 0, 1.0]])
PATTERN = "{subject}/study{exam}_{sequence}.nii.gz"


def save(path: Path, values: np.ndarray = VALUES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(values, AFFINE), path)
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two patients with two exams of two sequences, one with a single exam, and other files."""
    tree = tmp_path / "a cohort"
    for k, patient in enumerate(("p 1", "p2")):
        for exam in (1, 2, 10):
            for sequence in ("T1", "FLAIR"):
                save(tree / patient / f"study{exam}_{sequence}.nii.gz", VALUES + k + exam)
    save(tree / "p3" / "study1_T1.nii.gz")
    save(tree / "p3" / "brain.nii.gz")
    (tree / "README.txt").write_text("hello")
    return tree


def listed(
    tree: Path, *patterns: str, exams: int = 2, description: str = ""
) -> tuple[list[Series], list[str]]:
    said: list[str] = []
    records = file_records(tree, patterns or [PATTERN], "C", "CC0", say=said.append)
    return choose(records, Rule(description, exams=exams), "files", say=said.append), said


def test_exams_by_the_names_of_files(tmp_path: Path, tree: Path) -> None:
    table, said = listed(tree, description="T1")
    assert [(row.exam_id, row.file) for row in table] == [
        ("p-1_1", "p 1/study1_T1.nii.gz"),
        ("p-1_2", "p 1/study2_T1.nii.gz"),
        ("p2_1", "p2/study1_T1.nii.gz"),
        ("p2_2", "p2/study2_T1.nii.gz"),
    ]
    assert said == ["patient 'p 1' is listed as p-1"]
    write_series_table(tmp_path / "t.tsv", table)
    assert read_series_table(tmp_path / "t.tsv") == table
    three, _ = listed(tree, description="T1", exams=3)
    assert three[2].file == "p 1/study10_T1.nii.gz"


def test_names_that_are_no_numbers_have_the_order_of_the_alphabet(tree: Path) -> None:
    table, said = listed(tree, "{exam}/study{subject}_T1.nii.gz")
    assert [row.exam_id for row in table] == [f"{k}_{exam}" for k in ("1", "10", "2") for exam in (1, 2)]
    assert said == ["the exams are in the order of the alphabet: p 1, p2, p3"]


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("study{exam}.nii.gz", r"needs \{subject\}"),
        ("{subject}/{scan}.nii.gz", r"has the part \{scan\}; known are subject, exam, sequence"),
        ("{subject}.nii.gz", r"none of its 14 volume files fits .*, as does p 1/study10_FLAIR.nii.gz"),
    ],
)
def test_patterns_that_do_not_work(tree: Path, pattern: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        listed(tree, pattern)


def test_bids(tmp_path: Path) -> None:
    names = ["sub-01/anat/sub-01_T1w", "sub-01/anat/sub-01_T2w", "sub-02/anat/sub-02_acq-high_T1w"]
    names += ["sub-03/anat/sub-02_T1w", "sub-04/func/sub-04_T1w", "derivatives/anat/derivatives_T1w"]
    names += [f"sub-05/ses-{day}/anat/sub-05_ses-{day}_T1w" for day in ("02", "10")]
    for name in names:
        save(tmp_path / f"{name}.nii.gz")
    table, _ = listed(tmp_path, *bids_patterns("T1w"), exams=1)
    assert [row.file[:-7] for row in table] == [names[0], names[2], names[6]]
    assert [row.patient_id for row in table] == ["sub-01", "sub-02", "sub-05"]
    table, _ = listed(tmp_path, *bids_patterns("T1w"))
    assert [row.exam_id for row in table] == ["sub-05_1", "sub-05_2"]


def test_a_local_file_is_linked_verified_and_cut(tmp_path: Path, tree: Path) -> None:
    row = listed(tree, description="T1")[0][0]
    sources = Sources(data_folder=tree)
    folder = tmp_path / row.exam_id
    assert fetch_series(row, folder, sources)
    assert not fetch_series(row, folder, sources)
    np.testing.assert_array_equal(read_volume(folder).voxels, (VALUES + 1).T)
    exam = cut_exam(folder, 3, slice_step="3 mm")
    assert (exam.available, exam.first, exam.cut) == (3, 0, "axial, LPS from RAS; one of 2 slices")
    np.testing.assert_array_equal(exam.volume.voxels, (VALUES[::-1, ::-1, ::2] + 1).T)
    assert "the series has 3" in flaw(folder, slices=4, slice_step="3 mm")
    save(tree / row.file, VALUES)
    with pytest.raises(SeriesError, match="is another than the table says"):
        fetch_series(row, tmp_path / "again", sources)
    (tree / row.file).unlink()
    with pytest.raises(SeriesError, match=r"p 1/study1_T1\.nii\.gz is not in"):
        fetch_series(row, tmp_path / "again", sources)
    assert fetch_series(row, tmp_path / "again", sources, exclude=True)
    assert "is not in" in flaw(tmp_path / "again", slices=4)


@pytest.fixture(scope="module")
def running() -> Iterator[NbiaServer]:
    with NbiaServer() as server:
        yield server


@pytest.fixture
def by_address(
    running: NbiaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[NbiaServer, Series]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    running.forget()
    data = save(tmp_path / "served.nii.gz").read_bytes()
    running.files["/a/b/p1/study1.nii.gz"] = data
    checksum = f"git-blob:{hashlib.sha1(b'blob %d' % len(data) + bytes(1) + data).hexdigest()}"
    url = running.url + "/a/b/p1/study1.nii.gz"
    return running, Series(
        "C", "p1", 1, "1.2", "T1", 0, len(data), "CC0", "files", file=url, checksum=checksum
    )


def limits(server: NbiaServer) -> Limits:
    return Limits(attempts=2, new_loop=server.clock.new_loop)


def test_a_file_by_its_address(by_address: tuple[NbiaServer, Series], tmp_path: Path) -> None:
    server, row = by_address
    assert fetch_series(row, tmp_path / "exam", Sources(limits=limits(server)), server.arrived)
    assert not fetch_series(row, tmp_path / "exam", Sources(limits=limits(server)), server.arrived)
    assert server.requests["/a/b/p1/study1.nii.gz"] == 1
    np.testing.assert_array_equal(read_volume(tmp_path / "exam").voxels, VALUES.T)


@pytest.mark.parametrize("name", ["cut with length", "page", "404", "hang midway", "drip chunked"])
def test_faults_leave_nothing_behind(
    by_address: tuple[NbiaServer, Series], tmp_path: Path, name: str
) -> None:
    server, row = by_address
    server.faults["/a/b/p1/study1.nii.gz"] = [name, "forever"]
    with pytest.raises(InputError) as caught:
        fetch_series(row, tmp_path / "exam", Sources(limits=limits(server)), server.arrived)
    assert str(caught.value).startswith("exam p1_1: ")
    assert FAULTS[name].says in str(caught.value)
    assert not (tmp_path / "exam").exists()


def test_with_a_data_folder_no_address_is_asked(
    by_address: tuple[NbiaServer, Series], tmp_path: Path
) -> None:
    server, row = by_address
    sources = Sources(data_folder=tmp_path / "copy")
    with pytest.raises(SeriesError, match="is not in"):
        fetch_series(row, tmp_path / "exam", sources)
    for place in ("b/p1/study1.nii.gz", "study1.nii.gz"):
        (tmp_path / "copy" / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(tmp_path / "served.nii.gz", tmp_path / "copy" / place)
        assert fetch_series(row, tmp_path / place.replace("/", " "), sources)
        (tmp_path / "copy" / place).unlink()
    assert server.requests["/a/b/p1/study1.nii.gz"] == 0


def test_a_mask_beside_a_file_is_laid_by_its_place(tmp_path: Path) -> None:
    save(tmp_path / "volume.nii.gz")
    image = read_volume(tmp_path)
    assert image.mask is None
    drawn = image.voxels > 400
    turned = replace(image, voxels=drawn[::-1].astype(np.uint8), **moved(image, len(drawn) - 1, -1))
    part = replace(image, voxels=drawn[2:4].astype(np.uint8), **moved(image, 2, 1))
    for mask, slices in ((turned, slice(None)), (part, slice(2, 4))):
        write_volume(tmp_path / "mask.nrrd", mask)
        read = read_volume(tmp_path).mask
        assert read is not None
        expected = np.zeros_like(drawn)
        expected[slices] = drawn[slices]
        np.testing.assert_array_equal(read, expected)
    aside = {"origin": (4.4, 12.0, 2.0)}
    for change, message in (
        (aside, "does not lie on the voxels"),
        (moved(image, 3, 1), "marks voxels outside"),
        ({"codes": (0, 0)}, "does not say where it lies"),
    ):
        write_volume(tmp_path / "mask.nrrd", replace(image, voxels=drawn.astype(np.uint8), **change))
        with pytest.raises(InputError, match=message):
            read_volume(tmp_path)


def moved(image: Volume, slices: int, sign: int) -> dict[str, Any]:
    """Where a volume lies that begins `slices` later and runs the same way or the other."""
    origin = np.asarray(image.origin) + slices * image.spacing[0] * image.direction[0]
    return {"origin": tuple(origin.tolist()), "direction": image.direction * np.array([[sign], [1], [1]])}


def test_an_address_of_no_volume(tmp_path: Path) -> None:
    row = Series("C", "p", 1, "1.2", "T1", 0, 0, "", "files", file="https://host/a.zip", checksum="sha256:0")
    with pytest.raises(InputError, match="is no kind of volume file"):
        fetch_series(row, tmp_path / "exam")
