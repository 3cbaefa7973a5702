from dataclasses import replace
from pathlib import Path

import pytest

from wdr_mcpd.data.series import (
    COLUMNS,
    Series,
    find_exam,
    read_series_table,
    write_series_table,
)
from wdr_mcpd.errors import InputError

ROOT = Path(__file__).parents[3]
ROW = Series("UPENN-GBM", "P-1", 1, "1.2.3", "t1 axial, post 3,0", 20, 1000, "CC BY 4.0", "idc")


def test_table_survives_writing_and_reading(tmp_path: Path) -> None:
    table = [ROW, replace(ROW, exam=2, series_instance_uid="1.2.4", series_description='odd "quotes"\ttab')]
    write_series_table(tmp_path / "t.tsv", table)
    assert read_series_table(tmp_path / "t.tsv") == table
    assert find_exam(table, "P-1_2") is table[1]
    with pytest.raises(InputError, match="exam P-1_3 is not in the series table"):
        find_exam(table, "P-1_3")


def test_the_column_of_masks_is_there_only_where_it_says_something(tmp_path: Path) -> None:
    path = tmp_path / "t.tsv"
    write_series_table(path, [ROW])
    without = path.read_text()
    assert without.splitlines()[0].endswith("\tsource")
    masked = replace(ROW, exam=2, series_instance_uid="1.2.4", mask_series_uid="1.2.5")
    write_series_table(path, [ROW, masked])
    assert read_series_table(path) == [ROW, masked]
    assert path.read_text().startswith(without.replace("source\n", "source\tmask_series_uid\n").rstrip())


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "lists no series"),
        ([ROW, replace(ROW, exam=2)], "series_instance_uid 1.2.3 stands twice"),
        ([ROW, replace(ROW, series_instance_uid="1.2.4")], "exam_id P-1_1 stands twice"),
        ([replace(ROW, exam=0)], "line 2: exam counts from 1"),
        ([replace(ROW, image_count=-1)], "not negative"),
        ([replace(ROW, patient_id="../up")], "line 2: patient_id"),
        ([replace(ROW, patient_id="a/b")], "line 2: patient_id"),
        ([replace(ROW, series_instance_uid="1.2.x")], "no DICOM UID"),
        ([replace(ROW, series_instance_uid="1." + "2" * 63)], "no DICOM UID"),
        ([replace(ROW, source="ftp")], "source is one of"),
        ([replace(ROW, mask_series_uid="none")], "mask_series_uid is no DICOM UID; leave it empty"),
        ([replace(ROW, mask_series_uid="1.5", source="sample")], "source sample brings its own masks"),
        (
            [
                replace(ROW, mask_series_uid="1.5"),
                replace(ROW, exam=2, series_instance_uid="1.2.4", mask_series_uid="1.5"),
            ],
            "mask_series_uid 1.5 stands twice",
        ),
    ],
)
def test_wrong_tables(tmp_path: Path, rows: list[Series], message: str) -> None:
    write_series_table(tmp_path / "t.tsv", rows)
    with pytest.raises(InputError, match=message):
        read_series_table(tmp_path / "t.tsv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no series table"),
        ("a\tb\n", "is no series table"),
        ("{header}\nUPENN\tP\n", "line 2: has too few"),
        ("{header}\nc\tP\tone\t1.2\td\t1\t1\tl\tidc\n", "whole numbers"),
        ("{header}\nc\tP\t1\t1.2\td\t1\t1\tl\tidc\tmore\n", "line 2: has too few or too many"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, text: str, message: str) -> None:
    write_series_table(tmp_path / "t.tsv", [ROW])
    header = (tmp_path / "t.tsv").read_text().splitlines()[0]
    (tmp_path / "t.tsv").write_text(text.replace("{header}", header))
    with pytest.raises(InputError, match=message):
        read_series_table(tmp_path / "t.tsv")
    with pytest.raises(InputError, match="cannot be read"):
        read_series_table(tmp_path / "missing.tsv")


COMMITTED = sorted((ROOT / "config" / "series").glob("*.tsv"))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_the_committed_tables_are_in_their_plain_form(tmp_path: Path, path: Path) -> None:
    write_series_table(tmp_path / "t.tsv", read_series_table(path))
    assert (tmp_path / "t.tsv").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("sequence", ["flair", "t1w", "t2w"])
def test_open_ms_is_20_patients_with_two_exams(sequence: str) -> None:
    table = read_series_table(ROOT / "config" / "series" / f"open-ms-20x2-{sequence}.tsv")
    assert [(row.patient_id, row.exam) for row in table] == [
        (f"patient{patient:02}", exam) for patient in range(1, 21) for exam in (1, 2)
    ]
    assert len({row.checksum for row in table}) == 40
    for row in table:
        place = f"/longitudinal/raw/{row.patient_id}/study{row.exam}_{sequence.upper()}.nii.gz"
        assert row.file.endswith(place)


FILE_ROW = "C\tp1\t1\t1.2.3\tT1\t0\t0\tCC0\tfiles\t{file}\t{checksum}\t{step}\n"
HEAD = "\t".join((*COLUMNS, "file", "checksum", "slice_step")) + "\n"
SHA = "sha256:" + 64 * "a"


@pytest.mark.parametrize(
    ("file", "checksum", "step", "message"),
    [
        ("", "", "", "names its file"),
        ("https://host/a.nii", "", "", "an address needs a checksum"),
        ("a.nii", "sha256:abc", "", "checksum is sha256: or git-blob:"),
        ("a.nii", "md5:" + 32 * "a", "", "checksum is sha256: or git-blob:"),
        ("a.nii", SHA.upper(), "", "checksum is sha256: or git-blob:"),
        ("a.nii", "", "5 cm", "slice_step 5 cm"),
        ("a.nii", "", "0", "slice_step 0"),
    ],
)
def test_rows_of_files_that_are_refused(
    tmp_path: Path, file: str, checksum: str, step: str, message: str
) -> None:
    (tmp_path / "t.tsv").write_text(HEAD + FILE_ROW.format(file=file, checksum=checksum, step=step))
    with pytest.raises(InputError, match=message):
        read_series_table(tmp_path / "t.tsv")


@pytest.mark.parametrize(
    ("file", "checksum", "step"),
    [
        ("a.nii", "", ""),
        ("https://host/a.nii", SHA, "3"),
        ("/a b/c.nii", "git-blob:" + 40 * "0", "5.5 mm"),
    ],
)
def test_rows_of_files_that_are_taken(tmp_path: Path, file: str, checksum: str, step: str) -> None:
    (tmp_path / "t.tsv").write_text(HEAD + FILE_ROW.format(file=file, checksum=checksum, step=step))
    (row,) = read_series_table(tmp_path / "t.tsv")
    assert (row.file, row.checksum, row.slice_step) == (file, checksum, step)


def test_only_rows_of_files_name_one(tmp_path: Path) -> None:
    row = FILE_ROW.replace("files", "local").format(file="a.nii", checksum="", step="")
    (tmp_path / "t.tsv").write_text(HEAD + row)
    with pytest.raises(InputError, match="no other row does"):
        read_series_table(tmp_path / "t.tsv")
