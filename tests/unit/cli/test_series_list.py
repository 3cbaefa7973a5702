"""`series list` on folders: what is told of aliases and orders, and tables from the names of files."""

from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest

from wdr_mcpd.cli import main
from wdr_mcpd.data import Volume
from wdr_mcpd.data.dicom_write import write_mr_series
from wdr_mcpd.data.identity import SeriesIdentity
from wdr_mcpd.data.series import read_series_table


def exam(folder: Path, patient: str, number: int, **tags: object) -> None:
    folder.mkdir(parents=True)
    who = SeriesIdentity("c", patient, number, "T1post", f"2020010{number}")
    for path in write_mr_series(folder, Volume(np.zeros((3, 4, 4), np.int16)), who):
        dataset = pydicom.dcmread(path)
        for name, value in tags.items():
            setattr(dataset, name, value)
        dataset.save_as(path)


def listed(tmp_path: Path, *more: str) -> int:
    where = ["--data-folder", str(tmp_path / "tree"), "--out", str(tmp_path / "t.tsv")]
    return main(["series", "list", *where, "--min-images", "3", *more])


def test_an_alias_and_an_unknown_order_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        exam(
            tmp_path / "tree" / str(number),
            "Müller 1",
            number,
            SpecificCharacterSet="ISO_IR 192",
            StudyDate="",
        )
    assert listed(tmp_path, "--source", "local") == 0
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "wdr-mcpd series: patient 'Müller 1' is listed as Muller-1",
        "wdr-mcpd series: patient Muller-1: the order of the exams is unknown (no dates, or equal ones)",
    ]
    assert [row.exam_id for row in read_series_table(tmp_path / "t.tsv")] == ["Muller-1_1", "Muller-1_2"]


def test_an_empty_patient_id_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        exam(tmp_path / "tree" / str(number), "P", number, PatientID="")
    assert listed(tmp_path, "--source", "local") == 2
    assert "2 name no patient (PatientID is empty)" in capsys.readouterr().err
    assert not (tmp_path / "t.tsv").exists()


def test_files_and_bids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("sub-1/ses-1/anat/sub-1_ses-1_T1w", "sub-1/ses-2/anat/sub-1_ses-2_T1w"):
        path = tmp_path / "tree" / f"{name}.nii.gz"
        path.parent.mkdir(parents=True)
        nibabel.save(nibabel.Nifti1Image(np.zeros((4, 4, 3), np.int16), np.eye(4)), path)
    assert listed(tmp_path, "--source", "bids", "--suffix", "T1w", "--licence", "CC0") == 0
    table = read_series_table(tmp_path / "t.tsv")
    assert [(row.exam_id, row.source, row.licence) for row in table] == [
        ("sub-1_1", "files", "CC0"),
        ("sub-1_2", "files", "CC0"),
    ]
    pattern = "{subject}/ses-{exam}/anat/*_{sequence}.nii.gz"
    assert listed(tmp_path, "--source", "files", "--pattern", pattern, "--no-checksums") == 0
    assert {row.checksum for row in read_series_table(tmp_path / "t.tsv")} == {""}
    assert {row.checksum == "" for row in table} == {False}
    for wrong, message in ((["bids"], "needs --suffix"), (["files"], "needs --pattern")):
        capsys.readouterr()
        assert listed(tmp_path, "--source", *wrong) == 2
        assert message in capsys.readouterr().err
