"""Cohorts are read by content, a missing file is said, and a coder is scored on whom it was not fitted."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.study.cohorts import HELD_OUT, KINDS, Row, measure_cohorts, read_checked, read_cohorts
from wdr_mcpd.study.controls import COHERENT

TABLE = Path(__file__).parents[3] / "config" / "cohorts.tsv"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, head: Callable[..., np.ndarray]) -> Path:
    folder = tmp_path_factory.mktemp("cohorts")
    for number, (name, spacing) in enumerate((("a", 1.5), ("b", 1.5), ("c", 5.0))):
        voxels = head(slices=40, size=24, seed=number)
        image = nib.Nifti1Image(voxels.T, np.diag([1.0, 1.0, spacing, 1.0]))
        nib.save(image, folder / f"{name}.nii")
    return folder


def row(folder: Path, cohort: str, subject: str, name: str) -> Row:
    content = (folder / name).read_bytes() if (folder / name).exists() else b""
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
    return Row(cohort, subject, "1", name, blob)


@pytest.fixture(scope="module")
def measured(folder: Path) -> Path:
    rows = [
        row(folder, "set thin", HELD_OUT[0], "a.nii"),
        row(folder, "set thin", "other", "b.nii"),
        row(folder, "set thick", "other", "c.nii"),
        row(folder, "set thick", "lost", "lost.nii"),
    ]
    measure_cohorts(rows, folder, folder / "out")
    return folder / "out"


def table(measured: Path, kind: str, cohort: str) -> pd.DataFrame:
    return pd.read_csv(measured / kind / f"set-{cohort}.csv")


def test_every_kind_is_written_and_the_law_of_spacing_of_thin_slices_alone(measured: Path) -> None:
    written = {path.relative_to(measured).as_posix() for path in measured.rglob("*.csv")}
    expected = {f"{kind}/set-{cohort}.csv" for kind in KINDS for cohort in ("thin", "thick")}
    assert written == expected - {"spacing/set-thick.csv"}
    assert set(table(measured, "spacing", "thin")["every"]) == {1, 2}


def test_the_coder_is_scored_on_held_out_subjects_alone(measured: Path) -> None:
    controls = table(measured, "controls", "thin")
    assert set(controls.loc[controls["control"] == COHERENT, "subject"]) == {HELD_OUT[0]}
    for kind in ("rate_law", "spacing"):
        rows = table(measured, kind, "thin")
        assert set(rows.dropna(subset="coherent_db")["subject"]) == {HELD_OUT[0]}
        assert rows["axial_transform_db"].notna().all()


def test_a_missing_file_is_left_out_and_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row(folder, "set", "lost", "lost.nii")]
    measure_cohorts(rows, folder, tmp_path)
    assert "set: lost.nii is missing and left out" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_a_file_of_another_content_is_refused(folder: Path) -> None:
    known = row(folder, "set", "a", "a.nii")
    assert read_checked(folder, known) is not None
    with pytest.raises(InputError, match=r"a\.nii: is not the published file"):
        read_checked(folder, Row("set", "a", "1", "a.nii", "0" * 40))


def test_a_table_that_is_there_is_kept(measured: Path, folder: Path) -> None:
    path = measured / "controls" / "set-thick.csv"
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    measure_cohorts([row(folder, "set thick", "other", "c.nii")], folder, measured)
    assert path.read_bytes() == before + b"\n"
    path.write_bytes(before)


def test_the_committed_table_names_each_exam_once() -> None:
    rows = read_cohorts(TABLE)
    assert len({(row.cohort, row.exam_id) for row in rows}) == len(rows) == 54
    assert all(len(row.git_blob) == 40 for row in rows)
    people = {row.subject for row in rows}
    assert len(people) == 21
    assert set(HELD_OUT) <= people
