from dataclasses import replace
from pathlib import Path

import pytest

from wdr_mcpd.data.series import (
    Series,
    find_exam,
    read_series_table,
    write_series_table,
)
from wdr_mcpd.errors import InputError

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
