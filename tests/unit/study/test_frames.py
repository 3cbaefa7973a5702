"""Tables keep names as text, have a fixed format, and name what is wrong with a file."""

from pathlib import Path

import pandas as pd
import pytest

from wdr_mcpd.errors import InputError
from wdr_mcpd.study.frames import read_csv, read_exams, subject_of, write_csv


def test_names_stay_text_and_numbers_keep_eight_digits(tmp_path: Path) -> None:
    path = tmp_path / "a table.csv"
    write_csv(pd.DataFrame({"exam": ["001_1", "NA"], "psnr_db": [50.123456789, float("inf")]}), path)
    assert path.read_bytes() == b"exam,psnr_db\n001_1,50.123457\nNA,inf\n"
    frame = read_csv(path, ["exam", "psnr_db"])
    assert frame["exam"].tolist() == ["001_1", "NA"]
    assert frame["psnr_db"].tolist() == [50.123457, float("inf")]


def test_exams_are_sorted_whatever_the_order_of_the_files(tmp_path: Path) -> None:
    paths = []
    for exam in ("b_2", "a_1", "b_1"):
        paths.append(tmp_path / f"{exam}.csv")
        write_csv(pd.DataFrame({"exam": [exam, exam], "slice": [2, 1]}), paths[-1])
    there, back = read_exams(paths, ["slice"]), read_exams(reversed(paths), ["slice"])
    pd.testing.assert_frame_equal(there, back)
    assert there["exam"].tolist() == ["a_1"] * 2 + ["b_1"] * 2 + ["b_2"] * 2
    assert there["slice"].tolist() == [2, 1] * 3
    assert there["subject"].tolist() == ["a"] * 2 + ["b"] * 4


def test_unusable_tables_are_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    with pytest.raises(InputError, match=r"t\.csv: cannot be read"):
        read_csv(path)
    path.write_text("")
    with pytest.raises(InputError, match=r"t\.csv: cannot be read"):
        read_csv(path)
    path.write_text("exam\na_1\n")
    with pytest.raises(InputError, match=r"t\.csv: the table has no column slice, bytes"):
        read_csv(path, ["exam", "slice", "bytes"])
    with pytest.raises(InputError, match="at least one file"):
        read_exams([], [])


def test_the_subject_is_what_stands_before_the_number_of_the_exam() -> None:
    assert [subject_of(e) for e in ("brain1_1", "UPENN-GBM-00002_2", "a_b_1", "phantom")] == [
        *("brain1", "UPENN-GBM-00002", "a_b", "phantom")
    ]
